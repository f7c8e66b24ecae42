/**
 * The Notebook on Dexie. Reads are live queries; an action reads what it needs, plans, and writes once through the Writer,
 * so that all of it is stored or nothing. Actions that can't be done reject with NotebookError, the storage's failures
 * with SyncFailure.
 */

import {utf8Bytes} from '../../protocol/bytes.ts';
import {ROOT_NOTE_ID} from '../../protocol/ids.ts';
import type {LifetimeValues} from '../notes/lifetimes.ts';
import {readAttribute, writeData} from '../notes/note-data.ts';
import type {Change, Loaded, Writer, Written} from '../sync/changes.ts';
import type {Time} from '../sync/ports.ts';
import {settleConflict, takeFromOther} from './conflict-choices.ts';
import {queryAllConflicts, queryConflict} from './conflict-views.ts';
import {isLive, noteDataOf} from './heads.ts';
import {planLifetimes, queryLifetimes} from './lifetime-options.ts';
import {type Query, readOnce, toLive} from './live.ts';
import {queryNote} from './note-view.ts';
import {NotebookError} from './notebook-error.ts';
import type {AttributeView, Notebook, Placement, Saved, Seen} from './repositories.ts';
import {queryConflicts, queryRevisions} from './revision-views.ts';
import type {Database} from './schema.ts';
import {planCreate, planDelete, planMove, planPlace, withTitle} from './structure-plan.ts';
import {
  isAtOrBelow,
  mustHaveArrived,
  queryDeletion,
  querySeen,
  readBranchHead,
  readChildren,
} from './structure-reads.ts';
import {createTreeSource} from './tree-source.ts';
import {queryUnresolved} from './unresolved-notes.ts';
import {readUnsynced} from './unsynced-changes.ts';
import {queryOutbox} from './waiting-changes.ts';

export interface NotebookPorts {
  readonly db: Database;
  readonly writer: Writer;
  readonly time: Time;
}

type NoteEdit = Parameters<Notebook['saveNote']>[2];
type NoteDraft = Parameters<Notebook['createNote']>[1];

const MIME_BY_TYPE: {readonly [type: string]: string} = {text: 'text/html', code: 'text/plain'};

export function createNotebook(ports: NotebookPorts): Notebook {
  const {db, writer, time} = ports;
  const tree = createTreeSource(db, time);
  return {
    watchTree: () => tree,
    watchNote: (id) => toLive(db, queryNote(id)),
    watchAttributes: (noteId) => toLive(db, queryAttributes(noteId)),
    watchRevisions: (noteId) => toLive(db, queryRevisions(noteId)),
    watchConflicts: (noteId) => toLive(db, queryConflicts(noteId)),
    watchAllConflicts: () => toLive(db, queryAllConflicts),
    watchConflict: (id) => toLive(db, queryConflict(id)),
    settleConflict: (conflict, choice) => settleConflict(ports, conflict, choice),
    takeFromOther: (conflict, edit) => takeFromOther(ports, conflict, edit),
    watchOutbox: () => toLive(db, queryOutbox),
    watchUnresolved: () => toLive(db, queryUnresolved),
    readUnsynced: () => readUnsynced(db),
    createNote: (placement, note) => createNote(ports, placement, note),
    saveNote: (id, loaded, edit, shown) => saveNote(ports, {id, loaded, edit, shown}),
    renameNote: (id, title, shown) => renameNote(ports, {id, title, shown}),
    readSeen: (noteId) => readOnce(db, querySeen(noteId)),
    deletePlace: (branchId, seen) => deletePlace(ports, branchId, seen),
    movePlace: (branchId, to) => movePlace(ports, branchId, to),
    addPlace: (noteId, to) => addPlace(ports, noteId, to),
    restoreRevision: (revisionId) => restoreRevision(ports, revisionId),
    watchLifetimes: () => toLive(db, queryLifetimes),
    saveLifetimes: (values) => saveLifetimes(ports, values),
    saveRevision: (noteId) => writeOne(writer, {type: 'keep', kind: 'note', id: noteId, reason: 'named'}),
  };
}

function queryAttributes(noteId: string): Query<readonly AttributeView[]> {
  return async ({entities}) => {
    const rows = await entities('attribute').pointingAt('note', [noteId]);
    const views = rows.filter(isLive).flatMap(({id, data}) => {
      const attribute = readAttribute(data);
      return attribute ? {...attribute, id} : [];
    });
    return views.sort((a, b) => a.position - b.position || (a.id < b.id ? -1 : 1));
  };
}

async function createNote({db, writer, time}: NotebookPorts, to: Placement, note: NoteDraft): Promise<string> {
  const {title, type = 'text', text = ''} = note;
  const data = {title, type, mime: MIME_BY_TYPE[type] ?? '', created: time.wallMs()};
  const [noteId, branchId] = [writer.newId(), writer.newId()];
  const siblings = await readOnce(db, (tables) => readChildren(tables, to.parent));
  await writer.write(planCreate({noteId, branchId, ...to, data, text}, siblings));
  return noteId;
}

