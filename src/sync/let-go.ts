/**
 * What a device that comes back does with what it knows and the server lacks (returning.ts). Without an unsent edit of the
 * same note these are deletions that the server has forgotten: they go to this device's own "Recently deleted", with their
 * content, known to no server, counted in no digest, waiting for nothing; "Restore" sends them as new. A note comes back only
 * because somebody edited it; then everything of it is given back, before the edit is pushed on top. Or because the server
 * lost rows of its bucket: those can't be told from what it forgot, and a note too many is better than one too few.
 */

import {bucketOf} from '../../protocol/digest.ts';
import {type Ref, refKey, type TombstoneMeta} from '../../protocol/entity.ts';
import {ok, type Result} from '../../protocol/errors.ts';
import {highestStamp} from '../../protocol/stamp.ts';
import {isOwnDeleted} from './inspect.ts';
import {type Writing, writeVersion, writingBy} from './local-version.ts';
import type {EntityRow, NoteOf, StoreTx} from './ports.ts';
import type {CountedRow} from './recount.ts';
import type {Ground} from './repair-ground.ts';
import type {RoundPorts} from './round-ports.ts';
import {Workset} from './workset.ts';

const ROWS_PER_TRANSACTION = 500;

type Candidate = CountedRow | Ref;

export interface Lacking {
  /** Counted here, not on the server. */
  readonly lacking: readonly CountedRow[];
  /** Counted on neither side, as a text that never came before the server forgot it. */
  readonly absent: readonly Ref[];
  /** Buckets of which the server lost rows. */
  readonly lossy: ReadonlySet<number>;
}

interface Doubt {
  readonly lossy: ReadonlySet<number>;
  /** Those that come back because nobody can tell whether they were deleted. */
  readonly notes: Set<string>;
}

/** Those of `lacking` that are to be given back. */
export async function letGo(
  ports: RoundPorts,
  ground: Ground,
  {lacking, absent, lossy}: Lacking,
): Promise<Result<readonly Ref[]>> {
  if (lacking.length + absent.length === 0) return ok([]);
  const looked = await ground.lookAtFloor(ports);
  if (!looked.ok) return looked;
  const doubt: Doubt = {lossy, notes: new Set()};
  const left: Ref[] = [];
  for (const some of piecesOf([...lacking, ...absent]))
    left.push(...(await ports.store.transaction('write', (tx) => letGoIn(tx, ports, some, doubt))));
  const isLeft = new Set(left.map(refKey));
  return ok(lacking.filter((row) => isLeft.has(refKey(row))));
}

/** Notes first, so that what belongs to one finds it gone. */
function piecesOf(rows: readonly Candidate[]): Candidate[][] {
  const ordered = rows.toSorted((a, b) => Number(b.kind === 'note') - Number(a.kind === 'note'));
  const count = Math.ceil(ordered.length / ROWS_PER_TRANSACTION);
  return Array.from({length: count}, (_, i) => ordered.slice(i * ROWS_PER_TRANSACTION, (i + 1) * ROWS_PER_TRANSACTION));
}

/** Those that stay. */
async function letGoIn(
  tx: StoreTx,
  {noteOf, readLifetimes, time}: RoundPorts,
  candidates: readonly Candidate[],
  doubt: Doubt,
): Promise<readonly Ref[]> {
  const state = await tx.state();
  const below = state?.returning ?? null;
  if (state === undefined || below === null) return candidates;
  const ws = new Workset(tx);
  await ws.load(candidates);
  const edited = await editedNotes(tx, noteOf);
  const forgotten = candidates.flatMap((one): EntityRow[] => {
    const entity = ws.entity(one);
    const isGone = entity && isStill(ws, one) && isForgotten(ws, entity, below) && !edited.has(noteOf(entity) ?? '');
    return isGone ? [entity] : [];
  });
  await ws.load(forgotten.map((row) => noteRefOf(row, noteOf)));
  const {deletedMs} = await readLifetimes(tx);
  const gone = new Set<string>();
  for (const row of forgotten) {
    const note = ws.entity(noteRefOf(row, noteOf));
    const of = note !== undefined && note.id !== row.id && isOwnDeleted(note) ? {of: note.id} : {};
    if (!('of' in of) && isDoubted(row, noteOf(row), doubt)) continue;
    keepAsDeleted(ws, row, {type: 'tombstone', eraseAfterMs: deletedMs, ...of}, writingBy(state, time.wallMs()));
    gone.add(refKey(row));
  }
  await ws.flush();
  if (gone.size > 0) await tx.putState({...state, ownDeletedMs: time.wallMs()});
  return candidates.filter((one) => !gone.has(refKey(one)));
}

/** What belongs to a note that is gone goes with it; all that belongs to one that comes back comes back. */
function isDoubted({kind, id}: EntityRow, note: string | null, {lossy, notes}: Doubt): boolean {
  const isLossy = lossy.has(bucketOf(id));
  if (isLossy && kind === 'note') notes.add(id);
  return isLossy || (note !== null && notes.has(note));
}

function noteRefOf(row: EntityRow, noteOf: NoteOf): Ref {
  const note = noteOf(row);
  return note === null ? row : {kind: 'note', id: note};
}

/** As it was when the server was asked. */
function isStill(ws: Workset, one: Candidate): boolean {
  const known = ws.entity(one)?.known;
  if (!('known' in one)) return known?.counted === false && ws.outbox(one) === undefined;
  return known?.stamp === one.known.stamp && known.hash === one.known.hash;
}

/** An unsent deletion of it has nobody left to be told. */
function isForgotten(ws: Workset, entity: EntityRow, below: number): boolean {
  const isEdited = ws.outbox(entity) !== undefined && !entity.deleted;
  return entity.known !== null && entity.known.seq < below && !isEdited;
}

/** Notes of which an edit waits here: of the note or of anything that belongs to it. */
async function editedNotes(tx: StoreTx, noteOf: NoteOf): Promise<ReadonlySet<string>> {
  const waiting = [...(await tx.outboxHead(Number.MAX_SAFE_INTEGER)), ...(await tx.parkedOutbox())];
  const edits = (await tx.entities(waiting)).filter((row): row is EntityRow => row !== undefined && !row.deleted);
  const ids = [...new Set(edits.flatMap((row) => noteOf(row) ?? []))];
  const notes = await tx.entities(ids.map((id) => ({kind: 'note', id})));
  return new Set(ids.filter((_, i) => !notes[i]?.deleted));
}

/** In this device's own "Recently deleted": with its content, known to no server, waiting for nothing. */
export function keepAsDeleted(ws: Workset, stored: EntityRow, meta: TombstoneMeta, writing: Writing): void {
  const {kind, id, data} = stored;
  const sent = ws.outbox(stored)?.sent ?? [];
  if (!stored.deleted) writeVersion(ws, {kind, id}, {deleted: true, meta, data, body: 'same'}, writing);
  const entity = ws.entity(stored) ?? stored;
  // What is restored and sent one day must sort after whatever was sent of it.
  ws.setEntity({...entity, known: null, ownSent: highestStamp([entity.ownSent, ...sent])});
  ws.setOutbox(stored, undefined);
}
