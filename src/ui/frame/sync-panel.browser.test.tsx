import {afterEach, expect, it} from 'vitest';
import {page} from 'vitest/browser';
import type {WaitingChange} from '../../db/repositories.ts';
import {fakeApp, SYNCED, settable} from '../testing/fake-app.ts';
import {cleanUp, render} from '../testing/render.tsx';
import {SyncPanel} from './sync-panel.tsx';

afterEach(cleanUp);

const UNREACHABLE = {type: 'unreachable', message: 'connection refused'} as const;

function show(status: typeof SYNCED, changes: readonly WaitingChange[] = []) {
  const notebook = {watchOutbox: () => settable(changes), watchUnresolved: () => settable([])};
  render(fakeApp({status: settable(status), notebook}), <SyncPanel status={status} onClose={() => undefined} />);
}

it('of a paused device what passes by itself is no problem any more', async () => {
  show({...SYNCED, state: 'paused', problem: UNREACHABLE});
  await expect.element(page.getByText('Sync is paused.')).toBeVisible();
  await expect.element(page.getByText('Sync tries again by itself', {exact: false})).not.toBeInTheDocument();
});

it('counts all that waits, and calls settings by what they are for', async () => {
  const change = {change: 'created', queuedMs: 0, bytes: 10, tries: 0, error: null} as const;
  const changes = Array.from({length: 200}, (_, n): WaitingChange => {
    if (n === 0) return {...change, kind: 'option', id: 'name', title: 'device.Sl-VuccpLzSJVCWS'};
    return {...change, kind: 'note', id: `n${n}`, title: `Note ${n}`};
  });
  show({...SYNCED, state: 'waiting', waiting: 567}, changes);
  await expect.element(page.getByText('Name of a device')).toBeVisible();
  await expect.element(page.getByText('and 467 more changes')).toBeInTheDocument();
});
