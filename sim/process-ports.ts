/** The ports of one process of a browser: everything goes through its life, and stops with it. */

import {type SyncError, SyncFailure} from '../protocol/errors.ts';
import {hashOf} from '../protocol/hash.ts';
import type {CallRequest} from '../protocol/messages.ts';
import {fateInAccount} from '../src/notes/joining.ts';
import {readLifetimes} from '../src/notes/lifetimes.ts';
import {mergeBody, mergeData} from '../src/notes/merge.ts';
import {noteOf} from '../src/notes/note-of.ts';
import {readyBy} from '../src/sync/join.ts';
import type {MemoryStore} from '../src/sync/memory-store.ts';
import type {Locks, Random, ReadLifetimes, Store, Time, Transport} from '../src/sync/ports.ts';
import type {RoundPorts} from '../src/sync/round-ports.ts';
import type {Life} from './life.ts';
import type {LockManager} from './locks.ts';
import {createTransport, type Line} from './network.ts';
import {ERASE_AFTER_MS, START_MS} from './server.ts';
import type {World} from './world.ts';

/** What of a device its processes need. */
interface Device {
  readonly name: string;
  readonly store: MemoryStore;
  readonly line: Line;
  readonly clock: {readonly offsetMs: number; readonly drift: number};
  readonly isFull: boolean;
}

export type ProcessPorts = RoundPorts & {readonly transport: Transport; readonly random: Random};

/** So that a run sees everything end. */
const readShortLifetimes: ReadLifetimes = async (tx) => ({
  ...(await readLifetimes(tx)),
  deletedMs: ERASE_AFTER_MS,
  revisionsPerNote: 2,
});

/** Of most devices, so that their batches follow one another. */
const SMALL_BATCH_ROWS = 2;

const FULL: SyncError = {type: 'storage_full', message: 'simulated'};

export function portsOf(world: World, device: Device, locks: LockManager, life: Life): ProcessPorts {
  const {random, witness} = world;
  const transport = createTransport({...world, life, line: device.line});
  const own = locks.of(life);
  let count = (): void => undefined;
  return {
    merging: {mergeData, mergeBody},
    noteOf,
    makeReady: readyBy(fateInAccount),
    readLifetimes: readShortLifetimes,
    hashAll: async (parts) => parts.map(hashOf),
    random,
    batchRows: device.name === 'device 0' ? 500 : SMALL_BATCH_ROWS,
    store: storeOf(device, life),
    time: timeOf(world, device, life),
    transport: {
      ...transport,
      call: (name, request, options) => {
        count();
        if (name === 'push' && world.locks === 'locks') witness.pushes(device.name, device.store.snapshot().state);
        if (name === 'repair')
          witness.givesBack(device.name, request as CallRequest<'repair'>, device.store.snapshot());
        return transport.call(name, request, options);
      },
    },
    locks: countedLocks(own, () => {
      count = witness.watchRound(device.name);
    }),
  };
}

function countedLocks(locks: Locks, onHeld: () => void): Locks {
  return {
    ...locks,
    exclusive: (name, body) =>
      locks.exclusive(name, () => {
        onHeld();
        return body();
      }),
  };
}

/**
 * Each process counts its own milliseconds from its beginning, as browsers do. Its timers count whole ones: a delay that
 * is too small to move the time would be waited for again and again, for ever.
 */
function timeOf({scheduler}: World, {clock}: Device, life: Life): Time {
  const bornMs = scheduler.nowMs();
  return {
    wallMs: () => START_MS + Math.floor(scheduler.nowMs() * (1 + clock.drift)) + clock.offsetMs,
    monotonicMs: () => scheduler.nowMs() - bornMs,
    after: (delayMs, action) => scheduler.after(Math.ceil(delayMs), () => (life.isAlive() ? action() : undefined)),
  };
}

function storeOf(device: Device, life: Life): Store {
  const {store} = device;
  return {
    transaction: (mode, body) => {
      const isFull = mode === 'write' && device.isFull;
      return life.step(mode, () => (isFull ? Promise.reject(new SyncFailure(FULL)) : store.transaction(mode, body)));
    },
    watch(listener) {
      const stop = store.watch((overview) => (life.isAlive() ? listener(overview) : undefined));
      life.onEnd(stop);
      return stop;
    },
  };
}
