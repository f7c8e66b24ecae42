/**
 * All live notes and branches, kept in memory while someone watches. At 100,000 notes reading them all takes about a
 * second, so after the first load only the rows that changed are read again: Dexie names their keys in this and other tabs.
 * Where it can't (a page of pulled rows), everything is read again, but at most a tenth of the time, and soon after the last.
 *
 * 1. What is emitted is what one read transaction saw, or a later one on top of it: it never goes back.
 * 2. Objects of rows whose shown data didn't change stay the same objects.
 * 3. Nothing is emitted when nothing shown changed: typing in a note doesn't touch the tree.
 */

import Dexie, {type ObservabilitySet} from 'dexie';
import type {Live} from '../sync/api.ts';
import type {ReplicaState, Time} from '../sync/ports.ts';
import {toListed} from './entity-table.ts';
import {toBranchHead, toNoteHead} from './heads.ts';
import {createKeptHeads, type ReadTable} from './kept-heads.ts';
import {readOnce, tellFailure} from './live.ts';
import type {BranchHead, NoteHead, TreeSource} from './repositories.ts';
import type {Database, Tables} from './schema.ts';
import {EVERYTHING, type Ids, isLarge, mergeStale, type Stale, staleOf} from './stale-ids.ts';

/** After a full read that took a second, the next one waits nine, while rows keep coming … */
const REST_PER_LOAD = 9;
/** … and no longer than this, or than a read takes, once they have stopped. */
const QUIET_MS = 500;

/** The one source that all who watch the tree share; it reads while there is at least one. */
export function createTreeSource(database: Database, time: Time): Live<TreeSource> {
  const listeners = new Set<(source: TreeSource) => void>();
  let reading: TreeReading | null = null;
  return {
    subscribe(listener) {
      listeners.add(listener);
      if (reading === null) {
        reading = new TreeReading(database, time, (source) => {
          for (const tell of [...listeners]) tell(source);
        });
        reading.start();
      } else if (reading.latest !== null) {
        listener(reading.latest);
      }
      return () => {
        if (!listeners.delete(listener) || listeners.size > 0) return;
        reading?.stop();
        reading = null;
      };
    },
  };
}

class TreeReading {
  latest: TreeSource | null = null;
  readonly #database: Database;
  readonly #time: Time;
  readonly #emit: (source: TreeSource) => void;
  readonly #notes = createKeptHeads<NoteHead>((row) => row.dataHash, toNoteHead);
  readonly #branches = createKeptHeads<BranchHead>((row) => row.stamp, toBranchHead);
  /** Rows to read again at once, and whether all are to be read again when it is time. */
  #stale: Stale | null = null;
  #needsAll = true;
  #isBusy = false;
  #isStopped = false;
  #loadMs = 0;
  #restUntilMs = 0;
  #quietAtMs = 0;
  #cancelRest = () => {};

  constructor(database: Database, time: Time, emit: (source: TreeSource) => void) {
    this.#database = database;
    this.#time = time;
    this.#emit = emit;
  }

  start(): void {
    Dexie.on.storagemutated.subscribe(this.#onMutated);
    this.#readSoon();
  }

  stop(): void {
    this.#isStopped = true;
    this.#cancelRest();
    Dexie.on.storagemutated.unsubscribe(this.#onMutated);
  }

  readonly #onMutated = (parts: ObservabilitySet): void => {
    const changed = staleOf(parts, this.#database.dexie.name);
    if (changed === null) return;
    this.#note(changed);
    this.#readSoon();
  };

  #note(changed: Stale): void {
    const stale = this.#stale === null ? changed : mergeStale(this.#stale, changed);
    if (!isLarge(stale)) {
      this.#stale = stale;
      return;
    }
    // Few rows that wait to be read at once still are.
    if (!isLarge(changed)) this.#stale = null;
    this.#needsAll = true;
    this.#quietAtMs = this.#time.monotonicMs() + Math.max(QUIET_MS, this.#loadMs);
  }

  /** One's own edit shows at once, also while pages of pulled rows come in. */
  #readSoon(): void {
    if (this.#isBusy || this.#isStopped) return;
    this.#cancelRest();
    if (this.#stale !== null && this.latest !== null) return void this.#read(this.#stale);
    if (!this.#needsAll) return;
    const restMs = Math.min(this.#restUntilMs, this.#quietAtMs) - this.#time.monotonicMs();
    if (restMs > 0) this.#cancelRest = this.#time.after(restMs, () => this.#readSoon());
    else void this.#read(EVERYTHING);
  }

  async #read(stale: Stale): Promise<void> {
    const beganMs = this.#time.monotonicMs();
    this.#isBusy = true;
    this.#stale = null;
    if (isLarge(stale)) this.#needsAll = false;
    try {
      const read = await readOnce(this.#database, (tables) => readStale(tables, stale));
      if (this.#isStopped) return;
      this.#apply(read);
    } catch (error) {
      // Read again, all of it, with the next change.
      this.#needsAll = true;
      this.#isBusy = false;
      if (!this.#isStopped) tellFailure(this.#database, error);
      return;
    }
    if (isLarge(stale)) this.#rest(beganMs);
    this.#isBusy = false;
    this.#readSoon();
  }

  #rest(beganMs: number): void {
    const nowMs = this.#time.monotonicMs();
    this.#loadMs = nowMs - beganMs;
    this.#restUntilMs = nowMs + REST_PER_LOAD * this.#loadMs;
  }

  #apply({notes, branches, complete}: ReadRows): void {
    const changed = [this.#notes.apply(notes), this.#branches.apply(branches)];
    if (this.latest !== null && this.latest.complete === complete && !changed.includes(true)) return;
    this.latest = {notes: this.#notes.list(), branches: this.#branches.list(), complete};
    this.#emit(this.latest);
  }
}

interface ReadRows {
  readonly notes: ReadTable;
  readonly branches: ReadTable;
  readonly complete: boolean;
}

async function readStale({entities, state}: Tables, {notes, branches}: Stale): Promise<ReadRows> {
  const readTable = async (kind: 'note' | 'branch', ids: Ids): Promise<ReadTable> => {
    if (ids === 'all') return {type: 'all', rows: await entities(kind).list()};
    const rows = await entities(kind).bulkGet([...ids]);
    const listed = rows.map((row) => row && toListed(row));
    return {type: 'some', rowById: new Map([...ids].map((id, index) => [id, listed[index]]))};
  };
  const [readNotes, readBranches, record] = await Promise.all([
    readTable('note', notes),
    readTable('branch', branches),
    state.get('replica'),
  ]);
  const complete = record === undefined || record.state.server === null || isAtHead(record.state);
  return {notes: readNotes, branches: readBranches, complete};
}

function isAtHead({cursor, seen}: Pick<ReplicaState, 'cursor' | 'seen'>): boolean {
  return cursor !== null && cursor.seq >= (seen?.seq ?? 0);
}
