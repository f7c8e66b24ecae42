/** From stored rows to what the screens call notes, branches and texts. Total: data that isn't ours is shown as unknown. */

import {utf8Text} from '../../protocol/bytes.ts';
import {EMPTY_HASH} from '../../protocol/hash.ts';
import {type NoteData, readBranch, readNote} from '../notes/note-data.ts';
import type {Loaded} from '../sync/changes.ts';
import type {EntityRow} from '../sync/ports.ts';
import type {BodyRecord, EntityRecord} from './records.ts';
import type {BranchHead} from './repositories.ts';

/** A note whose data can't be read keeps its place, so that what is below it does too; no editor takes this type. */
const UNREADABLE: NoteData = {title: '', type: 'unknown', mime: ''};

export function noteDataOf({data}: {readonly data: Uint8Array | string | undefined}): NoteData {
  return (data === undefined ? undefined : readNote(data)) ?? UNREADABLE;
}

export function toBranchHead(row: {
  readonly id: string;
  readonly stamp: string;
  readonly data: Uint8Array | string | undefined;
}): BranchHead | undefined {
  const branch = row.data === undefined ? undefined : readBranch(row.data);
  return branch && {...branch, id: row.id, stamp: row.stamp};
}

export function isLive(record: EntityRecord): boolean {
  return !record.deleted;
}

export function loadedOf({stamp, parts}: EntityRow): Loaded {
  return {stamp, parts};
}

/** `text` is null where the body isn't here (an older one may be), and where it is no text: then `undecodable` says so. */
export function textOf(
  row: EntityRow,
  body: BodyRecord | undefined,
): {readonly text: string | null; readonly undecodable: boolean} {
  if (row.parts.body === EMPTY_HASH) return {text: '', undecodable: false};
  if (body === undefined || body.hash !== row.parts.body) return {text: null, undecodable: false};
  const text = utf8Text(body.body);
  return {text: text ?? null, undecodable: text === undefined};
}