interface NoteSave {
  readonly id: string;
  readonly loaded: Loaded;
  readonly edit: NoteEdit;
  /** The text that the editor showed before. */
  readonly shown: string | undefined;
}

async function saveNote({db, writer}: NotebookPorts, {id, loaded, edit, shown}: NoteSave): Promise<Saved> {
  const {title, text} = edit;
  const data = title === undefined ? undefined : await readOnce(db, queryDataWithTitle(id, title));
  const written = await writeOneTold(writer, {
    type: 'save',
    kind: 'note',
    id,
    loaded,
    ...(data === undefined ? {} : {data}),
    ...(text === undefined ? {} : {body: utf8Bytes(text)}),
    ...(shown === undefined ? {} : {shown: utf8Bytes(shown)}),
  });
  return {loaded: written.loaded ?? loaded, conflict: written.outcome === 'written_over_conflict'};
}

/** What is stored with another title: what a newer version added, or another device changed beside it, stays. */
function queryDataWithTitle(id: string, title: string): Query<ReturnType<typeof writeData>> {
  return async ({entities}) => {
    const row = await entities('note').get(id);
    if (row === undefined) throw new NotebookError('missing', `there is no note ${id}`);
    return withTitle(row, title) ?? (row.data.length > 0 ? row.data : writeData({...noteDataOf(row), title}));
  };
}

async function renameNote(
  {writer}: NotebookPorts,
  {id, title, shown}: {readonly id: string; readonly title: string; readonly shown: string},
): Promise<void> {
  await writeOne(writer, {
    type: 'patch',
    kind: 'note',
    id,
    edit: (stored) => withTitle(stored, title),
    hasShown: (stored) => noteDataOf(stored).title === shown,
  });
}

async function deletePlace({db, writer}: NotebookPorts, branchId: string, seen?: Seen): Promise<void> {
  const branch = await readOnce(db, async (tables) => {
    await mustHaveArrived(tables);
    return readBranchHead(tables, branchId);
  });
  if (branch === undefined) return;
  const going = await readOnce(db, queryDeletion(branchId, branch.note));
  await writer.write(planDelete(branch, going, seen));
}

async function movePlace({db, writer}: NotebookPorts, branchId: string, to: Placement): Promise<void> {
  const changes = await readOnce(db, async (tables) => {
    await mustHaveArrived(tables);
    const branch = await readBranchHead(tables, branchId);
    if (branch === undefined) throw new NotebookError('missing', `there is no place ${branchId}`);
    if (await isAtOrBelow(tables, to.parent, branch.note)) throw belowItself(branch.note);
    return planMove(branch, to.parent, to.position, await readChildren(tables, to.parent));
  });
  if (changes.length > 0) await writer.write(changes);
}

async function addPlace({db, writer}: NotebookPorts, noteId: string, to: Placement): Promise<void> {
  const changes = await readOnce(db, async (tables) => {
    await mustHaveArrived(tables);
    if (noteId === ROOT_NOTE_ID || (await isAtOrBelow(tables, to.parent, noteId))) throw belowItself(noteId);
    return planPlace({note: noteId, branchId: writer.newId(), ...to}, await readChildren(tables, to.parent));
  });
  if (changes.length > 0) await writer.write(changes);
}

async function restoreRevision({db, writer}: NotebookPorts, revisionId: string): Promise<void> {
  const row = await readOnce(db, ({entities}) => entities('revision').get(revisionId));
  if (row?.meta?.type !== 'revision') throw new NotebookError('missing', `there is no revision ${revisionId}`);
  await writeOne(writer, {type: 'restore', kind: row.meta.ofKind, id: row.meta.of, revision: revisionId});
}

async function saveLifetimes({db, writer}: NotebookPorts, values: LifetimeValues): Promise<void> {
  const changes = planLifetimes(await readOnce(db, queryLifetimes), values);
  if (changes.length > 0) await writer.write(changes);
}

async function writeOne(writer: Writer, change: Change): Promise<void> {
  await writeOneTold(writer, change);
}

async function writeOneTold(writer: Writer, change: Change): Promise<Written> {
  const [written] = await writer.write([change]);
  if (written === undefined || written.outcome === 'missing') {
    throw new NotebookError('missing', `there is no ${change.kind} ${change.id}`);
  }
  if (written.outcome === 'body_missing') {
    throw new NotebookError('body_missing', `the text of ${change.kind} ${change.id} isn't on this device yet`);
  }
  return written;
}

function belowItself(noteId: string): NotebookError {
  return new NotebookError('below_itself', `note ${noteId} can't be placed below itself`);
}
