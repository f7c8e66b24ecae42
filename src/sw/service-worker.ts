/**
 * The service worker: listeners only. Keeps the whole app shell of one build in the cache, so that after one visit the app
 * starts with no network and with the server down; runs rounds when no page does. Never answers for the API.
 */

/// <reference lib="webworker" />
import {clientsClaim} from 'workbox-core';
import {cleanupOutdatedCaches, createHandlerBoundToURL, precacheAndRoute} from 'workbox-precaching';
import {NavigationRoute, registerRoute} from 'workbox-routing';
import {safeParse} from 'zod/mini';
import {createBackgroundRounds} from './background-sync.ts';
import {OUTBOX_TAG, PERIODIC_TAG, workerMessageSchema} from './messages.ts';

/** https://wicg.github.io/background-sync/spec/ and /periodic-background-sync/ */
interface SyncEvent extends ExtendableEvent {
  readonly tag: string;
}

declare global {
  interface ServiceWorkerGlobalScopeEventMap {
    sync: SyncEvent;
    periodicsync: SyncEvent;
  }
}

declare const self: ServiceWorkerGlobalScope & {
  readonly __WB_MANIFEST: {readonly url: string; readonly revision: string | null}[];
};

const BASE_PATH = new URL(self.registration.scope).pathname;
const SERVER_PATHS = [new RegExp(`^${BASE_PATH}(api/|metrics$)`)];
const rounds = createBackgroundRounds(BASE_PATH);

precacheAndRoute([...self.__WB_MANIFEST]);
cleanupOutdatedCaches();
registerRoute(new NavigationRoute(createHandlerBoundToURL('index.html'), {denylist: SERVER_PATHS}));
clientsClaim();

self.addEventListener('sync', (event) => {
  if (event.tag === OUTBOX_TAG) event.waitUntil(rounds.run('send'));
});

self.addEventListener('periodicsync', (event) => {
  if (event.tag === PERIODIC_TAG) event.waitUntil(rounds.run('send_and_fetch'));
});

self.addEventListener('message', (event) => {
  const message = safeParse(workerMessageSchema, event.data);
  if (message.data?.type === 'sync') event.waitUntil(rounds.run('send'));
});
