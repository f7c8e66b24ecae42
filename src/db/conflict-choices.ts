/**
 * What a person decides about a conflict, as changes that are written together with its resolution. Nothing that was seen
 * goes: what is replaced stays a revision, and a version that came after the person had looked is asked about again
 * (ADR 17).
 */

import {utf8Bytes} from '../../protocol/bytes.ts';
import {isErased, type Ref, type RevisionMeta, refKey} from '../../protocol/entity.ts';
import {ROOT_NOTE_ID} from '../../protocol/ids.ts';
import {conflictCopyId, placeId} from '../notes/derived-ids.ts';
import {withRevival} from '../notes/note-data.ts';
import type {EntityChange, Loaded, Writer} from '../sync/changes.ts';
import {isLive, noteDataOf, toBranchHead} from './heads.ts';
import {type Query, readOnce} from './live.ts';
import {NotebookError} from './notebook-error.ts';
import type {EntityRecord} from './records.ts';
import type {ConflictChoice, ConflictView, Settled} from './repositories.ts';
import {planLeaving, planRevival} from './revival.ts';
import type {Database, Tables} from './schema.ts';
import {deletion, planCreate, withTitle} from './structure-plan.ts';
import {mustHaveArrived, readChildren, readPlaces} from './structure-reads.ts';

export interface ChoicePorts {
  readonly db: Database;
  readonly writer: Writer;
}

/** The same on every device: two that decide alike make one copy. */
const COPY_SUFFIX = ' (other version)';

export async function settleConflict(
  {db, writer}: ChoicePorts,
  conflict: ConflictView,
  choice: ConflictChoice,
): Promise<Settled> {
  const settled = await resolve(writer, conflict.id, await readOnce(db, queryChanges(conflict, choice)));
  const isCopied = choice === 'both' && settled.outcome === 'settled';
  return isCopied ? {outcome: 'settled', copyId: conflictCopyId(conflict.id)} : settled;
}

/** Null: parts that differ are left, and the conflict is open. */
export async function takeFromOther(
  {db, writer}: ChoicePorts,
  conflict: ConflictView,
  edit: {readonly title?: string; readonly text?: string},
): Promise<Settled | null> {
  const change = await readOnce(db, queryReplacement(conflict, edit));
  if (isAllTaken(conflict, edit)) return resolve(writer, conflict.id, [change]);
  await writer.write([change]);
  return null;
}

async function resolve(writer: Writer, id: string, changes: readonly EntityChange[]): Promise<Settled> {
  const [written] = await writer.write([{type: 'resolve', kind: 'revision', id, changes}]);
  if (written?.outcome === 'written') return {outcome: 'settled'};
  if (written?.outcome === 'body_missing') throw bodyMissing(id);
  if (written?.outcome === 'missing') throw erased(id);
  return {outcome: 'elsewhere'};
}

function queryChanges(conflict: ConflictView, choice: ConflictChoice): Query<EntityChange[]> {
  return async (tables) => {
    if (choice !== 'current' && choice !== 'other') await mustHaveArrived(tables);
    const kept = await readKept(tables, conflict.id);
    switch (choice) {
      case 'current':
        return [];
      case 'other':
        return [takeOther(conflict, kept.ref)];
      case 'both':
        return planCopy(tables, conflict, kept.row);
      case 'back':
        return planBack(tables, conflict, kept);
      case 'deleted':
        return planDeleted(tables, conflict, kept.ref);
    }
  };
}

interface Kept {
  readonly row: EntityRecord;
  readonly meta: RevisionMeta;
  /** What it is a version of. */
  readonly ref: Ref;
}

async function readKept({entities}: Tables, id: string): Promise<Kept> {
  const row = await entities('revision').get(id);
  if (row?.meta?.type !== 'revision') throw new NotebookError('missing', `there is no conflict ${id}`);
  return {row, meta: row.meta, ref: {kind: row.meta.ofKind, id: row.meta.of}};
}

function takeOther({id, loaded}: ConflictView, ref: Ref): EntityChange {
  return {type: 'restore', ...ref, revision: id, ...loadedAs(loaded)};
}

