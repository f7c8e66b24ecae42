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

/** What a file is to who reads of it: one among several, or the one that a server lives on. Each has a cure of its own. */
export type DataFileRole = 'copy' | 'own';

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
export function withDataFile<T>(file: string, use: (db: Database.Database) => T, role: DataFileRole = 'copy'): T {
  try {
    refuseOtherFormats(file, role);
    const db = new Database(file, {readonly: true, fileMustExist: true});
    try {
      return use(db);
    } finally {
      db.close();
    }
  } catch (error) {
    throw asDataFileError(error, file, role);
  }
}

/** Aster's tables, of a schema that this version knows; whether they are whole isn't looked at. Throws DataFileError. */
export function refuseStrange(db: Database.Database, file: string, role: DataFileRole = 'copy'): void {
  const version = Number(db.pragma('user_version', {simple: true}));
  const found = db.prepare<[], {name: string}>("SELECT name FROM sqlite_schema WHERE type = 'table'").all();
  const names = new Set(found.map(({name}) => name));
  if (version < 1 || !TABLES.every((name) => names.has(name))) throw notAster(file, role);
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
const COPY_NOT_ASTER = 'is not an Aster database. Give a file that `aster backup` made.';
const OWN_NOT_ASTER =
  'is not an Aster database. Put a backup back by `npm run aster -- restore <file>`, or give another data folder by ASTER_DATA_DIR.';
const PUT_BACK =
  'Stop the server. `npm run aster -- verify` says what is wrong; put a backup back by `npm run aster -- restore <file>`.';
const GIVE_ACCESS =
  'Give this user the data folder with all that is in it, to read and write, or give another folder by ASTER_DATA_DIR.';
const OWN_WORDS: Readonly<Partial<Record<DataFileFault, string>>> = {
  not_aster: OWN_NOT_ASTER,
  damaged: `is damaged. ${PUT_BACK}`,
  no_access: `can’t be opened and written by this user. ${GIVE_ACCESS}`,
  no_room: 'has no room left on its disk. Make room there: until then nothing new is kept, and devices hold it back.',
  unreadable: `can’t be read or written by its disk. Look at the disk. ${PUT_BACK}`,
};
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
  SQLITE_NOTADB: ['not_aster', COPY_NOT_ASTER],
  SQLITE_CORRUPT: ['damaged', `is damaged. ${USE_ANOTHER}`],
  SQLITE_CANTOPEN: [
    'no_access',
    'can’t be opened. Copy it, with any -wal file beside it, to a folder that this user may write to.',
  ],
  SQLITE_READONLY: ['no_access', 'can’t be written. Give this user access, or choose another place.'],
  SQLITE_IOERR: ['unreadable', 'can’t be read or written by this disk. Use another copy, or another disk.'],
};

/** Errors that no file can be blamed for stay what they are. */
export function asDataFileError(error: unknown, file: string, role: DataFileRole = 'copy'): unknown {
  if (error instanceof DataFileError || !(error instanceof Error) || !('code' in error)) return error;
  const code = String(error.code);
  const fault = Object.entries(FAULT_BY_CODE).find(([known]) => code === known || code.startsWith(`${known}_`));
  if (fault === undefined) return error;
  const [type, words] = fault[1];
  const said = role === 'own' ? (OWN_WORDS[type] ?? words) : words;
  return new DataFileError(type, `${file} ${said}`, {cause: error});
}

/** SQLite would take an empty file for an empty database. */
function refuseOtherFormats(file: string, role: DataFileRole): void {
  const head = Buffer.alloc(SQLITE_MAGIC.length);
  const descriptor = openSync(file, 'r');
  try {
    readSync(descriptor, head);
  } finally {
    closeSync(descriptor);
  }
  if (head.toString('latin1') !== SQLITE_MAGIC) throw notAster(file, role);
}

function notAster(file: string, role: DataFileRole): DataFileError {
  return new DataFileError('not_aster', `${file} ${role === 'own' ? OWN_NOT_ASTER : COPY_NOT_ASTER}`);
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
