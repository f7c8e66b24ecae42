/**
 * Composition root of the page: builds the adapters, the engine and the notebook, and gives them to the screens. Nothing
 * here waits for the network; the page shows what is stored as soon as the database answers.
 */

import {StrictMode} from 'react';
import {createRoot} from 'react-dom/client';
import type {SyncError} from '../protocol/errors.ts';
import {createBrowserReplica} from './browser-replica.ts';
import {createNotebook} from './db/notebook.ts';
import {mergeBody} from './notes/merge.ts';
import {createAppUpdate} from './platform/app-update.ts';
import {createBackgroundSync, requestPeriodicSync} from './platform/background-sync.ts';
import {createBrowserConnectivity} from './platform/browser-connectivity.ts';
import {createLeftBehind} from './platform/left-behind.ts';
import type {Live} from './sync/api.ts';
import {createDeferredControl} from './sync/deferred-control.ts';
import {createWriter} from './sync/writer.ts';
import {AppRoot} from './ui/app.tsx';
import type {App} from './ui/app-context.ts';
import {browserStorage} from './ui/browser-storage.ts';

type Started = App & {readonly update: ReturnType<typeof createAppUpdate>};

function createApp(): Started {
  const base = new URL(document.baseURI);
  const failure = createBroadcast<SyncError>();
  const {database, ports} = createBrowserReplica(base.pathname, failure.tell);
  const {store, time, random, readLifetimes} = ports;
  const background = createBackgroundSync();
  const connectivity = createBrowserConnectivity();
  const control = createDeferredControl({...ports, connectivity}, async () => {
    const {createPageSync} = await import('./page-sync.ts');
    return createPageSync({...ports, connectivity, background});
  });
  const writer = createWriter({
    store,
    time,
    random,
    readLifetimes,
    merging: {mergeBody},
    onWriting: () => control.sendSoon(),
    onWritten: () => background.requestSync(),
  });
  const note = createLeftBehind(browserStorage(), base.pathname);
  control.status.subscribe(note.keep);
  return {
    failure,
    update: createAppUpdate({
      basePath: base.pathname,
      entry: import.meta.url,
      workerUrl: new URL('sw.js', base),
      time,
    }),
    control,
    get leftBehind() {
      return note.read();
    },
    notebook: createNotebook({db: database, writer, time}),
    writer,
    importTrilium: async (file, options) => (await import('./transfer/import-trilium.ts')).importTrilium(file, options),
    version: __ASTER_VERSION__,
    basePath: base.pathname,
    ownAddress: base.href.replace(/\/$/, ''),
  };
}

/** The last value told, to whoever subscribes, then and from then on. */
function createBroadcast<T>(): Live<T> & {tell(value: T): void} {
  let last: {readonly value: T} | undefined;
  const listeners = new Set<(value: T) => void>();
  return {
    tell(value) {
      last = {value};
      for (const listener of listeners) listener(value);
    },
    subscribe(listener) {
      listeners.add(listener);
      if (last !== undefined) listener(last.value);
      return () => listeners.delete(listener);
    },
  };
}

/** Only in a built app: the development server has no worker. */
function startWorker({update, control}: Started): void {
  if (!import.meta.env.PROD || !('serviceWorker' in navigator)) return;
  update
    .start()
    .then(() => requestPeriodicSync(navigator.serviceWorker))
    .catch((error: unknown) => {
      console.info('The app will not start offline: its service worker was refused.', error);
    });
  control.status.subscribe(({problem}) => {
    if (problem?.type === 'upgrade_needed' && problem.side === 'app') update.check();
  });
}

const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no #root');
const app = createApp();
createRoot(root).render(
  <StrictMode>
    <AppRoot app={app} />
  </StrictMode>,
);
app.control.start();
startWorker(app);
