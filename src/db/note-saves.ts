/**
 * Saving what an editor has: at once, or when a later start finds what a page left (ADR 32). Such a draft is as old as it is: a
 * newer text stands, and the draft is the conflict. Of a note that is gone it becomes a note of its own.
 */

import {utf8Bytes} from '../../protocol/bytes.ts';
import {isErased} from '../../protocol/entity.ts';
import {ROOT_NOTE_ID} from '../../protocol/ids.ts';
import {draftNoteId, placeId} from '../notes/derived-ids.ts';
import {type NoteData, writeData} from '../notes/note-data.ts';
import type {EntityChange, Loaded, Writer, Written} from '../sync/changes.ts';
import {isArriving} from '../sync/ports.ts';
import {noteDataOf} from './heads.ts';
import {type Query, readOnce} from './live.ts';
import {NotebookError} from './notebook-error.ts';
import type {Draft, Notebook, Saved} from './repositories.ts';
import type {Database, Tables} from './schema.ts';
import {planCreate, withTitle} from './structure-plan.ts';
import {readChildren} from './structure-reads.ts';
import {writeOneTold} from './write-one.ts';

interface SavePorts {
  readonly db: Database;
  readonly writer: Writer;
}

export interface NoteSave {
  readonly id: string;
  readonly loaded: Loaded;
  readonly edit: Parameters<Notebook['saveNote']>[2];
  /** The text that the editor showed before. */
  readonly shown?: string | undefined;
  /** When it was typed, device time; left out: now. */
  readonly editedMs?: number;
}

const RECOVERED_SUFFIX = ' (recovered text)';
const MIME_BY_TYPE: {readonly [type: string]: string} = {text: 'text/html', code: 'text/plain'};

export function newNoteData(title: string, type: string, created: number): NoteData {
  return {title, type, mime: MIME_BY_TYPE[type] ?? '', created};
}

export async function saveNote(ports: SavePorts, save: NoteSave): Promise<Saved> {
  const {outcome, loaded} = await writeSave(ports, save);
  return {loaded: loaded ?? save.loaded, conflict: outcome === 'written_over_conflict'};
}

export async function saveDraft(ports: SavePorts, draft: Draft): Promise<void> {
  const asNote = await readOnce(ports.db, queryNoteOfGone(draft));
  if (asNote === null) await writeSave(ports, {...draft, id: draft.noteId});
  else if (asNote.length > 0) await ports.writer.write(asNote);
}

async function writeSave({db, writer}: SavePorts, {id, loaded, edit, shown, editedMs}: NoteSave): Promise<Written> {
  const {title, text} = edit;
  const data = title === undefined ? undefined : await readOnce(db, queryDataWithTitle(id, title));
  return writeOneTold(writer, {
    type: 'save',
    kind: 'note',
    id,
    loaded,
    ...(data === undefined ? {} : {data}),
    ...(text === undefined ? {} : {body: utf8Bytes(text)}),
    ...(shown === undefined ? {} : {shown: utf8Bytes(shown)}),
    ...(editedMs === undefined ? {} : {editedMs}),
  });
}

/** What is stored with another title: what a newer version added, or another device changed beside it, stays. */
function queryDataWithTitle(id: string, title: string): Query<ReturnType<typeof writeData>> {
  return async ({entities}) => {
    const row = await entities('note').get(id);
    if (row === undefined) throw new NotebookError('missing', `there is no note ${id}`);
    return withTitle(row, title) ?? (row.data.length > 0 ? row.data : writeData({...noteDataOf(row), title}));
  };
}

/** Null where the note is here. Nothing where a start before this one has made the other note. */
function queryNoteOfGone({noteId, edit, shown, title, type, editedMs}: Draft): Query<EntityChange[] | null> {
  return async (tables) => {
    const row = await tables.entities('note').get(noteId);
    if (row !== undefined && !isErased(row)) return null;
    if (row === undefined) await mustBeGone(tables);
    const text = edit.text ?? shown ?? '';
    const data = newNoteData(`${edit.title ?? title}${RECOVERED_SUFFIX}`.trim(), type, editedMs);
    const id = draftNoteId(noteId, data.title, text);
    if ((await tables.entities('note').get(id)) !== undefined) return [];
    const place = {branchId: placeId(ROOT_NOTE_ID, id), parent: ROOT_NOTE_ID, position: 'first'} as const;
    return planCreate({noteId: id, ...place, data, text}, await readChildren(tables, ROOT_NOTE_ID));
  };
}

/** A device that has just signed in, or is getting its tree, may still get it. */
async function mustBeGone({state}: Tables): Promise<void> {
  const record = await state.get('replica');
  if (record === undefined) return;
  const {server, cursor, firstSync, lastSyncMs} = record.state;
  const isNew = server !== null && cursor === null && firstSync === null && lastSyncMs === null;
  if (isNew || isArriving(record.state)) throw new NotebookError('arriving', 'the note may still be on its way');
}
