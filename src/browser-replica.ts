/**
 * The one replica of this browser, as the page and the service worker both see it: the same database, the same locks, the
 * same engine. Nothing is opened or started here.
 */

import type {SyncError} from '../protocol/errors.ts';
import {createDexieStore} from './db/dexie-store.ts';
import {createDatabase, type Database} from './db/schema.ts';
import {readLifetimes} from './notes/lifetimes.ts';
import {mergeBody, mergeData} from './notes/merge.ts';
import {noteOf} from './notes/note-of.ts';
import {createBrowserRandom} from './platform/browser-random.ts';
import {createBrowserTime} from './platform/browser-time.ts';
import {createFetchCalls} from './platform/fetch-calls.ts';
import {createWebLocks} from './platform/web-locks.ts';
import type {Random} from './sync/ports.ts';
import type {RoundPorts} from './sync/round.ts';

export interface BrowserReplica {
  readonly database: Database;
  readonly ports: RoundPorts & {readonly random: Random};
}

/** `basePath`: of the app on its origin, with a slash at the end. */
export function createBrowserReplica(basePath: string, onFailure: (error: SyncError) => void): BrowserReplica {
  const database = createDatabase({name: databaseName(basePath), onFailure});
  const store = createDexieStore(database);
  const time = createBrowserTime();
  const random = createBrowserRandom();
  const transport = createFetchCalls({time, connectivity: {isOnline: () => navigator.onLine}});
  const locks = createWebLocks({scope: basePath, time});
  return {
    database,
    ports: {store, transport, time, random, locks, merging: {mergeData, mergeBody}, noteOf, readLifetimes},
  };
}

/** Storage belongs to the origin: two Asters under two paths of one host have two databases. */
function databaseName(basePath: string): string {
  return basePath === '/' ? 'aster' : `aster ${basePath}`;
}
