/**
 * The data folder belongs to one server, or one restore, at a time. The lock is SQLite's own on a file beside the data: the
 * system gives it back when the process ends, however it ends, so that nothing stale is ever left to clean up. Who gets it
 * finishes the restore that another process died in.
 */

import {accessSync, chmodSync, constants, existsSync, mkdirSync, statSync} from 'node:fs';
import {join} from 'node:path';
import Database from 'better-sqlite3';
import {asDataFileError} from './storage/data-file.ts';
import {DATABASE_NAME, type Finished, finishReplacement, isReplacementDecided} from './storage/replacement.ts';

export class DataFolderError extends Error {
  constructor(message: string, options?: {cause: unknown}) {
    super(message, options);
    this.name = 'DataFolderError';
  }
}

export interface DataFolder {
  readonly databaseFile: string;
  /** The interrupted restore that was finished now. */
  readonly finished: Finished | undefined;
  /** Lets another server use the folder. */
  release(): void;
}

export type DataFolderUse = 'serve' | 'restore';

const IN_USE: Readonly<Record<DataFolderUse, (dir: string) => string>> = {
  serve: (dir) =>
    `another server uses ${dir}, or a backup is being put back there. Stop it, or give this one a folder of its own by ASTER_DATA_DIR.`,
  restore: (dir) => `a server uses ${dir}. Stop it, put the backup back, and start it again. Nothing was changed.`,
};

/** Makes the folder, for its owner only, where there is none. Throws DataFolderError or DataFileError, for people. */
export function openDataFolder(dir: string, use: DataFolderUse = 'serve'): DataFolder {
  makeFolder(dir);
  const file = join(dir, 'server.lock');
  const lock = openLock(file);
  try {
    accessSync(file, constants.W_OK); // of a file that it may only read, SQLite would call any lock exclusive
    lock.pragma('journal_mode = MEMORY');
    lock.exec('BEGIN EXCLUSIVE');
  } catch (cause) {
    lock.close();
    throw isBusy(cause) ? new DataFolderError(IN_USE[use](dir), {cause}) : asDataFileError(cause, file, 'own');
  }
  try {
    const finished = finishRestore(dir);
    return {databaseFile: join(dir, DATABASE_NAME), finished, release: () => void lock.close()};
  } catch (error) {
    lock.close();
    throw error;
  }
}

/** Undefined where no restore was decided. Needs the lock. Throws DataFolderError; the next opening tries again. */
export function finishRestore(dir: string): Finished | undefined {
  try {
    return finishReplacement(dir);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new DataFolderError(
      `a backup is to be put in place in ${dir}, and could not be yet: ${why}. Put that right and start the server: it finishes the restore. All data are there.`,
      {cause},
    );
  }
}

/** For reading beside a server: takes no lock, makes nothing. Throws DataFolderError. */
export function findDatabase(dir: string): string {
  if (isFolder(dir) && isReplacementDecided(dir)) {
    throw new DataFolderError(
      `putting a backup back into ${dir} was interrupted, or is under way. Start the server: it finishes that first.`,
    );
  }
  const file = join(dir, DATABASE_NAME);
  if (existsSync(file)) return file;
  throw new DataFolderError(`there is no ${DATABASE_NAME} in ${dir}. Give the server’s data folder by ASTER_DATA_DIR.`);
}

function isFolder(dir: string): boolean {
  return statSync(dir, {throwIfNoEntry: false})?.isDirectory() === true;
}

function openLock(file: string): Database.Database {
  try {
    return new Database(file, {timeout: 0});
  } catch (error) {
    throw asDataFileError(error, file, 'own');
  }
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && 'code' in error && /^SQLITE_BUSY/.test(String(error.code));
}

function makeFolder(dir: string): void {
  try {
    if (mkdirSync(dir, {recursive: true, mode: 0o700}) !== undefined) chmodSync(dir, 0o700);
  } catch (cause) {
    throw new DataFolderError(
      `the data folder ${dir} can't be made. Give one that this user may write to by ASTER_DATA_DIR.`,
      {cause},
    );
  }
}
