/** Locks between the processes of one replica, where the browser has any. A process that ends gives its locks back, as browsers do. */

import type {Locks} from '../src/sync/ports.ts';
import type {Life} from './life.ts';

interface Claim {
  readonly life: Life;
  readonly onHeld: () => void;
  readonly onLost: () => void;
}

interface Lock {
  holder: Claim | null;
  readonly queue: Claim[];
  readonly watchers: Set<(isHeld: boolean) => void>;
}

export interface LockManager {
  of(life: Life): Locks;
}

/** Where a browser has no locks everybody goes on at once. */
const NO_LOCKS: Locks = {
  exclusive: (_name, body) => body(),
  lead(_name, onLead) {
    onLead();
    return {claim: () => undefined, stop: () => undefined};
  },
  watch: () => () => undefined,
};

export function createLockManager(has: 'locks' | 'no locks'): LockManager {
  if (has === 'no locks') return {of: () => NO_LOCKS};
  const lockByName = new Map<string, Lock>();
  const lockOf = (name: string): Lock => {
    const lock = lockByName.get(name) ?? {holder: null, queue: [], watchers: new Set()};
    lockByName.set(name, lock);
    return lock;
  };
  const give = (lock: Lock, claim: Claim | undefined): void => {
    const wasHeld = lock.holder !== null;
    lock.holder = claim ?? null;
    if (wasHeld !== (claim !== undefined)) for (const watcher of [...lock.watchers]) watcher(claim !== undefined);
    claim?.onHeld();
  };
  const request = (lock: Lock, claim: Claim): void => {
    if (!claim.life.isAlive()) return;
    if (lock.holder === null) give(lock, claim);
    else lock.queue.push(claim);
  };
  const release = (lock: Lock, claim: Claim): void => {
    const waiting = lock.queue.indexOf(claim);
    if (waiting >= 0) lock.queue.splice(waiting, 1);
    if (lock.holder !== claim) return;
    let next = lock.queue.shift();
    while (next !== undefined && !next.life.isAlive()) next = lock.queue.shift();
    give(lock, next);
  };
  return {of: (life) => locksOf(life, {lockOf, give, request, release})};
}

interface Manager {
  lockOf(name: string): Lock;
  give(lock: Lock, claim: Claim | undefined): void;
  request(lock: Lock, claim: Claim): void;
  release(lock: Lock, claim: Claim): void;
}

function locksOf(life: Life, {lockOf, give, request, release}: Manager): Locks {
  const claimOf = (lock: Lock, onHeld: () => void, onLost: () => void): Claim => {
    const claim = {life, onHeld, onLost};
    life.onEnd(() => release(lock, claim));
    return claim;
  };
  return {
    exclusive: (name, body) =>
      new Promise((resolve, reject) => {
        const lock = lockOf(name);
        const run = () =>
          void body()
            .then(resolve, reject)
            .finally(() => release(lock, claim));
        const claim = claimOf(lock, run, () => undefined);
        request(lock, claim);
      }),
    lead(name, onLead, onLost) {
      const lock = lockOf(name);
      const claim = claimOf(lock, onLead, onLost);
      request(lock, claim);
      return {
        claim() {
          const {holder} = lock;
          if (holder === claim || !life.isAlive()) return;
          lock.queue.splice(0, lock.queue.length, ...lock.queue.filter((one) => one !== claim));
          if (holder !== null) {
            lock.queue.push(holder);
            holder.onLost();
          }
          give(lock, claim);
        },
        stop: () => release(lock, claim),
      };
    },
    watch(name, listener) {
      const {watchers} = lockOf(name);
      watchers.add(listener);
      life.onEnd(() => void watchers.delete(listener));
      return () => watchers.delete(listener);
    },
  };
}
