/**
 * Putting another database in the place of a folder's own, so that a death at any point leaves the old one or the new one,
 * whole. The new one is made as `restore-<time>.part`, which counts for nothing. Renaming it to `restore-<time>.db` decides:
 * from then on whoever holds the folder's lock next finishes.
 *
 * 1. The old database moves together with its -wal and -shm, and before the new one gets its name: a log that is replayed
 *    into another database destroys it.
 * 2. Nothing is overwritten or deleted but parts: what is replaced is kept in `replaced-<time>`.
 * All functions need the folder's lock.
 */

import {existsSync, mkdirSync, readdirSync, renameSync, rmSync} from 'node:fs';
import {join} from 'node:path';
import {syncFile, syncFolder} from './durable-files.ts';

export const DATABASE_NAME = 'aster.db';

export interface Replacement {
  /** Where the new database is to be made: a name that is free. */
  readonly part: string;
  /** The part, whole and closed, will be the folder's database. */
  decide(): void;
  /** Gives back the room of a part that won't be decided upon. */
  discard(): void;
}

export interface Finished {
  /** The folder with what was replaced; undefined where there was nothing. */
  readonly keptIn: string | undefined;
}

// To the millisecond: somebody's own "restore-monday.db" in the folder must not become its database.
const TIME = '\\d{4}-\\d{2}-\\d{2}T\\d{2}-\\d{2}-\\d{2}-\\d{3}Z(?:-\\d+)?';
const PART = new RegExp(`^restore-${TIME}\\.part(?:-wal|-shm|-journal)?$`);
const DECIDED = new RegExp(`^restore-(${TIME})\\.db$`);
const DATABASE_FILES = ['', '-wal', '-shm', '-journal'].map((suffix) => `${DATABASE_NAME}${suffix}`);

export function beginReplacement(dir: string, nowMs: number): Replacement {
  const time = freeTime(dir, new Date(nowMs).toISOString().replace(/[:.]/g, '-'));
  const part = join(dir, `restore-${time}.part`);
  return {
    part,
    decide() {
      syncFile(part);
      renameSync(part, join(dir, `restore-${time}.db`));
      syncFolder(dir);
    },
    discard: () => removeParts(dir),
  };
}

/** Whether a decided replacement waits to be finished: then the folder's database may be anywhere in between. */
export function isReplacementDecided(dir: string): boolean {
  return readdirSync(dir).some((name) => DECIDED.test(name));
}

/** Undefined where nothing was decided. Idempotent, after a death at any point too. */
export function finishReplacement(dir: string): Finished | undefined {
  removeParts(dir);
  let finished: Finished | undefined;
  for (const name of readdirSync(dir).sort()) {
    const time = DECIDED.exec(name)?.[1];
    if (time !== undefined) finished = putInPlace(dir, name, join(dir, `replaced-${time}`));
  }
  return finished;
}

function removeParts(dir: string): void {
  for (const name of readdirSync(dir)) if (PART.test(name)) rmSync(join(dir, name));
}

function putInPlace(dir: string, decided: string, aside: string): Finished {
  for (const name of DATABASE_FILES) if (existsSync(join(dir, name))) moveAside(dir, name, aside);
  if (existsSync(aside)) syncFolder(aside);
  syncFolder(dir);
  renameSync(join(dir, decided), join(dir, DATABASE_NAME));
  syncFolder(dir);
  return {keptIn: existsSync(aside) ? aside : undefined};
}

/** The name is taken where an older Aster, which knows nothing of this, started on the folder in between. */
function moveAside(dir: string, name: string, aside: string): void {
  mkdirSync(aside, {recursive: true, mode: 0o700});
  let kept = join(aside, name);
  while (existsSync(kept)) kept = `${kept}.other`;
  renameSync(join(dir, name), kept);
}

/** Two restores of one millisecond, by a clock that was set back, must not share a name. */
function freeTime(dir: string, time: string): string {
  const isTaken = (candidate: string) => readdirSync(dir).includes(`replaced-${candidate}`);
  let candidate = time;
  for (let count = 2; isTaken(candidate); count++) candidate = `${time}-${count}`;
  return candidate;
}
