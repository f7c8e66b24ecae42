import {act} from 'react';
import {afterEach, beforeEach, expect, it, vi} from 'vitest';
import type {SyncStatus} from '../../sync/api.ts';
import {fakeApp, SYNCED, settable} from '../testing/fake-app.ts';
import {cleanUp, render} from '../testing/render.tsx';
import {StatusControl} from './status-control.tsx';

beforeEach(() => {
  vi.useFakeTimers({toFake: ['setTimeout', 'clearTimeout']});
  vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', true); // what is drawn, and its effects, are there when `act` has ended
});
afterEach(async () => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
  await cleanUp();
});

/** Every text that the live region has had, in order. */
async function listen(first: SyncStatus) {
  const status = settable(first);
  await act(async () => void render(fakeApp({status}), <StatusControl />));
  const region = document.querySelector('[data-spoken="sync"]');
  if (region === null) throw new Error('nothing is spoken here');
  const heard: string[] = [];
  const observer = new MutationObserver(() => heard.push(region.textContent));
  observer.observe(region, {childList: true, characterData: true, subtree: true});
  return {
    set: (next: SyncStatus) => act(async () => status.set(next)),
    heard,
    pass: (ms: number) => act(async () => void vi.advanceTimersByTime(ms)),
  };
}

it('typing is silent: saves and rounds that come and go say nothing, however long it takes', async () => {
  const {set, heard, pass} = await listen(SYNCED);
  for (let save = 1; save <= 5; save++) {
    await set({...SYNCED, state: 'waiting', waiting: save});
    await pass(3000);
    await set({...SYNCED, state: 'syncing', waiting: save});
    await pass(3000);
    await set({...SYNCED, lastSyncMs: SYNCED.lastSyncMs! + save * 60_000});
    await pass(3000);
  }
  await pass(600_000);
  expect(heard).toEqual([]);
});

it('an outage is said once with what waits, its end once; counts in between are not', async () => {
  const {set, heard, pass} = await listen(SYNCED);
  await set({...SYNCED, state: 'unreachable', waiting: 1});
  await pass(2000);
  for (const waiting of [2, 3, 4]) {
    await set({...SYNCED, state: 'unreachable', waiting});
    await pass(2000);
  }
  await set({...SYNCED, state: 'syncing', waiting: 4});
  await pass(1000);
  await set(SYNCED);
  await pass(2000);
  expect(heard).toEqual(['Server not reachable, 1 waiting', 'Synced']);
});

it('a failure that is over in a moment is not said', async () => {
  const {set, heard, pass} = await listen(SYNCED);
  await set({...SYNCED, state: 'unreachable'});
  await pass(1000);
  await set(SYNCED);
  await pass(2000);
  expect(heard).toEqual([]);
});

it('a page that starts with something in the way says so; one that starts well does not', async () => {
  const {heard, pass} = await listen({...SYNCED, state: 'signed_out', waiting: 2});
  await pass(2000);
  expect(heard).toEqual(['Signed out, 2 waiting']);
});

it('changes that don’t get away are said after a while', async () => {
  const {set, heard, pass} = await listen(SYNCED);
  await set({...SYNCED, state: 'waiting', waiting: 2});
  await pass(30_000);
  expect(heard).toEqual(['2 changes waiting']);
});
