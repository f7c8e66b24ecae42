import {afterEach, beforeEach, expect, it, vi} from 'vitest';
import type {SyncStatus} from '../../sync/api.ts';
import {fakeApp, SYNCED, settable} from '../testing/fake-app.ts';
import {cleanUp, render} from '../testing/render.tsx';
import {StatusControl} from './status-control.tsx';

beforeEach(() => void vi.useFakeTimers({toFake: ['setTimeout', 'clearTimeout']}));
afterEach(async () => {
  vi.useRealTimers();
  await cleanUp();
});

/** Every text that the live region has had, in order. */
async function listen(first: SyncStatus) {
  const live = settable(first);
  render(fakeApp({status: live}), <StatusControl />);
  const region = await vi.waitUntil(() => document.querySelector('[data-spoken="sync"]'));
  const heard: string[] = [];
  const observer = new MutationObserver(() => heard.push(region.textContent));
  observer.observe(region, {childList: true, characterData: true, subtree: true});
  return {
    live,
    heard,
    async pass(ms: number) {
      await drawn();
      vi.advanceTimersByTime(ms);
      await drawn();
    },
  };
}

/** React draws between two frames. */
async function drawn(): Promise<void> {
  for (let frame = 0; frame < 2; frame++) await new Promise((resolve) => requestAnimationFrame(resolve));
}

it('typing is silent: saves and rounds that come and go say nothing, however long it takes', async () => {
  const {live, heard, pass} = await listen(SYNCED);
  for (let save = 1; save <= 5; save++) {
    live.set({...SYNCED, state: 'waiting', waiting: save});
    await pass(3000);
    live.set({...SYNCED, state: 'syncing', waiting: save});
    await pass(3000);
    live.set({...SYNCED, lastSyncMs: SYNCED.lastSyncMs! + save * 60_000});
    await pass(3000);
  }
  await pass(600_000);
  expect(heard).toEqual([]);
});

it('an outage is said once with what waits, its end once; counts in between are not', async () => {
  const {live, heard, pass} = await listen(SYNCED);
  live.set({...SYNCED, state: 'unreachable', waiting: 1});
  await pass(2000);
  for (const waiting of [2, 3, 4]) {
    live.set({...SYNCED, state: 'unreachable', waiting});
    await pass(2000);
  }
  live.set({...SYNCED, state: 'syncing', waiting: 4});
  await pass(1000);
  live.set(SYNCED);
  await pass(2000);
  expect(heard).toEqual(['Server not reachable, 1 waiting', 'Synced']);
});

it('a failure that is over in a moment is not said', async () => {
  const {live, heard, pass} = await listen(SYNCED);
  live.set({...SYNCED, state: 'unreachable'});
  await pass(1000);
  live.set(SYNCED);
  await pass(2000);
  expect(heard).toEqual([]);
});

it('a page that starts with something in the way says so; one that starts well does not', async () => {
  const {heard, pass} = await listen({...SYNCED, state: 'signed_out', waiting: 2});
  await pass(2000);
  expect(heard).toEqual(['Signed out, 2 waiting']);
});

it('changes that don’t get away are said after a while', async () => {
  const {live, heard, pass} = await listen(SYNCED);
  live.set({...SYNCED, state: 'waiting', waiting: 2});
  await pass(30_000);
  expect(heard).toEqual(['2 changes waiting']);
});
