/** Recomputes everything in a data folder's database, also while a server uses it. Only reads. */

import type {Database} from 'better-sqlite3';
import {type Difference, type VerifiedAccount, verifyAccount, verifyServer} from './core/verify.ts';
import {DataFileError, faultsIn, refuseStrange, withDataFile} from './storage/data-file.ts';
import {SCHEMA_VERSION} from './storage/sqlite-schema.ts';
import {createVerifyStorage} from './storage/sqlite-verify.ts';

export interface Verified {
  /** What SQLite says is wrong with the file; then nothing else was looked at. */
  readonly faults: readonly string[];
  readonly differences: readonly Difference[];
  readonly accounts: readonly VerifiedAccount[];
}

/** Of a copy, whose rows may be damaged where SQLite finds nothing wrong with its pages. */
export interface Tally {
  readonly damagedRows: number;
  /** Of any kind, damaged rows and the digests that count them included. */
  readonly differences: number;
}

/** Throws DataFileError for what isn't a database of this version's; damage is no error but what was asked for. */
export function verifyDatabase(databaseFile: string): Verified {
  try {
    return withDataFile(databaseFile, (db) => verifyFile(db, databaseFile), 'own');
  } catch (error) {
    if (!(error instanceof DataFileError) || error.type !== 'damaged') throw error;
    return brokenFile([error.cause instanceof Error ? error.cause.message : error.message]);
  }
}

function verifyFile(db: Database, file: string): Verified {
  refuseStrange(db, file, 'own');
  if (isOlder(db)) throw tooOld(file);
  const faults = faultsIn(db);
  return faults.length > 0 ? brokenFile(faults) : {faults, ...verifyRows(db)};
}

/**
 * For a file whose pages were checked already (`inspectDataFile`); undefined for one of an older Aster, whose rows can be
 * read once they were brought to the present.
 */
export function tallyDifferences(databaseFile: string): Tally | undefined {
  return withDataFile(databaseFile, (db) => {
    if (isOlder(db)) return undefined;
    const {differences, accounts} = verifyRows(db);
    const all = [...differences, ...accounts.flatMap((account) => account.differences)];
    return {damagedRows: all.filter(({type}) => type === 'damaged_row').length, differences: all.length};
  });
}

function verifyRows(db: Database): Omit<Verified, 'faults'> {
  const storage = createVerifyStorage(db);
  const accounts = storage.accounts().map((account) => verifyAccount(storage, account));
  return {differences: verifyServer(storage), accounts};
}

function isOlder(db: Database): boolean {
  return Number(db.pragma('user_version', {simple: true})) < SCHEMA_VERSION;
}

function brokenFile(faults: readonly string[]): Verified {
  return {faults, differences: [], accounts: []};
}

function tooOld(file: string): DataFileError {
  return new DataFileError(
    'too_old',
    `${file} is of an older Aster. Start the server of this version once, then verify again.`,
  );
}
