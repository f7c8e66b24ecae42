/**
 * All live notes and branches, kept in memory while someone watches. At 100,000 notes reading them all takes about a
 * second, so after the first load only the rows that changed are read again: Dexie names their keys in this and other tabs.
 * Where it can't (a page of pulled rows), everything is read again, but at most a tenth of the time, and soon after the last.
 *
 * While a first sync brings the tree, each of its packs is read once (ADR 29): those that wait are shown when they are half as
 * many again as those that are shown, so that all showing together costs a few times the last, whatever the number of pages;
 * and when none came for a while, or the last has come.
 *
 * 1. What is emitted is what one read transaction saw, or a later one on top of it: it never goes back. Of a tree that is arriving
 *    it is a part; the first that isn't arriving any more has all of it.
 * 2. Objects of rows whose shown data didn't change stay the same objects.
 * 3. Nothing is emitted when nothing shown changed: typing in a note doesn't touch the tree.
 */

import Dexie, {type ObservabilitySet} from 'dexie';
import type {Live} from '../sync/api.ts';
import {isArriving, type ReplicaState, type Time} from '../sync/ports.ts';
import {noteDataOf, toBranchHead} from './heads.ts';
import {createKeptHeads, type ReadTable} from './kept-heads.ts';
import {readOnce, tellFailure} from './live.ts';
import {type ListedRow, toListed} from './pack-lists.ts';
import type {BranchHead, NoteTitle, TreeSource} from './repositories.ts';
import type {Database, Tables} from './schema.ts';
import {
  EVERYTHING,
  type Ids,
  isLarge,
  lastsOf,
  mergeStale,
  NOTHING,
  type PackName,
  packName,
  type Stale,
  staleOf,
  stalePacks,
} from './stale-ids.ts';

/** After a full read that took a second, the next one waits nine, while rows keep coming … */
const REST_PER_LOAD = 9;
/** … and no longer than this, or than a read takes, once they have stopped. */
const QUIET_MS = 500;
/** Packs are shown as they are when so long none came: the network has stopped, or is slower than showing them is. */
const PACKS_QUIET_MS = 2000;
/** Packs that wait, by those that are shown. */
const SHOWN_GROWTH = 0.5;

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

/** Its data is parsed when somebody asks for the title, which most notes of a large notebook are never asked for. */
class ListedNote implements NoteTitle {
  readonly id: string;
  readonly data: string;
  #title: string | undefined;

  constructor(id: string, data: string) {
    this.id = id;
    this.data = data;
  }

  get title(): string {
    this.#title ??= noteDataOf(this).title;
    return this.#title;
  }
}

