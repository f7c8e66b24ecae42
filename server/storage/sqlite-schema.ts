/**
 * The SQLite schema and the way to it from older ones: `user_version` counts the migrations that were run, each in the one
 * transaction that also counts it. A file of a newer version is refused, never guessed at.
 */

import type {Database} from 'better-sqlite3';

export class SchemaTooNewError extends Error {
  constructor(found: number) {
    super(`the database has schema version ${found}, this server knows up to ${MIGRATIONS.length}: run a newer server`);
    this.name = 'SchemaTooNewError';
  }
}

const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;

  CREATE TABLE accounts (
    account TEXT PRIMARY KEY, username TEXT NOT NULL, username_key TEXT NOT NULL UNIQUE,
    password_hash TEXT NOT NULL, created_ms INTEGER NOT NULL
  ) STRICT;

  CREATE TABLE documents (
    account TEXT PRIMARY KEY REFERENCES accounts, head_seq INTEGER NOT NULL, head_mark TEXT NOT NULL, root TEXT NOT NULL,
    digests BLOB NOT NULL, floor INTEGER NOT NULL
  ) STRICT;

  CREATE TABLE devices (
    account TEXT NOT NULL REFERENCES accounts, id TEXT NOT NULL, name TEXT NOT NULL, token_hash TEXT NOT NULL UNIQUE,
    created_ms INTEGER NOT NULL, last_seen_ms INTEGER NOT NULL, last_address TEXT, cursor_seq INTEGER NOT NULL,
    removed_ms INTEGER, PRIMARY KEY (account, id)
  ) STRICT;

  CREATE TABLE entities (
    account TEXT NOT NULL REFERENCES accounts, kind TEXT NOT NULL, id TEXT NOT NULL, stamp TEXT NOT NULL,
    deleted INTEGER NOT NULL, hash TEXT NOT NULL, meta_hash TEXT NOT NULL, data_hash TEXT NOT NULL, body_hash TEXT NOT NULL,
    seq INTEGER NOT NULL, body_seq INTEGER NOT NULL, received_ms INTEGER NOT NULL,
    bucket INTEGER NOT NULL, counted INTEGER NOT NULL, erased INTEGER NOT NULL, has_body INTEGER NOT NULL,
    erase_at_ms INTEGER, tombstone_of TEXT, open_conflict_of TEXT,
    meta TEXT, data BLOB NOT NULL, body BLOB NOT NULL
  ) STRICT;
  CREATE UNIQUE INDEX entities_by_ref ON entities (account, kind, id);
  CREATE UNIQUE INDEX entities_by_seq ON entities (account, seq);
  CREATE INDEX entities_by_body_seq ON entities (account, body_seq) WHERE kind = 'note';
  CREATE INDEX entities_by_bucket ON entities (account, bucket) WHERE counted = 1;
  CREATE INDEX entities_by_erase_at ON entities (account, erase_at_ms) WHERE erase_at_ms IS NOT NULL;
  CREATE INDEX entities_by_tombstone_of ON entities (account, tombstone_of) WHERE tombstone_of IS NOT NULL;
  CREATE INDEX entities_by_open_conflict ON entities (account, open_conflict_of) WHERE open_conflict_of IS NOT NULL;

  CREATE TABLE judged (
    account TEXT NOT NULL REFERENCES accounts, kind TEXT NOT NULL, id TEXT NOT NULL, stamp TEXT NOT NULL,
    outcome TEXT NOT NULL, parents TEXT NOT NULL, over TEXT, PRIMARY KEY (account, kind, id, stamp)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE commits (
    account TEXT NOT NULL REFERENCES accounts, seq INTEGER NOT NULL, mark TEXT NOT NULL, PRIMARY KEY (account, seq)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE buckets (
    account TEXT NOT NULL REFERENCES accounts, bucket INTEGER NOT NULL, sum TEXT NOT NULL, count INTEGER NOT NULL,
    PRIMARY KEY (account, bucket)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE set_aside (
    account TEXT NOT NULL REFERENCES accounts, kind TEXT NOT NULL, id TEXT NOT NULL, seq INTEGER NOT NULL,
    noticed_ms INTEGER NOT NULL, stamp TEXT NOT NULL, hash TEXT NOT NULL, meta TEXT, data BLOB, body BLOB,
    PRIMARY KEY (account, kind, id, seq)
  ) STRICT;
  `,
  'CREATE INDEX entities_by_erased ON entities (account, received_ms, seq) WHERE erased = 1',
  "ALTER TABLE documents ADD COLUMN lossy TEXT NOT NULL DEFAULT ''",
  // After a restore another version of the same entity may have come by the same seq.
  `
  CREATE TABLE set_aside_by_version (
    account TEXT NOT NULL REFERENCES accounts, kind TEXT NOT NULL, id TEXT NOT NULL, seq INTEGER NOT NULL,
    noticed_ms INTEGER NOT NULL, stamp TEXT NOT NULL, hash TEXT NOT NULL, meta TEXT, data BLOB, body BLOB,
    PRIMARY KEY (account, kind, id, seq, stamp, hash)
  ) STRICT;
  INSERT INTO set_aside_by_version SELECT * FROM set_aside;
  DROP TABLE set_aside;
  ALTER TABLE set_aside_by_version RENAME TO set_aside;
  `,
  // Computed from the row when it is asked for: no row of an older database has to be written anew. A damaged meta names nothing.
  `
  ALTER TABLE entities ADD COLUMN revision_of TEXT GENERATED ALWAYS AS (
    CASE WHEN kind = 'revision' AND deleted = 0 AND json_valid(meta) THEN json_extract(meta, '$.of') END
  ) VIRTUAL;
  CREATE INDEX entities_by_revision_of ON entities (account, revision_of) WHERE revision_of IS NOT NULL;
  `,
];

/** What this version brings every database to. */
export const SCHEMA_VERSION = MIGRATIONS.length;

/** Idempotent. Throws SchemaTooNewError for a file of a newer server. */
export function migrate(db: Database): void {
  const found = db.pragma('user_version', {simple: true});
  const version = typeof found === 'number' ? found : 0;
  if (version > MIGRATIONS.length) throw new SchemaTooNewError(version);
  MIGRATIONS.slice(version).forEach((sql, index) => {
    const step = db.transaction(() => {
      db.exec(sql);
      db.pragma(`user_version = ${version + index + 1}`);
    });
    step.immediate();
  });
}
