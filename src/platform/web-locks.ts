/**
 * Web Locks between the tabs and the worker of one app. The browser's names are the origin's, so each carries the app's own
 * `scope`: two Asters under two paths of one host are two. A holder that is frozen is robbed of its lock. Where the browser
 * has no locks, or refuses them, everybody goes on at once: locks only save work.
 */

import type {Leadership, Locks, Time} from '../sync/ports.ts';
import {createLockHolders, type LockHolders} from './lock-holders.ts';

export interface WebLocksOptions {
  readonly scope: string;
  readonly time: Pick<Time, 'after'>;
  readonly manager?: LockManager | null;
  readonly holders?: LockHolders;
}

export function createWebLocks({scope, time, manager = ownManager(), holders}: WebLocksOptions): Locks {
  const named = (name: string) => `${scope} ${name}`;
  const told = holders ?? createLockHolders(ownChannel(`${scope} locks`), time, watchFreezing());
  return {
    exclusive: (name, body) => runExclusive(manager, told, named(name), body),
    lead: (name, onLead, onLost) => lead(manager, told, named(name), onLead, onLost),
    watch: (name, listener) => watch(manager, told, named(name), listener),
  };
}

async function runExclusive<T>(
  manager: LockManager | null,
  holders: LockHolders,
  name: string,
  body: () => Promise<T>,
): Promise<T> {
  let run: Promise<T> | undefined;
  const once = () => {
    run ??= holders.holding(name, body);
    return run;
  };
  if (manager === null) return once();
  try {
    return await requestPatiently(manager, holders, name, once, new AbortController().signal);
  } catch {
    // Refused, taken away by another, or the body's own failure, which awaiting it tells again.
    return once();
  }
}

/** Waits for the lock as long as its holder is alive. Rejects when it is refused, given up by `signal`, or taken away. */
function requestPatiently<T>(
  manager: LockManager,
  holders: LockHolders,
  name: string,
  onHeld: () => Promise<T>,
  signal: AbortSignal,
): Promise<T> {
  const {promise, resolve, reject} = Promise.withResolvers<T>();
  const queue = new AbortController();
  let isStolen = false;
  const stopAsking = holders.whenSilent(name, () => {
    isStolen = true;
    queue.abort();
    manager.request(name, {steal: true}, onHeld).then(resolve, reject);
  });
  const giveUp = () => queue.abort(signal.reason);
  signal.addEventListener('abort', giveUp);
  manager
    .request(name, {signal: queue.signal}, () => {
      stopAsking();
      signal.removeEventListener('abort', giveUp);
      return onHeld();
    })
    .then(resolve, (error: unknown) => {
      stopAsking();
      if (!isStolen) reject(error);
    });
  return promise;
}

function lead(
  manager: LockManager | null,
  holders: LockHolders,
  name: string,
  onLead: () => void,
  onLost: () => void,
): Leadership {
  const stop = new AbortController();
  let queue = new AbortController();
  let isWanted = false;
  let release: (() => void) | null = null;
  const hold = () => {
    if (stop.signal.aborted) return Promise.resolve();
    const {promise, resolve} = Promise.withResolvers<void>();
    release = resolve;
    onLead();
    return holders.holding(name, () => promise);
  };
  const end = (): boolean => {
    const wasHeld = release !== null;
    release?.();
    release = null;
    return wasHeld;
  };
  const request = (locks: LockManager): Promise<void> => {
    queue = new AbortController();
    const isClaim = isWanted;
    isWanted = false;
    return isClaim
      ? locks.request(name, {steal: true}, hold)
      : requestPatiently(locks, holders, name, hold, queue.signal);
  };

  async function wait(locks: LockManager): Promise<void> {
    while (!stop.signal.aborted) {
      const isGiven = await request(locks).then(
        () => true,
        () => false,
      );
      const wasHeld = end();
      if (stop.signal.aborted) return;
      if (wasHeld) onLost();
      else if (!isGiven && !isWanted) return void hold(); // refused: nobody is asked then
    }
  }
  // Never called before this function returned, so that the caller has what stops it.
  void Promise.resolve().then(() => (manager === null ? hold() : wait(manager)));
  return {
    claim() {
      if (release !== null) return;
      isWanted = true;
      queue.abort();
    },
    stop() {
      stop.abort();
      queue.abort();
      end();
    },
  };
}

/** A shared request is granted when the exclusive holder has ended, also when it was killed. */
function watch(
  manager: LockManager | null,
  holders: LockHolders,
  name: string,
  listener: (isHeld: boolean) => void,
): () => void {
  const stop = new AbortController();
  let isHeld = false;
  let isAwaited = false;
  let taken = 0;
  // A lock that was being taken as this began may be told of twice: by the holder, and by the browser.
  const tell = (next: boolean) => {
    if (next !== isHeld) listener(next);
    isHeld = next;
  };
  // Taken again while its end is awaited: that end is awaited, too, as the word of it may come first.
  const awaitEnd = async () => {
    if (isAwaited || manager === null) return;
    isAwaited = true;
    for (let seen = -1; seen !== taken; ) {
      seen = taken;
      await manager.request(name, {mode: 'shared', signal: stop.signal}, async () => undefined).catch(() => undefined); // stopped, or refused
    }
    isAwaited = false;
    if (!stop.signal.aborted) tell(false);
  };
  const stopListening = holders.onTaken(name, () => {
    taken += 1;
    tell(true);
    void awaitEnd();
  });
  manager
    ?.request(name, {mode: 'shared', ifAvailable: true}, async (lock) => {
      if (lock !== null || stop.signal.aborted) return;
      tell(true);
      void awaitEnd();
    })
    .catch(() => undefined); // refused: nothing is known of others
  return () => {
    stopListening();
    stop.abort();
  };
}

/** https://wicg.github.io/page-lifecycle/ : a page is told before it is frozen. A worker never is. */
function watchFreezing(): () => boolean {
  let isFrozen = false;
  const page = (globalThis as {document?: EventTarget}).document;
  page?.addEventListener('freeze', () => {
    isFrozen = true;
  });
  page?.addEventListener('resume', () => {
    isFrozen = false;
  });
  return () => isFrozen;
}

function ownManager(): LockManager | null {
  return typeof navigator === 'undefined' ? null : ((navigator.locks as LockManager | undefined) ?? null);
}

function ownChannel(name: string): BroadcastChannel | null {
  return typeof BroadcastChannel === 'undefined' ? null : new BroadcastChannel(name);
}
