/**
 * The Notebook on Dexie. Reads are live queries; an action reads what it needs, plans, and writes once through the Writer,
 * so that all of it is stored or nothing. Actions that can't be done reject with NotebookError, the storage's failures
 * with SyncFailure.
 */

import {ROOT_NOTE_ID} from '../../protocol/ids.ts';
import type {LifetimeValues} from '../notes/lifetimes.ts';
import {readAttribute} from '../notes/note-data.ts';
import type {Writer} from '../sync/changes.ts';
import type {Time} from '../sync/ports.ts';
import {settleConflict, takeFromOther} from './conflict-choices.ts';
import {queryAllConflicts, queryConflict} from './conflict-views.ts';
import {isLive, noteDataOf} from './heads.ts';
import {planLifetimes, queryLifetimes} from './lifetime-options.ts';
import {type Query, readOnce, toLive} from './live.ts';
import {newNoteData, saveDraft, saveNote} from './note-saves.ts';
import {queryNote} from './note-view.ts';
import {NotebookError} from './notebook-error.ts';
import type {AttributeView, Notebook, Placement, Seen} from './repositories.ts';
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
import {readNotebook} from './whole-notebook.ts';
import {writeOne} from './write-one.ts';

export interface NotebookPorts {
  readonly db: Database;
  readonly writer: Writer;
  readonly time: Time;
}

type NewNote = Parameters<Notebook['createNote']>[1];

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
    readAll: () => readNotebook(db),
    createNote: (placement, note) => createNote(ports, placement, note),
    saveNote: (id, loaded, edit, shown) => saveNote(ports, {id, loaded, edit, shown}),
    saveDraft: (draft) => saveDraft(ports, draft),
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

async function createNote({db, writer, time}: NotebookPorts, to: Placement, note: NewNote): Promise<string> {
  const {title, type = 'text', text = ''} = note;
  const data = newNoteData(title, type, time.wallMs());
  const [noteId, branchId] = [writer.newId(), writer.newId()];
  const siblings = await readOnce(db, (tables) => readChildren(tables, to.parent));
  await writer.write(planCreate({noteId, branchId, ...to, data, text}, siblings));
  return noteId;
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

function belowItself(noteId: string): NotebookError {
  return new NotebookError('below_itself', `note ${noteId} can't be placed below itself`);
}
