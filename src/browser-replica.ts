/**
 * The one replica of this browser, as the page and the service worker both see it: the same database, the same locks.
 * Nothing is opened or started here.
 */

import type {SyncError} from '../protocol/errors.ts';
import {createDexieStore} from './db/dexie-store.ts';
import {createDatabase, type Database} from './db/schema.ts';
import {readLifetimes} from './notes/lifetimes.ts';
import {createBrowserRandom} from './platform/browser-random.ts';
import {createBrowserTime} from './platform/browser-time.ts';
import {createWebLocks} from './platform/web-locks.ts';
import type {Locks, Random, ReadLifetimes, Store, Time} from './sync/ports.ts';

export interface ReplicaPorts {
  readonly store: Store;
  readonly time: Time;
  readonly random: Random;
  readonly locks: Locks;
  readonly readLifetimes: ReadLifetimes;
}

export interface BrowserReplica {
  readonly database: Database;
  readonly ports: ReplicaPorts;
}

/** `basePath`: of the app on its origin, with a slash at the end. */
export function createBrowserReplica(basePath: string, onFailure: (error: SyncError) => void): BrowserReplica {
  const database = createDatabase({name: databaseName(basePath), onFailure});
  const time = createBrowserTime();
  const locks = createWebLocks({scope: basePath, time});
  return {
    database,
    ports: {store: createDexieStore(database), time, random: createBrowserRandom(), locks, readLifetimes},
  };
}

/** Storage belongs to the origin: two Asters under two paths of one host have two databases. */
function databaseName(basePath: string): string {
  return basePath === '/' ? 'aster' : `aster ${basePath}`;
}
