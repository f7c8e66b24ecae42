import {expect, test} from 'vitest';
import {SyncFailure} from '../../protocol/errors.ts';
import type {SyncStatus} from './api.ts';
import {type ControlPorts, createSyncControl} from './control.ts';
import type {Store} from './ports.ts';
import {createTimers} from './testing/timers.ts';
import {createWorld, type Device, settle, type World} from './testing/world.ts';

function createTab(world: World, device: Device, store: Store) {
  const ports: ControlPorts = {
    ...device.ports,
    store,
    transport: {...device.ports.transport, openPokes: () => () => undefined},
    time: createTimers(world).time,
    random: {bytes: () => new Uint8Array(12), fraction: () => 0.5},
    connectivity: {isOnline: () => true, isVisible: () => true, watch: () => () => undefined},
    background: {requestSync: () => undefined, handOver: () => undefined},
    rules: {welcome: () => [], nameDevice: () => ({type: 'undelete', kind: 'option', id: 'name'})},
  };
  const control = createSyncControl(ports);
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
