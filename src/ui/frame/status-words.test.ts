import {describe, expect, it} from 'vitest';
import type {StatusState} from '../../sync/api.ts';
import {statusWords} from './status-words.ts';

const NOW_MS = new Date(2026, 10, 3, 12, 0).getTime();
const QUIET = {waiting: 0, parked: 0, firstSync: null, lastSyncMs: null};

function line(state: StatusState, more: Partial<Parameters<typeof statusWords>[0]> = {}): string {
  const words = statusWords({...QUIET, ...more, state}, NOW_MS);
  return [words.state, words.detail].filter(Boolean).join(' ');
}

describe('the status control', () => {
  it('says when everything was synced', () => {
    expect(line('synced', {lastSyncMs: NOW_MS - 60_000})).toMatch(/^Synced \D*11.59/);
    expect(line('synced')).toBe('Synced');
  });

  it('counts what waits in every state in which something can wait', () => {
    expect(line('waiting', {waiting: 3})).toBe('3 changes waiting');
    expect(line('waiting', {waiting: 1})).toBe('1 change waiting');
    expect(line('syncing', {waiting: 12})).toBe('Syncing 12');
    expect(line('offline', {waiting: 3})).toBe('Offline 3 waiting');
    expect(line('unreachable', {waiting: 3})).toBe('Server not reachable 3 waiting');
    expect(line('paused', {waiting: 2})).toBe('2 changes waiting paused');
  });

  it('counts what was refused apart from what waits', () => {
    expect(line('problem', {waiting: 1, parked: 1})).toBe('Sync problem 1 refused');
    expect(line('problem', {waiting: 3, parked: 1})).toBe('Sync problem 2 waiting, 1 refused');
    expect(line('offline', {waiting: 3, parked: 1})).toBe('Offline 2 waiting, 1 refused');
    expect(line('syncing', {waiting: 3, parked: 1})).toBe('Syncing 2');
  });

  it('says a pause by what it holds back, and as such where that is nothing', () => {
    expect(line('paused')).toBe('Paused');
    expect(line('paused', {waiting: 1})).toBe('1 change waiting paused');
  });

  it('counts a first sync by what was received', () => {
    const firstSync = {head: {seq: 9, mark: 'm'}, lane: 'heads', after: null, received: 20, total: 90} as const;
    expect(line('syncing', {waiting: 1, firstSync})).toBe('Syncing 20 of 90');
  });

  it('has the words of the guide for the rest', () => {
    expect(line('offline')).toBe('Offline');
    expect(line('unreachable')).toBe('Server not reachable');
    expect(line('signed_out')).toBe('Signed out');
    expect(line('clock')).toBe('Clock problem');
    expect(line('problem')).toBe('Sync problem');
    expect(line('not_set_up')).toBe('Not set up');
  });
});