class TreeReading {
  latest: TreeSource | null = null;
  readonly #database: Database;
  readonly #time: Time;
  readonly #emit: (source: TreeSource) => void;
  readonly #notes = createKeptHeads<ListedNote>({
    toHead: ({id, data}) => new ListedNote(id, data),
    isOf: (note, row) => note.data === row.data,
  });
  readonly #branches = createKeptHeads<BranchHead>({
    toHead: toBranchHead,
    isOf: (branch, row) => branch.stamp === row.stamp,
  });
  /** Rows to read again at once, and whether all are to be read again when it is time. */
  #stale: Stale | null = null;
  #needsAll = true;
  /** Of a tree that is arriving: packs that were read, and those to be read when it is time. */
  readonly #readPacks = new Set<PackName>();
  readonly #newPacks = new Set<PackName>();
  /** Packs that were read before Dexie told of them. */
  readonly #untoldPacks = new Set<PackName>();
  #packsQuietAtMs = 0;
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
    const {name} = this.#database.dexie;
    const changed = staleOf(parts, name);
    const packs = stalePacks(parts, name);
    if (changed === null && packs !== 'all' && packs.size === 0) return;
    if (changed !== null) this.#note(changed);
    this.#notePacks(packs);
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

  /** Only a pack that nobody has read, of a tree that is known to be arriving, adds to what is shown. */
  #notePacks(packs: Ids): void {
    if (packs === 'all') return void this.#note(EVERYTHING);
    for (const pack of packs) if (!this.#untoldPacks.delete(pack)) this.#newPacks.add(pack);
    if (packs.size > 0) this.#packsQuietAtMs = this.#time.monotonicMs() + PACKS_QUIET_MS;
  }

  /** One's own edit shows at once, also while pages of pulled rows come in. */
  #readSoon(): void {
    if (this.#isBusy || this.#isStopped) return;
    this.#cancelRest();
    if (this.#newPacks.size > 0 && this.latest !== null && !this.#canAddPacks(this.latest)) {
      this.#newPacks.clear();
      this.#note(EVERYTHING);
    }
    if (this.#stale !== null && this.latest !== null) return void this.#read(this.#stale);
    if (this.#needsAll) return void this.#readAllSoon();
    if (this.#newPacks.size === 0) return;
    if (this.#arePacksDue()) return void this.#read(NOTHING);
    this.#cancelRest = this.#time.after(this.#packsQuietAtMs - this.#time.monotonicMs(), () => this.#readSoon());
  }

  #canAddPacks({arriving}: TreeSource): boolean {
    return arriving && ![...this.#newPacks].some((pack) => this.#readPacks.has(pack));
  }

  #arePacksDue(): boolean {
    const isEnough = this.#newPacks.size >= SHOWN_GROWTH * this.#readPacks.size;
    return isEnough || this.#time.monotonicMs() >= this.#packsQuietAtMs;
  }

  #readAllSoon(): void {
    const restMs = Math.min(this.#restUntilMs, this.#quietAtMs) - this.#time.monotonicMs();
    if (restMs > 0) this.#cancelRest = this.#time.after(restMs, () => this.#readSoon());
    else void this.#read(EVERYTHING);
  }

  async #read(stale: Stale): Promise<void> {
    const beganMs = this.#time.monotonicMs();
    this.#isBusy = true;
    this.#stale = null;
    if (isLarge(stale)) this.#needsAll = false;
    const packs = {read: this.#readPacks, due: this.#arePacksDue() ? [...this.#newPacks] : []};
    const wasArriving = this.latest?.arriving === true;
    try {
      const read = await readOnce(this.#database, (tables) => readStale(tables, stale, {...packs, wasArriving}));
      if (this.#isStopped) return;
      for (const pack of read.packs) {
        if (!this.#newPacks.delete(pack) && this.latest !== null) this.#untoldPacks.add(pack);
        this.#readPacks.add(pack);
      }
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

  #apply({notes, branches, complete, arriving}: ReadRows): void {
    const isChanged = [this.#notes.apply(notes), this.#branches.apply(branches)].includes(true);
    const {latest} = this;
    if (!isChanged && latest?.complete === complete && latest.arriving === arriving) return;
    this.latest = {notes: this.#notes.list(), branches: this.#branches.list(), complete, arriving};
    this.#emit(this.latest);
  }
}

interface ReadRows {
  readonly notes: ReadTable;
  readonly branches: ReadTable;
  readonly complete: boolean;
  readonly arriving: boolean;
  /** Packs whose rows are in it; of a tree that isn't arriving nobody needs to know. */
  readonly packs: readonly PackName[];
}

interface Packs {
  readonly read: ReadonlySet<PackName>;
  /** To be read now. When the tree has arrived, all that weren't read are. */
  readonly due: readonly PackName[];
  readonly wasArriving: boolean;
}

async function readStale(tables: Tables, {notes, branches}: Stale, packs: Packs): Promise<ReadRows> {
  const record = await tables.state.get('replica');
  const arriving = record !== undefined && isArriving(record.state);
  const complete = record === undefined || record.state.server === null || isAtHead(record.state);
  const [readNotes, readBranches] = await Promise.all([
    readTable(tables, 'note', {ids: notes, arriving, ...packs}),
    readTable(tables, 'branch', {ids: branches, arriving, ...packs}),
  ]);
  return {
    notes: readNotes.table,
    branches: readBranches.table,
    complete,
    arriving,
    packs: [...readNotes.packs, ...readBranches.packs],
  };
}

type Asked = Packs & {readonly ids: Ids; readonly arriving: boolean};

async function readTable(
  {entities}: Tables,
  kind: 'note' | 'branch',
  {ids, arriving, wasArriving, due, read}: Asked,
): Promise<{readonly table: ReadTable; readonly packs: readonly PackName[]}> {
  const table = entities(kind);
  const unread = async () => (await table.packs()).filter((last) => !read.has(packName(kind, last)));
  const isLast = wasArriving && !arriving;
  const packed = isLast || (arriving && ids === 'all') ? await unread() : lastsOf(kind, due);
  const packs = packed.map((last) => packName(kind, last));
  if (ids === 'all') return {table: {type: 'all', rows: await table.list()}, packs};
  const [listed, rows] = await Promise.all([table.listPacks(packed), table.bulkGet([...ids])]);
  const rowById = new Map<string, ListedRow | undefined>(listed.map((row) => [row.id, row]));
  for (const [index, id] of [...ids].entries()) {
    const row = rows[index];
    rowById.set(id, row && toListed(row));
  }
  return {table: {type: 'some', rowById}, packs};
}

function isAtHead({cursor, seen}: Pick<ReplicaState, 'cursor' | 'seen'>): boolean {
  return cursor !== null && cursor.seq >= (seen?.seq ?? 0);
}
