/**
 * Writes that wait together share a commit: a disk syncs a few hundred times a second, however little it is told each time.
 *
 * 1. Each write is a savepoint: what throws is undone alone, and nobody sees any of it.
 * 2. They run one after the other, in the order of asking; each sees all that came before.
 * 3. None resolves before the commit is on disk. Where that fails, all of the group reject, and nothing of them stays.
 */

import type {Database} from 'better-sqlite3';
import type {Queue} from './queue.ts';

/** So many at once: the first of them waits for the last. */
const MAX_GROUP = 100;

interface Waiting {
  /** Runs the write; resolves to what tells its caller the outcome, once it is on disk. */
  run(): Promise<Settle>;
  fail(error: unknown): void;
}

type Settle = {readonly isDone: true; tell(): void} | {readonly isDone: false; readonly error: unknown; tell(): void};

/** The only writer of `db`. */
export function createGroupedWrites(db: Database): Queue {
  const waiting: Waiting[] = [];
  let isRunning = false;

  /** Waits as long as each turn of the event loop brings more: a turn takes microseconds, a commit milliseconds. */
  function gather(before: number): void {
    const count = waiting.length;
    if (count > before && count < MAX_GROUP) setImmediate(() => gather(count));
    else void runAll();
  }

  async function runAll(): Promise<void> {
    try {
      while (waiting.length > 0) await runGroup(db, waiting.splice(0, MAX_GROUP));
    } finally {
      isRunning = false;
    }
  }

  return (task) =>
    new Promise((resolve, reject) => {
      waiting.push({
        run: () =>
          task().then(
            (value): Settle => ({isDone: true, tell: () => resolve(value)}),
            (error: unknown): Settle => ({isDone: false, error, tell: () => reject(error)}),
          ),
        fail: reject,
      });
      if (isRunning) return;
      isRunning = true;
      setImmediate(() => gather(0));
    });
}

async function runGroup(db: Database, group: readonly Waiting[]): Promise<void> {
  try {
    db.exec('BEGIN IMMEDIATE');
    const outcomes: Settle[] = [];
    for (const one of group) outcomes.push(await inSavepoint(db, one));
    db.exec('COMMIT');
    for (const {tell} of outcomes) tell();
  } catch (error) {
    for (const {fail} of group) fail(error);
    if (db.inTransaction) db.exec('ROLLBACK');
  }
}

async function inSavepoint(db: Database, one: Waiting): Promise<Settle> {
  db.exec('SAVEPOINT one');
  const outcome = await one.run();
  // A full disk may have ended the whole transaction: then there is no savepoint any more, and all of the group fails, by that.
  if (!outcome.isDone && !db.inTransaction) throw outcome.error;
  db.exec(outcome.isDone ? 'RELEASE one' : 'ROLLBACK TO one; RELEASE one');
  return outcome;
}
