/** What every command of `aster` is: words for the usage, and a function from operands to an exit code. */

import {DataFolderError} from '../server/data-folder.ts';
import {ListenError} from '../server/listen-error.ts';
import {type Environment, OptionsError} from '../server/options.ts';
import {DataFileError} from '../server/storage/data-file.ts';
import {SchemaTooNewError} from '../server/storage/sqlite-schema.ts';

export interface Command {
  /** As the usage shows them; each must be given. */
  readonly operands: readonly string[];
  /** A line for the list of commands. */
  readonly summary: string;
  /** What `--help` says besides. */
  readonly help: string;
  /** The exit code where it rejects with an error for people; 1 unless told otherwise. */
  readonly failed?: number;
  /** Rejects with errors for people too; see `refusalOf`. */
  run(operands: readonly string[], io: CommandIo): Promise<number>;
}

export interface CommandIo {
  readonly env: Environment;
  readonly print: (line: string) => void;
}

export const DONE = 0;
export const DIFFERENT = 1;
export const FAILED = 1;
export const MISUSED = 2;

/** What an error that was meant for people says and means to the shell; undefined for a bug. */
export function refusalOf(error: unknown, {failed = FAILED}: Command): {words: string; exitCode: number} | undefined {
  if (error instanceof OptionsError) return {words: error.message, exitCode: MISUSED};
  const isForPeople = [DataFolderError, DataFileError, SchemaTooNewError, ListenError].some(
    (known) => error instanceof known,
  );
  return isForPeople ? {words: (error as Error).message, exitCode: failed} : undefined;
}
