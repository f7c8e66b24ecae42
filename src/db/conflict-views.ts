/** Conflicts that nobody has dealt with: which there are, and each with both of its sides as they are at one moment. */

import {isErased, isOpenConflict, type Ref, type RevisionMeta} from '../../protocol/entity.ts';
import {parseStamp} from '../../protocol/stamp.ts';
import {readAttachment, readAttribute} from '../notes/note-data.ts';
import {loadedOf, noteDataOf, textOf} from './heads.ts';
import type {Query} from './live.ts';
import type {BodyRecord, EntityRecord} from './records.ts';
import type {ConflictContent, ConflictHead, ConflictSide, ConflictView} from './repositories.ts';
import {newestFirst, readDeviceNames} from './revision-views.ts';

export const queryAllConflicts: Query<readonly ConflictHead[]> = async (tables) => {
  const rows = (await tables.entities('revision').pointingAt('open', [1])).sort(newestFirst);
  const heads = rows.flatMap((row) => toHead(row) ?? []);
  const notes = await tables.entities('note').bulkGet(heads.map(({noteId}) => noteId ?? ''));
  return heads.map((head, index) => withTitle(head, notes[index]));
};

export function queryConflict(id: string): Query<ConflictView | null> {
  return async (tables) => {
    const row = await tables.entities('revision').get(id);
    const head = row === undefined || !isOpenConflict(row.meta) ? undefined : toHead(row);
    if (row?.meta?.type !== 'revision' || head === undefined) return null;
    const ref: Ref = {kind: row.meta.ofKind, id: row.meta.of};
    const [current, note, ...bodies] = await Promise.all([
      tables.entities(ref.kind).get(ref.id),
      tables.entities('note').get(head.noteId ?? ''),
      tables.bodies.get(ref),
      tables.bodies.get({kind: 'revision', id}),
    ]);
    const nameOf = await readDeviceNames(
      tables,
      [row.meta.stamp, ...(current ? [current.stamp] : [])].map((stamp) => parseStamp(stamp).replica),
    );
    return {
      ...withTitle(head, note),
      current: current === undefined ? null : currentSide(current, bodies[0], nameOf),
      other: keptSide(row, row.meta, bodies[1], nameOf),
      loaded: current === undefined ? null : loadedOf(current),
      isNoteDeleted: note?.deleted ?? false,
    };
  };
}

function toHead({id, meta, data}: EntityRecord): ConflictHead | undefined {
  if (meta?.type !== 'revision') return undefined;
  switch (meta.ofKind) {
    case 'note':
      return {id, ofKind: 'note', noteId: meta.of, title: noteDataOf({data}).title};
    case 'attribute':
      return {id, ofKind: 'attribute', noteId: readAttribute(data)?.note ?? null, title: ''};
    case 'attachment':
      return {id, ofKind: 'attachment', noteId: readAttachment(data)?.note ?? null, title: ''};
    default:
      return undefined;
  }
}

/** What the note is called now; the kept title where nothing is left of it. */
function withTitle(head: ConflictHead, note: EntityRecord | undefined): ConflictHead {
  return note === undefined || isErased(note) ? head : {...head, title: noteDataOf(note).title};
}

function currentSide(
  row: EntityRecord,
  body: BodyRecord | undefined,
  nameOf: (replica: string) => string,
): ConflictSide {
  const {millis, replica} = parseStamp(row.stamp);
  const content = contentOf(row.kind, row, body);
  return {ref: {kind: row.kind, id: row.id}, deleted: row.deleted, atMs: millis, deviceName: nameOf(replica), content};
}

function keptSide(
  row: EntityRecord,
  {ofKind, stamp, wasDeleted}: RevisionMeta,
  body: BodyRecord | undefined,
  nameOf: (replica: string) => string,
): ConflictSide {
  const {millis, replica} = parseStamp(stamp);
  const content = contentOf(ofKind, row, body);
  const deleted = wasDeleted ?? false;
  return {ref: {kind: 'revision', id: row.id}, deleted, atMs: millis, deviceName: nameOf(replica), content};
}

/** `kind` is what the row is a version of. */
function contentOf(kind: Ref['kind'], row: EntityRecord, body: BodyRecord | undefined): ConflictContent {
  if (isErased(row)) return {kind: 'nothing'};
  switch (kind) {
    case 'note': {
      const {title, type, mime} = noteDataOf(row);
      return {kind, title, type, mime, ...textOf(row, body)};
    }
    case 'attribute': {
      const attribute = readAttribute(row.data);
      return attribute ? {...attribute, kind} : {kind: 'nothing'};
    }
    case 'attachment': {
      const attachment = readAttachment(row.data);
      return attachment ? {...attachment, kind} : {kind: 'nothing'};
    }
    default:
      return {kind: 'nothing'};
  }
}
