import {describe, expect, it} from 'vitest';
import type {Verification} from '../sync/ports.ts';
import {LINKED_REPLICA} from './testing/fake-app.ts';
import {progressWords, verificationWords} from './verification-words.ts';

const FOUND: Verification = {atMs: 1, result: 'equal', checked: 1200, repaired: 0};
const LINKED = {replica: LINKED_REPLICA, unresolved: []};
const ALONE = {replica: {...LINKED_REPLICA, server: null}, unresolved: []};
const DAMAGED = {...LINKED, unresolved: [{kind: 'note', id: 'plan', where: 'device'} as const]};

describe('words for what "Verify everything" found', () => {
  it.each([
    ['equal', LINKED, 'good', 'the same here and on the server'],
    ['unresolved', DAMAGED, 'bad', 'Not everything could be repaired'],
    ['unresolved', LINKED, 'info', 'settled since'],
    ['moved', LINKED, 'info', 'verify again'],
    ['device_only', ALONE, 'good', 'Everything on this device is whole.'],
    ['device_only', LINKED, 'warn', 'the server could not be asked'],
    ['device_only', DAMAGED, 'bad', 'is damaged'],
  ] as const)('%s', (result, standing, tone, words) => {
    const said = verificationWords({...FOUND, result}, standing);
    expect(said.tone).toBe(tone);
    expect(said.title).toContain(words);
  });

  it('count what was repaired', () => {
    const repaired = (count: number) =>
      verificationWords({...FOUND, result: 'repaired', repaired: count}, LINKED).title;
    expect(repaired(1)).toMatch(/^1 entry was damaged or missing/);
    expect(repaired(3)).toMatch(/^3 entries were damaged or missing/);
  });
});

describe('words for its progress', () => {
  it.each([
    [{phase: 'device', done: 0, total: 0}, 'Syncing first'],
    [{phase: 'device', done: 20, total: 300}, '20 of 300 checked on this device'],
    [{phase: 'server', done: 0, total: 1}, 'The server checks its side'],
    [{phase: 'repair', done: 0, total: 0}, 'Both sides are compared'],
    [{phase: 'repair', done: 0, total: 2}, '2 parts of 256 differ and are repaired'],
  ] as const)('%o', (progress, words) => {
    expect(progressWords(progress)).toBe(words);
  });
});
