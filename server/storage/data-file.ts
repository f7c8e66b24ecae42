/**
 * What a file must be to be taken for an Aster database: SQLite's, whole, with Aster's tables, of a schema that this version
 * knows. Nothing is written to the file that is looked at. What is wrong with one is a DataFileError whose message says what
 * to do; errors of disks and of SQLite become one here, so that nobody else matches on their codes.
 */

import {closeSync, openSync, readSync} from 'node:fs';
import Database from 'better-sqlite3';
import {SCHEMA_VERSION} from './sqlite-schema.ts';

export type DataFileFault =
  | 'not_found'
  | 'not_aster'
  | 'damaged'
  | 'too_new'
  | 'too_old'
  | 'exists'
  | 'no_access'
  | 'no_room'
  | 'unreadable';

/** `message` is for people, and names the file. */
export class DataFileError extends Error {
  readonly type: DataFileFault;

  constructor(type: DataFileFault, message: string, options?: {cause: unknown}) {
    super(message, options);
    this.name = 'DataFileError';
    this.type = type;
  }
}

export interface DataFileFacts {
  readonly accounts: number;
  /** Not deleted. */
  readonly notes: number;
  /** When the server received the newest row; null without any. */
  readonly newestMs: number | null;
}

const SQLITE_MAGIC = 'SQLite format 3\0';
const TABLES = ['meta', 'accounts', 'documents', 'devices', 'entities', 'commits', 'buckets'];
const MAX_FAULTS = 20;

/** Reads all of it: takes as long as reading the whole file. Throws DataFileError. */
export function inspectDataFile(file: string): DataFileFacts {
  return withDataFile(file, (db) => {
    refuseStrange(db, file);
    const faults = faultsIn(db);
    if (faults.length > 0) throw new DataFileError('damaged', `${file} is damaged: ${faults[0]}. ${USE_ANOTHER}`);
    return readFacts(db);
  });
}

/** A read-only connection for as long as `use` runs. Throws DataFileError for a file that isn't SQLite's. */
export function withDataFile<T>(file: string, use: (db: Database.Database) => T): T {
  try {
    refuseOtherFormats(file);
    const db = new Database(file, {readonly: true, fileMustExist: true});
    try {
      return use(db);
    } finally {
      db.close();
    }
  } catch (error) {
    throw asDataFileError(error, file);
  }
}

/** Aster's tables, of a schema that this version knows; whether they are whole isn't looked at. Throws DataFileError. */
export function refuseStrange(db: Database.Database, file: string): void {
  const version = Number(db.pragma('user_version', {simple: true}));
  const found = db.prepare<[], {name: string}>("SELECT name FROM sqlite_schema WHERE type = 'table'").all();
  const names = new Set(found.map(({name}) => name));
  if (version < 1 || !TABLES.every((name) => names.has(name))) throw notAster(file);
  if (version <= SCHEMA_VERSION) return;
  throw new DataFileError(
    'too_new',
    `${file} is of a newer Aster (schema ${version}, this one knows up to ${SCHEMA_VERSION}). Use that version of Aster, or a newer one.`,
  );
}

/** What SQLite itself finds wrong with pages, indexes and references; none where all is well. */
export function faultsIn(db: Database.Database): readonly string[] {
  const found = db.pragma(`integrity_check(${MAX_FAULTS})`) as readonly {readonly integrity_check: string}[];
  const faults = found.map(({integrity_check: fault}) => fault).filter((fault) => fault !== 'ok');
  const orphans = db.pragma('foreign_key_check') as readonly {readonly table: string}[];
  const tables = [...new Set(orphans.map(({table}) => table))];
  return [...faults, ...tables.map((table) => `rows of ${table} belong to no account`)];
}

const USE_ANOTHER = 'Use another copy.';
/** By the beginning of the code: SQLite's extended codes go on after it. */
const FAULT_BY_CODE: Readonly<Record<string, readonly [type: DataFileFault, words: string]>> = {
  ENOENT: ['not_found', 'does not exist. Check the path; folders on the way to it are not made.'],
  ENOTDIR: ['not_found', 'does not exist. Check the path.'],
  EISDIR: ['not_aster', 'is a folder. Give a file; in a copy of a data folder it is the one named aster.db.'],
  EEXIST: ['exists', 'exists already, and is not overwritten. Give another name.'],
  EACCES: ['no_access', 'is not open to this user. Give this user access, or choose another place.'],
  EPERM: ['no_access', 'is not open to this user. Give this user access, or choose another place.'],
  EROFS: ['no_access', 'is on a disk that is read-only. Choose another place.'],
  ENOSPC: ['no_room', 'does not fit on its disk. Make room, or choose another disk.'],
  EDQUOT: ['no_room', 'does not fit into this user’s share of its disk. Make room, or choose another disk.'],
  SQLITE_FULL: ['no_room', 'does not fit on its disk. Make room, or choose another disk.'],
  SQLITE_NOTADB: ['not_aster', 'is not an Aster database. Give a file that `aster backup` made.'],
  SQLITE_CORRUPT: ['damaged', `is damaged. ${USE_ANOTHER}`],
  SQLITE_CANTOPEN: [
    'no_access',
    'can’t be opened. Copy it, with any -wal file beside it, to a folder that this user may write to.',
  ],
  SQLITE_READONLY: ['no_access', 'can’t be written. Give this user access, or choose another place.'],
  SQLITE_IOERR: ['unreadable', 'can’t be read or written by this disk. Use another copy, or another disk.'],
};

/** Errors that no file can be blamed for stay what they are. */
export function asDataFileError(error: unknown, file: string): unknown {
  if (error instanceof DataFileError || !(error instanceof Error) || !('code' in error)) return error;
  const code = String(error.code);
  const fault = Object.entries(FAULT_BY_CODE).find(([known]) => code === known || code.startsWith(`${known}_`));
  if (fault === undefined) return error;
  const [type, words] = fault[1];
  return new DataFileError(type, `${file} ${words}`, {cause: error});
}

/** SQLite would take an empty file for an empty database. */
function refuseOtherFormats(file: string): void {
  const head = Buffer.alloc(SQLITE_MAGIC.length);
  const descriptor = openSync(file, 'r');
  try {
    readSync(descriptor, head);
  } finally {
    closeSync(descriptor);
  }
  if (head.toString('latin1') !== SQLITE_MAGIC) throw notAster(file);
}

function notAster(file: string): DataFileError {
  return new DataFileError('not_aster', `${file} is not an Aster database. Give a file that \`aster backup\` made.`);
}

function readFacts(db: Database.Database): DataFileFacts {
  const facts = db
    .prepare<[], DataFileFacts>(
      `SELECT (SELECT count(*) FROM accounts) AS accounts,
        (SELECT count(*) FROM entities WHERE kind = 'note' AND deleted = 0) AS notes,
        (SELECT max(received_ms) FROM entities) AS newestMs`,
    )
    .get();
  if (facts === undefined) throw new Error('a count has no row');
  return facts;
}
