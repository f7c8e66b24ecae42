/**
 * What moving, placing and deleting write: from what was read to a list of changes. Pure. Between the read and the write
 * another tab may have changed the same branches; whatever comes of that, the tree's view heals (design section 4).
 */

import {utf8Bytes} from '../../protocol/bytes.ts';
import type {Head, Kind} from '../../protocol/entity.ts';
import {ROOT_NOTE_ID} from '../../protocol/ids.ts';
import {type BranchData, type NoteData, readBranch, readNote, writeData} from '../notes/note-data.ts';
import {compareBranches, type Position, planInsert} from '../notes/ordering.ts';
import type {EntityChange, Loaded} from '../sync/changes.ts';
import type {BranchHead, Seen} from './repositories.ts';

/** Of a note that came after the question: no version is this one. */
const NOTHING_SEEN: Loaded = {stamp: '', parts: {meta: '', data: '', body: ''}};

export interface NewNote {
  readonly noteId: string;
  readonly branchId: string;
  readonly parent: string;
  readonly position: Position;
  readonly data: NoteData;
  readonly text: string;
}

/** `siblings`: the live branches below the new parent, in any order. */
export function planCreate({noteId, data, text, ...place}: NewNote, siblings: readonly BranchHead[]): EntityChange[] {
  return [
    {type: 'create', kind: 'note', id: noteId, data: writeData(data), body: utf8Bytes(text)},
    ...planPlace({note: noteId, ...place}, siblings),
  ];
}

export interface NewPlace {
  readonly note: string;
  readonly branchId: string;
  readonly parent: string;
  readonly position: Position;
}

/** A place more for a note; none where it has one below this parent already. */
export function planPlace(
  {note, branchId, parent, position}: NewPlace,
  siblings: readonly BranchHead[],
): EntityChange[] {
  if (siblings.some((sibling) => sibling.note === note)) return [];
  const {key, rewrites} = planInsert(siblings, branchId, position);
  return [
    {type: 'create', kind: 'branch', id: branchId, data: writeData({note, parent, key})},
    ...rewrites.map((moved) => patchBranch(moved.id, {key: moved.key})),
  ];
}

/**
 * Nothing where the branch is there already. Where the note has another place below the new parent the two become one: the
 * moved one, as it is the one in someone's hand.
 */
export function planMove(
  branch: BranchHead,
  parent: string,
  position: Position,
  siblings: readonly BranchHead[],
): EntityChange[] {
  if (branch.parent === parent && isThere(branch, position, siblings)) return [];
  const doubles = siblings.filter(({id, note}) => note === branch.note && id !== branch.id);
  const others = siblings.filter((sibling) => !doubles.includes(sibling));
  const {key, rewrites} = planInsert(others, branch.id, position);
  return [
    patchBranch(branch.id, {parent, key}),
    ...rewrites.map((moved) => patchBranch(moved.id, {key: moved.key})),
    ...doubles.map(({id}) => deletion('branch', id)),
  ];
}

/** What stands around a note that may go: everything below it, and every place of it and of those. */
export interface Region {
  readonly noteId: string;
  /** The note and all notes below it. */
  readonly below: ReadonlySet<string>;
  /** Live branches whose note or parent is among them. */
  readonly branches: readonly BranchHead[];
  /** Live notes outside that are a parent of one of those branches. */
  readonly liveParents: ReadonlySet<string>;
}

/** The notes that have no place left once the branch is gone: the note itself and what is only below it, or none. */
export function doomedNotes(branchId: string, {noteId, below, branches, liveParents}: Region): ReadonlySet<string> {
  const isOutside = (parent: string) => parent === ROOT_NOTE_ID || liveParents.has(parent);
  const left = branches.filter(({id, note}) => id !== branchId && below.has(note));
  const childrenByParent = Map.groupBy(left, ({parent}) => parent);
  const kept = new Set(left.filter(({parent}) => isOutside(parent)).map(({note}) => note));
  // Grows while it is walked: what is below a kept note is kept.
  for (const parent of kept) {
    for (const {note} of childrenByParent.get(parent) ?? []) kept.add(note);
  }
  return kept.has(noteId) ? new Set() : new Set([...below].filter((id) => !kept.has(id)));
}

export interface Owned {
  readonly kind: 'attribute' | 'attachment';
  readonly id: string;
  readonly note: string;
}

export interface Deletion {
  readonly doomed: ReadonlySet<string>;
  readonly branches: readonly BranchHead[];
  /** Live attributes and attachments of the doomed notes. */
  readonly owned: readonly Owned[];
}

/**
 * Each goes with the note that it is erased with. Notes below the one whose last place this was name that one: while it is
 * disputed, they aren't erased either. `seen`: what of the notes isn't in it is kept as a conflict.
 */
export function planDelete(
  {id: branchId, note: noteId}: Pick<BranchHead, 'id' | 'note'>,
  {doomed, branches, owned}: Deletion,
  seen?: Seen,
): EntityChange[] {
  if (doomed.size === 0) return [deletion('branch', branchId)];
  return [
    ...[...doomed].map((id) => ({
      ...deletion('note', id, id === noteId ? undefined : noteId),
      ...(seen === undefined ? {} : {loaded: seen.get(id) ?? NOTHING_SEEN}),
    })),
    ...branches.flatMap(({id, note, parent}) => {
      const of = [note, parent].find((end) => doomed.has(end));
      return of === undefined ? [] : [deletion('branch', id, of)];
    }),
    ...owned.map(({kind, id, note}) => deletion(kind, id, note)),
  ];
}

/** Members that this version doesn't know are kept. Null: nothing to change, or data that isn't ours. */
export function withTitle({data}: Pick<Head, 'data'>, title: string): ReturnType<typeof writeData> | null {
  const note = readNote(data);
  return note === undefined || note.title === title ? null : writeData({...note, title});
}

function patchBranch(id: string, changed: Partial<BranchData>): EntityChange {
  return {
    type: 'patch',
    kind: 'branch',
    id,
    edit: (stored) => {
      const branch = readBranch(stored.data);
      return branch === undefined ? null : writeData({...branch, ...changed});
    },
  };
}

export function deletion(kind: Kind, id: string, of?: string): EntityChange & {type: 'delete'} {
  return {type: 'delete', kind, id, ...(of === undefined ? {} : {of})};
}

/** Whether the branch already stands where `position` says, among its siblings. */
function isThere(branch: BranchHead, position: Position, siblings: readonly BranchHead[]): boolean {
  const order = siblings.toSorted(compareBranches).map(({id}) => id);
  const at = order.indexOf(branch.id);
  if (position === 'first') return at === 0;
  if (position === 'last') return at === order.length - 1;
  const anchor = 'before' in position ? position.before : position.after;
  if (anchor === branch.id) return true;
  return anchor === order['before' in position ? at + 1 : at - 1];
}
