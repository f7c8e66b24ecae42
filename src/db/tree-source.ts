/**
 * All live notes and branches, kept in memory while someone watches. At 100,000 notes reading them all takes about a
 * second, so after the first load only the rows that changed are read again: Dexie names their keys in this and other tabs.
 * Where it can't (a page of pulled rows), everything is read again, but at most a fifth of the time.
 *
 * 1. What is emitted is what one read transaction saw, or a later one on top of it: it never goes back.
 * 2. Objects of rows whose shown data didn't change stay the same objects.
 * 3. Nothing is emitted when nothing shown changed: typing in a note doesn't touch the tree.
 */

import Dexie, {type ObservabilitySet} from 'dexie';
import type {Live} from '../sync/api.ts';
import type {Time} from '../sync/ports.ts';
import {toBranchHead, toNoteHead} from './heads.ts';
import {createKeptHeads, type ReadTable} from './kept-heads.ts';
import {readOnce, tellFailure} from './live.ts';
import type {BranchHead, NoteHead, TreeSource} from './repositories.ts';
import type {Database, Tables} from './schema.ts';
import {type Ids, isLarge, mergeStale, NO_IDS, type Stale, staleOf} from './stale-ids.ts';

/** After a full read that took a second, the next one waits four. */
const REST_PER_LOAD = 4;
const MIN_REST_MS = 250;

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
  readonly #notes = createKeptHeads<NoteHead>((row) => row.parts.data, toNoteHead);
  readonly #branches = createKeptHeads<BranchHead>((row) => row.stamp, toBranchHead);
  #stale: Stale | null = {notes: 'all', branches: 'all'};
  #isBusy = false;
  #isStopped = false;
  #restUntilMs = 0;
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
    this.#stale = this.#stale === null ? changed : mergeStale(this.#stale, changed);
    this.#readSoon();
  };

  #readSoon(): void {
    if (this.#isBusy || this.#isStopped || this.#stale === null) return;
    this.#cancelRest();
    const restMs = isLarge(this.#stale) ? this.#restUntilMs - this.#time.monotonicMs() : 0;
    if (restMs > 0) this.#cancelRest = this.#time.after(restMs, () => this.#readSoon());
    else void this.#read(this.#stale);
  }

  async #read(stale: Stale): Promise<void> {
    this.#isBusy = true;
    this.#stale = null;
    const beganMs = this.#time.monotonicMs();
    try {
      const read = await readOnce(this.#database, (tables) => readStale(tables, stale));
      if (!this.#isStopped) this.#apply(read);
    } catch (error) {
      // Read again with the next change.
      this.#stale = mergeStale(stale, this.#stale ?? {notes: NO_IDS, branches: NO_IDS});
      this.#isBusy = false;
      if (!this.#isStopped) tellFailure(this.#database, error);
      return;
    }
    const tookMs = this.#time.monotonicMs() - beganMs;
    if (isLarge(stale)) this.#restUntilMs = this.#time.monotonicMs() + Math.max(MIN_REST_MS, REST_PER_LOAD * tookMs);
    this.#isBusy = false;
    this.#readSoon();
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
    if (ids === 'all') return {type: 'all', rows: await entities(kind).toArray()};
    const rows = await entities(kind).bulkGet([...ids]);
    return {type: 'some', rowById: new Map([...ids].map((id, index) => [id, rows[index]]))};
  };
  const [readNotes, readBranches, record] = await Promise.all([
    readTable('note', notes),
    readTable('branch', branches),
    state.get('replica'),
  ]);
  const complete = record === undefined || record.state.server === null || record.state.cursor !== null;
  return {notes: readNotes, branches: readBranches, complete};
}
