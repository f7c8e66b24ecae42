/**
 * The service worker: listeners only. Keeps the whole app shell of one build in the cache, so that after one visit the app
 * starts with no network and with the server down; runs rounds when no page does. A new one waits until a person agrees.
 * Never answers for the API.
 */

/// <reference lib="webworker" />
import {safeParse} from 'zod/mini';
import {createAppShell, type ShellFile} from './app-shell.ts';
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
  readonly __WB_MANIFEST: readonly ShellFile[];
};

const {scope} = self.registration;
const pages = () => self.clients.matchAll({type: 'window'});
const rounds = createBackgroundRounds(new URL(scope).pathname, async () =>
  (await pages()).some(({visibilityState}) => visibilityState === 'visible'),
);
const shell = createAppShell(scope, self.__WB_MANIFEST, {
  caches: self.caches,
  locks: self.navigator.locks,
  fetch: (request) => fetch(request),
  hasSuccessor: () => self.registration.waiting !== null || self.registration.installing !== null,
  pages: async () => (await pages()).length,
});

self.addEventListener('install', (event) => event.waitUntil(shell.install()));

self.addEventListener('activate', (event) => {
  event.waitUntil(self.clients.claim().then(() => shell.tidy()));
});

self.addEventListener('fetch', (event) => {
  const answer = shell.answer(event.request);
  if (answer === undefined) return;
  event.respondWith(answer);
  if (event.request.mode === 'navigate') event.waitUntil(shell.tidy());
});

self.addEventListener('sync', (event) => {
  if (event.tag === OUTBOX_TAG) event.waitUntil(rounds.runUnlessSeen('send'));
});

self.addEventListener('periodicsync', (event) => {
  if (event.tag === PERIODIC_TAG) event.waitUntil(rounds.run('send_and_fetch'));
});

self.addEventListener('message', (event) => {
  const message = safeParse(workerMessageSchema, event.data);
  if (message.data?.type === 'sync') event.waitUntil(rounds.runUnlessSeen('send'));
  if (message.data?.type === 'activate') event.waitUntil(self.skipWaiting());
});
