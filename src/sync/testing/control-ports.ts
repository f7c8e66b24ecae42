/** The ports of a tab on a device of the test world: online, in view, without a stream of pokes. */

import type {ControlPorts} from '../control.ts';
import type {Store} from '../ports.ts';
import {createProbe} from './probe.ts';
import {createTimers} from './timers.ts';
import type {Device, World} from './world.ts';

export function controlPortsOf(world: World, device: Device, store: Store = device.store): ControlPorts {
  return {
    ...device.ports,
    store,
    transport: {...device.ports.transport, openPokes: () => () => undefined},
    probe: createProbe({places: {}}),
    time: createTimers(world).time,
    random: {bytes: () => new Uint8Array(12), fraction: () => 0.5},
    connectivity: {isOnline: () => true, isVisible: () => true, watch: () => () => undefined},
    background: {requestSync: () => undefined, handOver: () => undefined},
    rules: {welcome: () => [], nameDevice: () => ({type: 'undelete', kind: 'option', id: 'name'})},
  };
}
