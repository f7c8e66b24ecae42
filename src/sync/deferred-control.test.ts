import {expect, test, vi} from 'vitest';
import type {SyncControl, SyncStatus, VerifyProgress} from './api.ts';
import {createSyncControl} from './control.ts';
import {createDeferredControl} from './deferred-control.ts';
import {createConnectivity} from './testing/connectivity.ts';
import {controlPortsOf} from './testing/control-ports.ts';
import {createWorld, settle} from './testing/world.ts';

/** A tab of a device that has synced, whose code for sync comes, or fails to come, when the test says so. */
async function createTab() {
  const world = await createWorld();
  const device = await world.device('A');
  await settle(device);
  const {connectivity, happen} = createConnectivity();
  const ports = {...controlPortsOf(world, device), connectivity};
  const control = createSyncControl(ports);
  const [start, stop] = [vi.spyOn(control, 'start'), vi.spyOn(control, 'stop')];
  const loads: PromiseWithResolvers<SyncControl>[] = [];
  const deferred = createDeferredControl(ports, () => {
    const load = Promise.withResolvers<SyncControl>();
    loads.push(load);
    return load.promise;
  });
  let shown: SyncStatus | undefined;
  const stopShowing = deferred.status.subscribe((status) => {
    shown = status;
  });
  return {
    control,
    start,
    stop,
    deferred,
    loads,
    come: () => loads.at(-1)?.resolve(control),
    fail: () => loads.at(-1)?.reject(new TypeError('Failed to fetch')),
    happen,
    said: () => [shown?.state, shown?.problem?.type],
    stopShowing,
  };
}

test('the status is told from what is stored, and what is asked for waits for the code', async () => {
  const tab = await createTab();
  await vi.waitFor(() => expect(tab.said()).toEqual(['synced', undefined]));
  const paused = tab.deferred.pause();
  await vi.waitFor(() => expect(tab.loads).toHaveLength(1));
  expect(tab.said()).toEqual(['synced', undefined]);
  tab.come();
  await paused;
  await vi.waitFor(() => expect(tab.said()).toEqual(['paused', undefined]));
  expect(tab.loads).toHaveLength(1);
});

test('started before the code is here, it starts with it; stopped before, it never does', async () => {
  const [started, stopped] = [await createTab(), await createTab()];
  for (const {deferred} of [started, stopped]) deferred.start();
  stopped.deferred.stop();
  for (const tab of [started, stopped]) tab.come();
  await vi.waitFor(() => expect(started.start).toHaveBeenCalledOnce());
  await vi.waitFor(() => expect(stopped.stop).toHaveBeenCalled());
  expect(stopped.start).not.toHaveBeenCalled();
  started.deferred.stop();
  await vi.waitFor(() => expect(started.stop).toHaveBeenCalledOnce());
});

test('code that can’t be got is a problem that is said; it is asked for again when the network is back', async () => {
  const tab = await createTab();
  tab.deferred.start();
  tab.fail();
  await vi.waitFor(() => expect(tab.said()).toEqual(['problem', 'internal_error']));
  tab.happen('online');
  await vi.waitFor(() => expect(tab.loads).toHaveLength(2));
  tab.come();
  await vi.waitFor(() => expect(tab.said()).toEqual(['synced', undefined]));
  expect(tab.start).toHaveBeenCalledOnce();
});

test('what is asked for while the code can’t be got fails, and asks for it again', async () => {
  const tab = await createTab();
  tab.fail();
  await vi.waitFor(() => expect(tab.said()).toEqual(['problem', 'internal_error']));
  const asked = tab.deferred.syncNow();
  tab.fail();
  await expect(asked).rejects.toThrow('Failed to fetch');
  const again = tab.deferred.syncNow();
  tab.come();
  await again;
  expect(tab.loads).toHaveLength(3);
});

test('who listens is moved to the whole one once it is here; who has stopped listening is not', async () => {
  const tab = await createTab();
  const told: (VerifyProgress | null)[] = [];
  tab.deferred.verifying.subscribe((progress) => told.push(progress));
  const gone = vi.fn();
  tab.deferred.verifying.subscribe(gone)();
  expect(gone).toHaveBeenCalledOnce();
  tab.stopShowing();
  const before = tab.said();
  tab.come();
  await tab.deferred.verify();
  expect(told.length).toBeGreaterThan(2);
  expect(told.at(-1)).toBeNull();
  expect(gone).toHaveBeenCalledOnce();
  await tab.deferred.pause();
  expect(tab.said()).toEqual(before);
});
