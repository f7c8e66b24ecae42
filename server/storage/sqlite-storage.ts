/**
 * The storage port on SQLite: one connection writes, one transaction at a time; another reads, in snapshots of its own.
 * WAL with full sync: when a write resolves, it is on disk. The schema is brought up to date on opening.
 */

import Database from 'better-sqlite3';
import type {Storage, StorageReads, StorageWrites} from './port.ts';
import {createQueue, type Queue} from './queue.ts';
import {readsOf, writesOf} from './sqlite-queries.ts';
import {migrate} from './sqlite-schema.ts';

/** Creates the file where there is none. One process at a time: the caller holds the folder's lock. */
export function openSqliteStorage(file: string): Storage {
  const writer = openWriter(file);
  const reader = new Database(file, {readonly: true});
  const writes: StorageWrites = {...readsOf(writer), ...writesOf(writer)};
  const reads: StorageReads = readsOf(reader);
  const writing = createQueue();
  const reading = createQueue();
  let closing: Promise<void> | undefined;

  const open = (queue: Queue): Queue =>
    closing === undefined ? queue : () => Promise.reject(new Error('the storage is closed'));
  return {
    read: (body) => open(reading)(() => inTransaction(reader, 'BEGIN', () => body(reads))),
    write: (_accountId, body) => open(writing)(() => inTransaction(writer, 'BEGIN IMMEDIATE', () => body(writes))),
    close() {
      closing ??= (async () => {
        await reading(async () => reader.close());
        await writing(async () => writer.close());
      })();
      return closing;
    },
  };
}

function openWriter(file: string): Database.Database {
  const db = new Database(file);
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = FULL');
  db.pragma('busy_timeout = 5000');
  db.pragma('foreign_keys = ON');
  try {
    migrate(db);
  } catch (error) {
    db.close();
    throw error;
  }
  return db;
}

async function inTransaction<T>(db: Database.Database, begin: string, body: () => Promise<T>): Promise<T> {
  db.exec(begin);
  try {
    const value = await body();
    db.exec('COMMIT');
    return value;
  } catch (error) {
    if (db.inTransaction) db.exec('ROLLBACK');
    throw error;
  }
}
