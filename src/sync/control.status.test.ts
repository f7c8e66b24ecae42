import {expect, test} from 'vitest';
import {SyncFailure} from '../../protocol/errors.ts';
import type {SyncStatus} from './api.ts';
import {createSyncControl} from './control.ts';
import type {Store} from './ports.ts';
import {controlPortsOf} from './testing/control-ports.ts';
import {createWorld, type Device, settle, type World} from './testing/world.ts';

function createTab(world: World, device: Device, store: Store) {
  const control = createSyncControl(controlPortsOf(world, device, store));
  let shown: SyncStatus | undefined;
  control.status.subscribe((status) => {
    shown = status;
  });
  return {control, said: () => [shown?.state, shown?.problem?.type]};
}

test('a failure that only this tab knows is said here until a round is good again, also one of another tab', async () => {
  const world = await createWorld();
  const device = await world.device('A');
  await settle(device);
  let isFull = false;
  const store: Store = {
    ...device.store,
    transaction: (mode, body) =>
      isFull
        ? Promise.reject(new SyncFailure({type: 'storage_full', message: 'full'}))
        : device.store.transaction(mode, body),
  };
  const [tab, other] = [createTab(world, device, store), createTab(world, device, device.store)];
  isFull = true;
  await tab.control.syncNow();
  expect(tab.said()).toEqual(['problem', 'storage_full']);
  world.nowMs += 1000;
  await other.control.syncNow();
  expect(other.said()).toEqual(['synced', undefined]);
  expect(tab.said()).toEqual(['synced', undefined]);
});
