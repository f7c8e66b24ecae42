/**
 * Web Locks between the tabs and the worker of one app. The browser's names are the origin's, so each carries the app's own
 * `scope`: two Asters under two paths of one host are two. Where the browser has none, or refuses them, everybody goes on
 * at once: locks only save work.
 */

import type {Locks} from '../sync/ports.ts';

export function createWebLocks(scope: string, manager: LockManager | null = ownManager()): Locks {
  const named = (name: string) => `${scope} ${name}`;
  return {
    exclusive: (name, body) => runExclusive(manager, named(name), body),
    lead: (name, onLead) => lead(manager, named(name), onLead),
  };
}

async function runExclusive<T>(manager: LockManager | null, name: string, body: () => Promise<T>): Promise<T> {
  if (manager === null) return body();
  let run: Promise<T> | undefined;
  const once = () => {
    run ??= body();
    return run;
  };
  try {
    return await manager.request(name, once);
  } catch {
    // Refused, taken away by another, or the body's own failure, which awaiting it tells again.
    return once();
  }
}

function lead(manager: LockManager | null, name: string, onLead: () => void): () => void {
  const stop = new AbortController();
  const released = new Promise<void>((resolve) => stop.signal.addEventListener('abort', () => resolve()));
  let leads = false;
  const begin = () => {
    if (leads || stop.signal.aborted) return;
    leads = true;
    onLead();
  };
  // Never called before this function returned, so that the caller has what stops it.
  const request = manager?.request(name, {signal: stop.signal}, () => {
    begin();
    return released;
  });
  Promise.resolve(request).then(begin, begin);
  return () => stop.abort();
}

function ownManager(): LockManager | null {
  return typeof navigator === 'undefined' ? null : ((navigator.locks as LockManager | undefined) ?? null);
}
