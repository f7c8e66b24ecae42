/**
 * The data folder belongs to one server at a time. The lock is SQLite's own on a file beside the data: the system gives it
 * back when the process ends, however it ends, so that nothing stale is ever left to clean up.
 */

import {chmodSync, mkdirSync} from 'node:fs';
import {join} from 'node:path';
import Database from 'better-sqlite3';

export class DataFolderError extends Error {
  constructor(message: string, options?: {cause: unknown}) {
    super(message, options);
    this.name = 'DataFolderError';
  }
}

export interface DataFolder {
  readonly databaseFile: string;
  /** Lets another server use the folder. */
  release(): void;
}

/** Makes the folder, for its owner only, where there is none. Throws DataFolderError with a sentence for people. */
export function openDataFolder(dir: string): DataFolder {
  makeFolder(dir);
  const lock = new Database(join(dir, 'server.lock'), {timeout: 0});
  try {
    lock.pragma('journal_mode = MEMORY');
    lock.exec('BEGIN EXCLUSIVE');
  } catch (cause) {
    lock.close();
    throw new DataFolderError(
      `another server uses ${dir}. Stop it, or give this one a folder of its own by ASTER_DATA_DIR.`,
      {cause},
    );
  }
  return {databaseFile: join(dir, 'aster.db'), release: () => void lock.close()};
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
