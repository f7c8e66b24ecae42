/**
 * Erasing what no server knows of: the deletions of a notebook without a server, and of this device's own "Recently deleted"
 * (let-go.ts). Everything that a server knows is erased by the server alone.
 *
 * 1. A deletion is erased when its time has passed since it was made, by this device's clock; not while that clock is known
 *    to be wrong, nor in a look before which it was set.
 * 2. Nothing is erased while an unresolved conflict of the note is left, of the one that it was deleted below, or of anything that was
 *    deleted in the same act; what was deleted with a note, after it and not before.
 * 3. Without a server, the revisions of what was erased go after it (ADR 31).
 * 4. Same stamp, content gone. Each row by itself, so that a kill leaves what the next look finishes.
 */

import {
  entityHash,
  isErased,
  isOpenConflict,
  KINDS,
  type Kind,
  metaHash,
  NO_BYTES,
  type Ref,
  type TombstoneMeta,
} from '../../protocol/entity.ts';
import {SyncFailure} from '../../protocol/errors.ts';
import {EMPTY_HASH} from '../../protocol/hash.ts';
import {isOneAct, parseStamp, type Stamp} from '../../protocol/stamp.ts';
import {correctionMs, isSkewed, isStepped, readInstant} from './clock.ts';
import {isOwnDeleted} from './inspect.ts';
import type {EntityRow, Locks, NoteOf, ReplicaState, Store, StoreTx, Time} from './ports.ts';

export interface EraserPorts {
  readonly store: Store;
  readonly time: Time;
  readonly locks: Locks;
  readonly noteOf: NoteOf;
}

export interface Eraser {
  start(): void;
  stop(): void;
}

const ERASER_LOCK = 'eraser';
/** Long enough for a clock that was wrong at start to have been set. */
const FIRST_LOOK_MS = 5 * 60_000;
const LOOK_EVERY_MS = 3_600_000;
const ROWS_PER_READ = 200;
const OTHER_KINDS = KINDS.filter((kind) => kind !== 'revision' && kind !== 'note');
/** Revisions tell what is in dispute, and go last; a note goes before what was deleted with it. */
const ORDER: readonly Kind[] = ['revision', 'note', ...OTHER_KINDS, 'revision'];

/** Looks now and then, in one tab. Nothing starts before `start`. */
export function createEraser(ports: EraserPorts): Eraser {
  const {locks, time} = ports;
  let stops: (() => void)[] = [];
  let cancel: (() => void) | null = null;
  const rest = () => {
    cancel?.();
    cancel = null;
  };
  const lookAfter = (delayMs: number) => {
    const before = readInstant(time);
    cancel = time.after(delayMs, () => {
      lookAfter(LOOK_EVERY_MS);
      if (!isStepped(before, readInstant(time))) void eraseHere(ports).catch(unlessStoreFails);
    });
  };
  return {
    start() {
      if (stops.length > 0) return;
      const leadership = locks.lead(ERASER_LOCK, () => lookAfter(FIRST_LOOK_MS), rest);
      stops = [() => leadership.stop(), rest];
    },
    stop() {
      for (const stop of stops.splice(0)) stop();
    },
  };
}

/** The engine, which uses the store all the time, tells what is wrong with it. */
function unlessStoreFails(error: unknown): void {
  if (!(error instanceof SyncFailure)) throw error;
}

/** One look at everything that may be due. */
export async function eraseHere({store, time, noteOf}: Pick<EraserPorts, 'store' | 'time' | 'noteOf'>): Promise<void> {
  const state = await store.transaction('read', (tx) => tx.state());
  if (state === undefined || (state.server !== null && (state.ownDeletedMs ?? null) === null)) return;
  if (state.clock !== null && isSkewed(state.clock)) return;
  const look: Look = {state, nowMs: time.wallMs() + correctionMs(state), noteOf, disputed: new Set(), acts: new Set()};
  let left = 0;
  for (const kind of ORDER) {
    let after: string | null = null;
    do {
      const page: Page = await store.transaction('read', (tx) => readPage(tx, look, kind, after));
      if (page.due.length > 0) await store.transaction('write', (tx) => erase(tx, look, page.due));
      left += page.left;
      after = page.next;
    } while (after !== null);
  }
  if (left === 0 && state.server !== null) await noteNoneLeft(store, state);
}

interface Look {
  readonly state: ReplicaState;
  readonly nowMs: number;
  readonly noteOf: NoteOf;
  /** What an unresolved conflict is of, and the note of that. */
  readonly disputed: Set<string | null>;
  /** Stamps of deletions that are in dispute: all of one act may come back together. */
  readonly acts: Set<Stamp>;
}

interface Page {
  readonly due: readonly EntityRow[];
  /** Deleted here, and with content when this was read. */
  readonly left: number;
  readonly next: string | null;
}

