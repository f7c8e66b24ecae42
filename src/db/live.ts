/**
 * Reading: once, or live. Every query runs in one read transaction, so that what it shows is one moment: a head never comes
 * with the body of another. A live query runs again when a row that it read, or could have read, changes in this or
 * another tab; unsubscribing stops it. A read whose connection was lost on the way is tried once more on a new one.
 */

import {liveQuery} from 'dexie';
import {SyncFailure} from '../../protocol/errors.ts';
import type {Live} from '../sync/api.ts';
import {type Database, TABLE_NAMES, type Tables, tablesOf} from './schema.ts';
import {isConnectionLost, toStorageFailure} from './storage-errors.ts';

export type Query<T> = (tables: Tables) => Promise<T>;

/** Rejects with SyncFailure. */
export async function readOnce<T>(database: Database, query: Query<T>): Promise<T> {
  const attempt = async () => {
    await database.open();
    return await inOneRead(database, query);
  };
  try {
    return await attempt().catch((error: unknown) => {
      if (!isConnectionLost(error)) throw error;
      return attempt();
    });
  } catch (error) {
    throw toStorageFailure(error);
  }
}

/** A query that fails twice in a row ends; the database's owner is told, and the last value stays. */
export function toLive<T>(database: Database, query: Query<T>): Live<T> {
  return {
    subscribe(listener) {
      const stop = new AbortController();
      void follow(database, query, listener, stop.signal);
      return () => stop.abort();
    },
  };
}

/**
 * One query for all who watch the same: each is told the last value soon, and then what the others are told. Every write runs each
 * live query again, on the thread that types.
 */
export function toSharedLive<T>(database: Database, query: Query<T>): Live<T> {
  const source = toLive(database, query);
  const tells = new Set<(value: T) => void>();
  let last: {readonly value: T} | null = null;
  let stop = () => {};
  return {
    subscribe(listener) {
      let isTold = false;
      const tell = (value: T) => {
        isTold = true;
        listener(value);
      };
      tells.add(tell);
      if (tells.size === 1) {
        stop = source.subscribe((value) => {
          last = {value};
          for (const one of [...tells]) one(value);
        });
      }
      queueMicrotask(() => {
        if (!isTold && tells.has(tell) && last !== null) tell(last.value);
      });
      return () => {
        if (!tells.delete(tell) || tells.size > 0) return;
        stop();
        last = null;
      };
    },
  };
}

/** For failures that no caller waits for. */
export function tellFailure(database: Database, error: unknown): void {
  const failure = toStorageFailure(error);
  if (!(failure instanceof SyncFailure)) throw failure;
  database.onFailure(failure.error);
}

async function follow<T>(
  database: Database,
  query: Query<T>,
  listener: (value: T) => void,
  signal: AbortSignal,
): Promise<void> {
  for (let failures = 0; !signal.aborted; failures++) {
    try {
      await database.open();
      if (signal.aborted) return;
      await untilItFails(database, query, signal, (value) => {
        failures = 0;
        listener(value);
      });
    } catch (error) {
      if (failures > 0 || !isConnectionLost(error)) return tellFailure(database, error);
    }
  }
}

/** Resolves when `signal` stops it. Dexie keeps some failures to itself, so they go around it. */
function untilItFails<T>(
  database: Database,
  query: Query<T>,
  signal: AbortSignal,
  listener: (value: T) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const querier = async () => {
      try {
        return await inOneRead(database, query);
      } catch (error) {
        reject(error);
        throw error;
      }
    };
    const subscription = liveQuery(querier).subscribe({next: listener, error: reject});
    signal.addEventListener('abort', () => {
      subscription.unsubscribe();
      resolve();
    });
  });
}

function inOneRead<T>({dexie}: Database, query: Query<T>): PromiseLike<T> {
  return dexie.transaction('r', TABLE_NAMES, async (transaction) => query(tablesOf((name) => transaction.table(name))));
}
