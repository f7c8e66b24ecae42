/**
 * Puts a backup in the place of a folder's database and starts a new epoch in the same step, so that every device that has
 * seen more notices and gives it back (design section 8). The epoch is in the new database before that is decided upon:
 * there is no moment in which the old epoch stands over the older data.
 */

import {startEpoch} from './core/history.ts';
import type {CorePorts} from './core/ports.ts';
import {finishRestore, openDataFolder} from './data-folder.ts';
import {snapshotInto} from './storage/backup.ts';
import {asDataFileError, type DataFileFacts, inspectDataFile} from './storage/data-file.ts';
import {beginReplacement} from './storage/replacement.ts';
import {openSqliteStorage} from './storage/sqlite-storage.ts';
import {type Tally, tallyDifferences} from './verify.ts';

export interface Restored extends DataFileFacts {
  /** The folder with the database that was replaced; undefined where there was none. */
  readonly keptIn: string | undefined;
  /** What is damaged in the backup's rows came along: of one that is the only one, the rest counts. */
  readonly tally: Tally | undefined;
}

export interface RestoreOptions extends Pick<CorePorts, 'now' | 'random'> {
  readonly dataDir: string;
  /** Only read. */
  readonly backup: string;
}

/** Rejects with DataFileError or DataFolderError: the data as they were, unless the message says that it is decided. */
export async function restoreBackup({dataDir, backup, now, random}: RestoreOptions): Promise<Restored> {
  inspectDataFile(backup);
  const folder = openDataFolder(dataDir, 'restore');
  try {
    const found = await decideFor(backup, {dataDir, now, random});
    return {...found, keptIn: finishRestore(dataDir)?.keptIn};
  } finally {
    folder.release();
  }
}

async function decideFor(
  backup: string,
  {dataDir, now, random}: Omit<RestoreOptions, 'backup'>,
): Promise<Omit<Restored, 'keptIn'>> {
  const {part, decide, discard} = beginReplacement(dataDir, now());
  try {
    snapshotInto(backup, part);
    await startHistory(part, random);
    const found = {...inspectDataFile(part), tally: tallyDifferences(part)};
    decide();
    return found;
  } catch (error) {
    discard();
    throw asDataFileError(error, dataDir);
  }
}

/** Also brings an older backup to the present schema; closing folds the log into the file. */
async function startHistory(file: string, random: CorePorts['random']): Promise<void> {
  const storage = openSqliteStorage(file);
  try {
    await storage.write(null, (tx) => startEpoch(tx, random));
  } finally {
    await storage.close();
  }
}
