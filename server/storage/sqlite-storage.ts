/**
 * The storage port on SQLite: one connection writes, one write at a time, those that wait together by one commit; another
 * reads, in snapshots of its own. WAL with full sync: when a write resolves, it is on disk. The schema is brought up to date on opening.
 */

import Database from 'better-sqlite3';
import {createGroupedWrites} from './group-commit.ts';
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
  const writing = createGroupedWrites(writer);
  const reading = createQueue();
  let closing: Promise<void> | undefined;

  const open = (queue: Queue): Queue =>
    closing === undefined ? queue : () => Promise.reject(new Error('the storage is closed'));
  return {
    read: (body) => open(reading)(() => inSnapshot(reader, () => body(reads))),
    write: (_accountId, body) => open(writing)(() => body(writes)),
    close() {
      closing ??= (async () => {
        await reading(async () => reader.close());
        await writing(async () => undefined);
        writer.close();
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
    // Last, as a migration may sort more than fits. A savepoint keeps the pages as they were before it: in files, that would be
    // twice as many writes as the log's.
    db.pragma('temp_store = MEMORY');
  } catch (error) {
    db.close();
    throw error;
  }
  return db;
}

async function inSnapshot<T>(db: Database.Database, body: () => Promise<T>): Promise<T> {
  db.exec('BEGIN');
  try {
    return await body();
  } finally {
    if (db.inTransaction) db.exec('ROLLBACK');
  }
}
