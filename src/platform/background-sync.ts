/**
 * Asks the service worker to do what a page can't finish. Background Sync (Chromium) wakes it when there is a network, and
 * gives each registration three tries, so it is asked for again with every write and start. Elsewhere the page does it all,
 * and the next start does what is left.
 */

import {OUTBOX_TAG, PERIODIC_TAG, type WorkerMessage} from '../sw/messages.ts';
import type {Background} from '../sync/ports.ts';

/** What TypeScript's DOM doesn't have: https://wicg.github.io/background-sync/spec/ and /periodic-background-sync/. */
interface SyncRegistration {
  readonly sync?: {register(tag: string): Promise<void>};
  readonly periodicSync?: {register(tag: string, options: {minInterval: number}): Promise<void>};
}

/** The browser decides on a longer one. */
const PERIOD_MS = 60 * 60_000;

export function createBackgroundSync(
  workers: ServiceWorkerContainer | undefined = navigator.serviceWorker,
): Background {
  let isRunning = false;
  let isAskedAgain = false;
  const register = async () => {
    while (isAskedAgain) {
      isAskedAgain = false;
      await (await syncOf(workers))?.sync?.register(OUTBOX_TAG);
    }
  };
  return {
    requestSync() {
      isAskedAgain = true;
      if (isRunning) return;
      isRunning = true;
      void register()
        .catch(() => undefined) // not allowed, or no worker yet: the page does it all
        .finally(() => {
          isRunning = false;
        });
    },
    handOver() {
      const message: WorkerMessage = {type: 'sync'};
      workers?.controller?.postMessage(message);
      this.requestSync();
    },
  };
}

/** Where the person allowed it, which browsers take from an app that is installed. */
export async function requestPeriodicSync(workers: ServiceWorkerContainer | undefined): Promise<void> {
  const registration = await syncOf(workers);
  if (registration?.periodicSync === undefined) return;
  const name = 'periodic-background-sync' as PermissionName;
  const {state} = await navigator.permissions.query({name});
  if (state === 'granted') await registration.periodicSync.register(PERIODIC_TAG, {minInterval: PERIOD_MS});
}

async function syncOf(workers: ServiceWorkerContainer | undefined): Promise<SyncRegistration | undefined> {
  return (await workers?.getRegistration()) as SyncRegistration | undefined;
}
