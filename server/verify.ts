/** Recomputes everything in a data folder's database, also while a server uses it. Only reads. */

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

/** Throws DataFileError for what isn't a database of this version's; damage is no error but what was asked for. */
export function verifyDatabase(databaseFile: string): Verified {
  try {
    return withDataFile(databaseFile, (db) => {
      refuseStrange(db, databaseFile);
      if (Number(db.pragma('user_version', {simple: true})) < SCHEMA_VERSION) throw tooOld(databaseFile);
      const faults = faultsIn(db);
      if (faults.length > 0) return brokenFile(faults);
      const storage = createVerifyStorage(db);
      const accounts = storage.accounts().map((account) => verifyAccount(storage, account));
      return {faults, differences: verifyServer(storage), accounts};
    });
  } catch (error) {
    if (!(error instanceof DataFileError) || error.type !== 'damaged') throw error;
    return brokenFile([error.message]);
  }
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
