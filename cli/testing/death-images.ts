/**
 * What a kill would leave behind at every step of a piece of work: before each call that changes files, and before
 * everything that SQLite is told to do, the folders are copied as they are. A copy is what the next process would find.
 */

import fs from 'node:fs';
import {syncBuiltinESMExports} from 'node:module';
import Database from 'better-sqlite3';

type Call = (...args: unknown[]) => unknown;

const FILE_CALLS = ['openSync', 'closeSync', 'fsyncSync', 'renameSync', 'rmSync', 'mkdirSync', 'chmodSync'];

/** Runs `work`; `copy` is called at each step, and once more when all is done. Its own calls are no steps. */
export async function atEveryStep(copy: () => void, work: () => Promise<unknown>): Promise<void> {
  let isCopying = false;
  const step = () => {
    if (isCopying) return;
    isCopying = true;
    copy();
    isCopying = false;
  };
  const db = new Database(':memory:');
  const statement = Object.getPrototypeOf(db.prepare('SELECT 1')) as object;
  const restores = [
    wrap(fs, FILE_CALLS, step),
    wrap(statement, ['run'], step),
    wrap(Database.prototype, ['exec', 'pragma', 'close'], step),
  ];
  syncBuiltinESMExports();
  try {
    await work();
  } finally {
    for (const restore of restores) restore();
    syncBuiltinESMExports();
    db.close();
  }
  copy();
}

function wrap(holder: object, names: readonly string[], step: () => void): () => void {
  const calls = holder as Record<string, Call>;
  const real = names.map((name) => [name, calls[name] as Call] as const);
  for (const [name, call] of real) {
    calls[name] = function (this: unknown, ...args: unknown[]) {
      step();
      return call.apply(this, args);
    };
  }
  return () => {
    for (const [name, call] of real) calls[name] = call;
  };
}