async function readPage(tx: StoreTx, look: Look, kind: Kind, after: string | null): Promise<Page> {
  const ids = await tx.ids(kind, after, ROWS_PER_READ);
  const refs = ids.map((id): Ref => ({kind, id}));
  const rows = (await tx.entities(refs)).filter((row): row is EntityRow => row !== undefined);
  for (const row of rows) await noteDispute(tx, look, row);
  const deleted = rows.filter((row) => isOwnDeleted(row) && !isErased(row));
  const candidates = rows.filter((row) => isCandidate(look, row));
  const due = candidates.length === 0 ? [] : await dueOf(tx, look, candidates);
  return {due, left: deleted.length, next: ids.length < ROWS_PER_READ ? null : (ids.at(-1) ?? null)};
}

async function noteDispute(tx: StoreTx, {disputed, acts, noteOf}: Look, revision: EntityRow): Promise<void> {
  const {meta} = revision;
  if (meta?.type !== 'revision' || meta.state !== 'open') return;
  disputed.add(meta.of).add(noteOf(revision));
  if (meta.wasDeleted) acts.add(meta.stamp);
  const [current] = await tx.entities([{kind: meta.ofKind, id: meta.of}]);
  if (current?.deleted) acts.add(current.stamp);
}

function isOfDisputedAct({acts}: Look, {deleted, stamp}: EntityRow): boolean {
  return deleted && [...acts].some((act) => isOneAct(act, stamp));
}

function isCandidate({state}: Look, row: EntityRow): boolean {
  if (isOwnDeleted(row)) return !isErased(row);
  return state.server === null && row.known === null && row.meta?.type === 'revision' && !isOpenConflict(row.meta);
}

/** With a server, what waits here goes there with its content, and is erased there. */
async function dueOf(tx: StoreTx, look: Look, candidates: readonly EntityRow[]): Promise<EntityRow[]> {
  const waiting = await tx.outbox(candidates);
  const before = await tx.entities(candidates.map((row) => goesAfter(row) ?? row));
  return candidates.filter((row, i) => {
    if (look.state.server !== null && waiting[i] !== undefined) return false;
    if (look.disputed.has(row.id) || look.disputed.has(look.noteOf(row)) || isOfDisputedAct(look, row)) return false;
    if (goesAfter(row) === undefined) return isOver(row, look.nowMs);
    const first = before[i];
    return first === undefined ? row.deleted : isErased(first);
  });
}

/** What is erased before it: of what was deleted with a note that, of a revision what it is of. A note has its own time. */
function goesAfter({kind, meta}: EntityRow): Ref | undefined {
  if (meta?.type === 'revision') return {kind: meta.ofKind, id: meta.of};
  return kind === 'note' || meta?.of === undefined ? undefined : {kind: 'note', id: meta.of};
}

function isOver({stamp, meta}: EntityRow, nowMs: number): boolean {
  return meta?.type === 'tombstone' && parseStamp(stamp).millis + meta.eraseAfterMs <= nowMs;
}

/** Looks again: what was restored, sent or disputed since stays. */
async function erase(tx: StoreTx, look: Look, due: readonly EntityRow[]): Promise<void> {
  const stored = await tx.entities(due);
  const isStill = (row: EntityRow, i: number) => row.stamp === due[i]?.stamp && isCandidate(look, row);
  const still = stored.filter((row, i): row is EntityRow => row !== undefined && isStill(row, i));
  const wanted = await dueOf(tx, look, still);
  const disputed = await disputedOf(tx, new Set(wanted.flatMap(idsInQuestion)));
  const undisputed = wanted.filter((row) => !idsInQuestion(row).some((id) => disputed.has(id)));
  await tx.putEntities(undisputed.map(withoutContent));
  await tx.deleteBodies(undisputed);
}

/** An unresolved conflict of one of these holds it: of itself, of what it was deleted with or below, of what it is a revision of. */
function idsInQuestion({id, meta}: EntityRow): string[] {
  return meta?.of === undefined ? [id] : [id, meta.of];
}

async function disputedOf(tx: StoreTx, ids: ReadonlySet<string>): Promise<ReadonlySet<string>> {
  const disputed = new Set<string>();
  for (const id of ids) if ((await tx.revisionsOf(id)).some(({meta}) => isOpenConflict(meta))) disputed.add(id);
  return disputed;
}

function withoutContent(row: EntityRow): EntityRow {
  const meta = row.meta?.type === 'revision' ? tombstoneOf(row.meta.of) : row.meta;
  const parts = {meta: metaHash(meta), data: EMPTY_HASH, body: EMPTY_HASH};
  return {...row, deleted: true, meta, parts, hash: entityHash(parts), data: NO_BYTES};
}

/** As the server erases a revision. */
function tombstoneOf(of: string): TombstoneMeta {
  return {type: 'tombstone', eraseAfterMs: 0, of};
}

/** Unless another was let go since the look began. */
async function noteNoneLeft(store: Store, {ownDeletedMs}: ReplicaState): Promise<void> {
  await store.transaction('write', async (tx) => {
    const state = await tx.state();
    if (state !== undefined && state.ownDeletedMs === ownDeletedMs) await tx.putState({...state, ownDeletedMs: null});
  });
}
