/** Verifying on SQLite: a read-only connection beside the server's own, which disturbs nobody and sees one moment. */

import type {Database} from 'better-sqlite3';
import type {Bucket} from '../../protocol/digest.ts';
import type {CommitRow, EntityRow, WholeRow} from './port.ts';
import {fromEntityRow, type SqlDocument, type SqlEntity, toDocumentRow, toEntityRow} from './sqlite-rows.ts';
import type {StoredRow, VerifyStorage} from './verify-port.ts';

/** What follows from a row, and what queries go by; the rest of the columns is the row. */
const DERIVED = ['bucket', 'counted', 'erased', 'has_body', 'erase_at_ms', 'tombstone_of', 'open_conflict_of'] as const;

export function createVerifyStorage(db: Database): VerifyStorage {
  const epoch = db.prepare<[], {value: string}>("SELECT value FROM meta WHERE key = 'epoch'");
  const accounts = db.prepare<[], {id: string; username: string}>(
    'SELECT account AS id, username FROM accounts ORDER BY created_ms, account',
  );
  const document = db.prepare<[string], SqlDocument>('SELECT * FROM documents WHERE account = ?');
  const rows = db.prepare<[string], SqlRow>('SELECT * FROM entities WHERE account = ?');
  const commits = db.prepare<[string], CommitRow>('SELECT seq, mark FROM commits WHERE account = ? ORDER BY seq');
  const bucket = db.prepare<[string, number], Bucket>(
    'SELECT sum, count FROM buckets WHERE account = ? AND bucket = ?',
  );
  return {
    epoch: () => epoch.get()?.value,
    accounts: () => accounts.all(),
    snapshot: (body) => db.transaction(body).deferred(),
    document(accountId) {
      const found = document.get(accountId);
      return found && toDocumentRow(found);
    },
    *rows(accountId) {
      for (const sql of rows.iterate(accountId)) yield toStoredRow(accountId, sql);
    },
    commits: (accountId) => commits.iterate(accountId),
    bucket: (accountId, index) => bucket.get(accountId, index),
  };
}

type SqlRow = SqlEntity & Readonly<Record<(typeof DERIVED)[number], number | string | null>>;

function toStoredRow(accountId: string, sql: SqlRow): StoredRow {
  const row = toEntityRow(sql);
  if (!isWhole(row)) return {row, misfiled: []};
  const right = fromEntityRow(accountId, row);
  return {row, misfiled: DERIVED.filter((column) => right[column] !== sql[column])};
}

function isWhole(row: EntityRow): row is WholeRow {
  return row.body !== null;
}
