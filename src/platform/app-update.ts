/**
 * A new build comes by consent: the browser gets it beside the running one, and nothing of it runs until the person says so.
 * Each page says which build it is of by a lock, so that the worker keeps that build's files (src/sw/app-shell.ts).
 */

import {pageLock, type WorkerMessage} from '../sw/messages.ts';
import type {AppUpdate} from '../sync/api.ts';
import type {Time} from '../sync/ports.ts';

export interface AppUpdateOptions {
  readonly basePath: string;
  /** Address of the script that started this page. */
  readonly entry: string;
  readonly workerUrl: URL;
  readonly time: Pick<Time, 'after' | 'monotonicMs'>;
  readonly workers?: ServiceWorkerContainer | undefined;
  readonly reload?: () => void;
}

const CHECK_EVERY_MS = 60 * 60_000;
/** A worker that doesn't become active in this time won't; the page starts again all the same, on the build that it has. */
const ACTIVE_WITHIN_MS = 10_000;

/** Registers the worker and holds the page's lock when it is started; without workers there is nothing to update. */
export function createAppUpdate(options: AppUpdateOptions): AppUpdate & {start(): Promise<void>} {
  const {
    basePath,
    entry,
    workerUrl,
    time,
    workers = navigator.serviceWorker,
    reload = () => location.reload(),
  } = options;
  const listeners = new Set<(isReady: boolean) => void>();
  let registration: ServiceWorkerRegistration | undefined;
  let isReady = false;
  let checkedMs = Number.NEGATIVE_INFINITY;

  const tellReady = () => {
    isReady = true;
    for (const listener of listeners) listener(true);
  };
  /** A first worker has no page of an older build before it. */
  const follow = (worker: ServiceWorker | null) => {
    worker?.addEventListener('statechange', () => {
      if (worker.state === 'installed' && workers?.controller) tellReady();
    });
  };
  const check = () => {
    checkedMs = time.monotonicMs();
    registration?.update().catch(() => undefined); // no network: looked at again later
  };

  return {
    ready: {
      subscribe(listener) {
        listeners.add(listener);
        listener(isReady);
        return () => listeners.delete(listener);
      },
    },
    check,
    async restart() {
      const waiting = registration?.waiting;
      if (waiting) {
        const message: WorkerMessage = {type: 'activate'};
        waiting.postMessage(message);
        await isActive(waiting, time);
      }
      reload();
    },
    async start() {
      if (workers === undefined) return;
      holdLock(pageLock(basePath, entry));
      const hadController = workers.controller !== null;
      workers.addEventListener('controllerchange', () => {
        if (hadController) tellReady();
      });
      document.addEventListener('visibilitychange', () => {
        const isDue = time.monotonicMs() - checkedMs > CHECK_EVERY_MS;
        if (document.visibilityState === 'visible' && isDue) check();
      });
      registration = await workers.register(workerUrl, {updateViaCache: 'none'});
      checkedMs = time.monotonicMs();
      registration.addEventListener('updatefound', () => follow(registration?.installing ?? null));
      follow(registration.installing);
      if (registration.waiting && workers.controller) tellReady();
    },
  };
}

function holdLock(name: string): void {
  const locks = navigator.locks as LockManager | undefined;
  // Where there are none the worker keeps all builds.
  locks?.request(name, {mode: 'shared'}, () => new Promise(() => undefined)).catch(() => undefined);
}

function isActive(worker: ServiceWorker, time: Pick<Time, 'after'>): Promise<void> {
  return new Promise((resolve) => {
    const cancel = time.after(ACTIVE_WITHIN_MS, resolve);
    worker.addEventListener('statechange', () => {
      if (worker.state !== 'activated') return;
      cancel();
      resolve();
    });
  });
}
