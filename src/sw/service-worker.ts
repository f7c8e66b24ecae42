/**
 * The service worker: listeners only. Keeps the whole app shell of one build in the cache, so that after one visit the app
 * starts with no network and with the server down. Never answers for the API.
 */

/// <reference lib="webworker" />
import {clientsClaim} from 'workbox-core';
import {cleanupOutdatedCaches, createHandlerBoundToURL, precacheAndRoute} from 'workbox-precaching';
import {NavigationRoute, registerRoute} from 'workbox-routing';

declare const self: ServiceWorkerGlobalScope & {
  readonly __WB_MANIFEST: {readonly url: string; readonly revision: string | null}[];
};

const SERVER_PATHS = [new RegExp(`^${new URL(self.registration.scope).pathname}(api/|metrics$)`)];

precacheAndRoute([...self.__WB_MANIFEST]);
cleanupOutdatedCaches();
registerRoute(new NavigationRoute(createHandlerBoundToURL('index.html'), {denylist: SERVER_PATHS}));
clientsClaim();
