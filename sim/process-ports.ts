/** The ports of one process of a browser: everything goes through its life, and stops with it. */

import {type SyncError, SyncFailure} from '../protocol/errors.ts';
import {mergeData} from '../src/notes/merge.ts';
import type {Locks, Random, Store, Time, Transport} from '../src/sync/ports.ts';
import type {RoundPorts} from '../src/sync/round.ts';
import type {Life} from './life.ts';
import type {LockManager} from './locks.ts';
import {createTransport} from './network.ts';
import type {Replica, World} from './replica.ts';
import {START_MS} from './server.ts';

export type ProcessPorts = RoundPorts & {readonly transport: Transport; readonly random: Random};

const FULL: SyncError = {type: 'storage_full', message: 'simulated'};

export function portsOf(world: World, replica: Replica, locks: LockManager, life: Life): ProcessPorts {
  const {random, witness} = world;
  const transport = createTransport({...world, life, line: replica.line});
  const own = locks.of(life);
  let count = (): void => undefined;
  return {
    mergeData,
    random,
    store: storeOf(replica, life),
    time: timeOf(world, replica, life),
    transport: {
      ...transport,
      call: (name, request, options) => {
        count();
        return transport.call(name, request, options);
      },
    },
    locks: countedLocks(own, () => {
      count = witness.watchRound(replica.name);
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

/** Each process counts its own milliseconds from its beginning, as browsers do. */
function timeOf({scheduler}: World, {clock}: Replica, life: Life): Time {
  const bornMs = scheduler.nowMs();
  return {
    wallMs: () => START_MS + Math.floor(scheduler.nowMs() * (1 + clock.drift)) + clock.offsetMs,
    monotonicMs: () => scheduler.nowMs() - bornMs,
    after: (delayMs, action) => scheduler.after(delayMs, () => (life.isAlive() ? action() : undefined)),
  };
}

function storeOf(replica: Replica, life: Life): Store {
  const {store} = replica;
  return {
    transaction: (mode, body) => {
      const isFull = mode === 'write' && replica.isFull;
      return life.step(mode, () => (isFull ? Promise.reject(new SyncFailure(FULL)) : store.transaction(mode, body)));
    },
    watch(listener) {
      const stop = store.watch((overview) => (life.isAlive() ? listener(overview) : undefined));
      life.onEnd(stop);
      return stop;
    },
  };
}
