import {describe, expect, it} from 'vitest';
import type {Scrub} from '../sync/ports.ts';
import {scrubWords} from './scrub-words.ts';
import {LINKED_REPLICA, ROOT} from './testing/fake-app.ts';

const NOW_MS = new Date(2026, 5, 1, 14, 30).getTime();
const DONE = {startedMs: NOW_MS - 60_000, endedMs: NOW_MS - 50_000, checked: 1200, found: 0, foundMs: null};
const FOUND = {...DONE, found: 1, foundMs: NOW_MS - 55_000};
const equalAt = (atMs: number) => ({atMs, result: 'equal', root: ROOT, serverRoot: ROOT}) as const;

function said(scrub: Scrub, more: Partial<Parameters<typeof scrubWords>[0]> = {}): string {
  const replica = {...LINKED_REPLICA, scrub};
  return scrubWords({replica, unresolved: [], lastCheck: null, ...more}, NOW_MS);
}

describe('words for what the device found by itself', () => {
  it('say how far the first pass has come', () => {
    expect(said({pass: null, last: null})).toBe('Not yet');
    expect(said({pass: {...DONE, nextBucket: 96}, last: null})).toBe('37 % so far');
    expect(scrubWords({replica: null, unresolved: [], lastCheck: null}, NOW_MS)).toBe('Not yet');
  });

  it('say when everything was whole, also while the next pass runs', () => {
    expect(said({pass: null, last: DONE})).toMatch(/29.*: Everything on this device is whole\.$/);
    expect(said({pass: {...DONE, nextBucket: 96}, last: DONE})).toMatch(/: Everything on this device is whole\.$/);
  });

  it('say that what was found is repaired only once both sides were compared since', () => {
    const scrub = {pass: null, last: FOUND};
    expect(said(scrub, {lastCheck: equalAt(NOW_MS - 50_000)})).toMatch(
      /: 1 entry was damaged or missing, and repaired\.$/,
    );
    expect(said(scrub, {lastCheck: equalAt(NOW_MS - 56_000)})).toContain('The next sync repairs what the server has.');
    expect(said(scrub, {lastCheck: {...equalAt(NOW_MS), result: 'different'}})).toContain('The next sync repairs');
  });

  it('tell at once what a pass under way has found', () => {
    const pass = {...FOUND, found: 3, nextBucket: 7};
    expect(said({pass, last: DONE}, {lastCheck: equalAt(NOW_MS)})).toContain('3 entries were damaged or missing');
  });

  it('say that something could not be repaired', () => {
    const unresolved = [{kind: 'note', id: 'plan', where: 'device'}] as const;
    expect(said({pass: null, last: FOUND}, {unresolved})).toContain('Not everything could be repaired.');
  });

  it('promise no server to a notebook that has none', () => {
    const replica = {...LINKED_REPLICA, server: null, scrub: {pass: null, last: FOUND}};
    expect(scrubWords({replica, unresolved: [], lastCheck: null}, NOW_MS)).toMatch(/settled since\.$/);
  });
});
