/**
 * The storage that a server lives on: where its database can't be opened, read or written any more, what rejects is a
 * DataFileError whose message says what that means and what to do, be it at the start, in the answer to a request or in
 * the log. Everything else passes as it is.
 */

import {asDataFileError} from './data-file.ts';
import type {Storage} from './port.ts';
import {openSqliteStorage} from './sqlite-storage.ts';

/** As `openSqliteStorage`, whose conditions hold. Throws DataFileError. */
export function openOwnStorage(file: string): Storage {
  const storage = open(file);
  const named = <T>(work: Promise<T>): Promise<T> =>
    work.catch((error: unknown) => {
      throw asDataFileError(error, file, 'own');
    });
  return {
    read: (body) => named(storage.read(body)),
    write: (accountId, body) => named(storage.write(accountId, body)),
    close: () => storage.close(),
  };
}

function open(file: string): Storage {
  try {
    return openSqliteStorage(file);
  } catch (error) {
    throw asDataFileError(error, file, 'own');
  }
}