/** Beside the note; what another device that decides alike would make, byte for byte. */
async function planCopy(
  tables: Tables,
  {id, noteId, other: {content}}: ConflictView,
  row: EntityRecord,
): Promise<EntityChange[]> {
  if (content.kind !== 'note' || content.text === null || noteId === null) throw bodyMissing(id);
  const [place] = (await readPlaces(tables, noteId)).filter(isLive).flatMap((one) => toBranchHead(one) ?? []);
  const parent = place?.parent ?? ROOT_NOTE_ID;
  const copyId = conflictCopyId(id);
  const copy = {
    noteId: copyId,
    branchId: placeId(parent, copyId),
    parent,
    position: place === undefined ? ('first' as const) : {after: place.id},
    data: {...noteDataOf(row), title: `${content.title}${COPY_SUFFIX}`.trim()},
    text: content.text,
  };
  return planCreate(copy, await readChildren(tables, parent));
}

/**
 * An edit met a deletion and is to stand; what was deleted together with it comes back, too. Rejects with NotebookError `missing` where a tag's or
 * attachment's note is erased: it can't be back without that.
 */
async function planBack(tables: Tables, conflict: ConflictView, {ref, meta}: Kept): Promise<EntityChange[]> {
  const {noteId} = conflict;
  const note = noteId === null ? undefined : await tables.entities('note').get(noteId);
  const isNote = ref.kind === 'note';
  if (!isNote && noteId !== null && (note === undefined || isErased(note))) throw erased(conflict.id);
  const back = await bringBack(tables, conflict, ref);
  if (noteId === null || note === undefined || (!isNote && isLive(note))) return [back];
  const deletedAt = isNote && conflict.other.deleted ? meta.stamp : note.stamp;
  const revived = await planRevival(tables, noteId, deletedAt);
  const owner: EntityChange[] = isNote ? [] : [{type: 'undelete', kind: 'note', id: noteId}];
  return [back, ...owner, ...revived.filter((one) => refKey(one) !== refKey(ref))];
}

/** Where it is live already this is a change all the same: another device may be deciding to leave it deleted. */
async function bringBack({entities}: Tables, conflict: ConflictView, ref: Ref): Promise<EntityChange> {
  const {id, current, other} = conflict;
  if (current !== null && !current.deleted) return {type: 'patch', ...ref, edit: ({data}) => withRevival(data, id)};
  const stored = await entities(ref.kind).get(ref.id);
  const hasContent = stored !== undefined && !isErased(stored);
  return hasContent && other.deleted ? {type: 'undelete', ...ref} : takeOther(conflict, ref);
}

async function planDeleted(tables: Tables, conflict: ConflictView, ref: Ref): Promise<EntityChange[]> {
  const {current, loaded, noteId, isNoteDeleted} = conflict;
  if (current === null || current.deleted) return [];
  const of = ref.kind !== 'note' && isNoteDeleted && noteId !== null ? noteId : undefined;
  const own = {...deletion(ref.kind, ref.id, of), ...loadedAs(loaded)};
  return ref.kind === 'note' ? [own, ...(await planLeaving(tables, ref.id))] : [own];
}

function queryReplacement(
  {id, noteId, loaded}: ConflictView,
  {title, text}: {readonly title?: string; readonly text?: string},
): Query<EntityChange> {
  return async ({entities}) => {
    const row = noteId === null ? undefined : await entities('note').get(noteId);
    if (row === undefined || loaded === null)
      throw new NotebookError('missing', `the note of conflict ${id} isn't here`);
    const data = title === undefined ? null : withTitle(row, title);
    const body = text === undefined ? {} : {body: utf8Bytes(text)};
    return {type: 'replace', kind: 'note', id: row.id, loaded, ...(data === null ? {} : {data}), ...body};
  };
}

/** With the parts in `edit`, the current version is the other one. */
function isAllTaken(
  {current, other}: ConflictView,
  {title, text}: {readonly title?: string; readonly text?: string},
): boolean {
  if (current?.content.kind !== 'note' || other.content.kind !== 'note') return false;
  return (
    (title ?? current.content.title) === other.content.title && (text ?? current.content.text) === other.content.text
  );
}

function loadedAs(loaded: Loaded | null): {readonly loaded?: Loaded} {
  return loaded === null ? {} : {loaded};
}

function erased(id: string): NotebookError {
  return new NotebookError('missing', `what conflict ${id} is about is erased`);
}

function bodyMissing(id: string): NotebookError {
  return new NotebookError('body_missing', `the text of revision ${id} isn't on this device yet`);
}
