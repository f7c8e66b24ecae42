/** Where a place goes when it is moved by keys or dropped: pure, on the tree as it is shown. */

import {ROOT_NOTE_ID} from '../../../../protocol/ids.ts';
import type {Placement} from '../../../db/repositories.ts';
import type {Tree} from '../../../notes/tree.ts';
import type {Row} from '../../../notes/tree-rows.ts';
import {parentIndex, type Shift} from './tree-keys.ts';

export type Zone = 'before' | 'inside' | 'after';

/** Null where there is no way. */
export function placementByKey(tree: Tree, rows: readonly Row[], index: number, how: Shift): Placement | null {
  const row = rows[index];
  const place = row === undefined ? undefined : tree.place(row.branchId);
  if (place === undefined) return null;
  const siblings = tree.children(place.parentId);
  const at = siblings.findIndex(({branchId}) => branchId === place.branchId);
  const [previous, next] = [siblings[at - 1], siblings[at + 1]];
  switch (how) {
    case 'up':
      return previous === undefined ? null : {parent: place.parentId, position: {before: previous.branchId}};
    case 'down':
      return next === undefined ? null : {parent: place.parentId, position: {after: next.branchId}};
    case 'in':
      return previous === undefined ? null : placementInside(tree, place.noteId, previous.noteId);
    case 'out':
      return placementOutside(tree, rows, index);
  }
}

/** The third of a row that a pointer is over says what a drop there means. */
export function zoneAt(ratio: number, row: Row): Zone {
  if (row.kind !== 'place') return 'inside';
  if (ratio < 0.28) return 'before';
  return ratio > 0.72 ? 'after' : 'inside';
}

/** Below an expanded row is its first place inside. Null where a note would come inside itself. */
export function placementByDrop(tree: Tree, draggedNoteId: string, target: Row, zone: Zone): Placement | null {
  if (target.kind === 'unfiled') return null;
  if (zone === 'inside') return placementInside(tree, draggedNoteId, target.noteId);
  const place = tree.place(target.branchId);
  if (place === undefined) return null;
  if (zone === 'after' && target.expanded) {
    return isBelow(tree, draggedNoteId, target.noteId) ? null : {parent: target.noteId, position: 'first'};
  }
  if (isBelow(tree, draggedNoteId, place.parentId)) return null;
  const position = zone === 'before' ? {before: place.branchId} : {after: place.branchId};
  return {parent: place.parentId, position};
}

/** This note and all that is below it. */
export function notesWithin(tree: Tree, noteId: string): ReadonlySet<string> {
  const within = new Set<string>([noteId]);
  // Grows while it is walked.
  for (const id of within) {
    for (const place of tree.children(id)) within.add(place.noteId);
  }
  return within;
}

function isBelow(tree: Tree, ancestorId: string, noteId: string): boolean {
  return notesWithin(tree, ancestorId).has(noteId);
}

function placementInside(tree: Tree, noteId: string, parentId: string): Placement | null {
  return isBelow(tree, noteId, parentId) ? null : {parent: parentId, position: 'last'};
}

function placementOutside(tree: Tree, rows: readonly Row[], index: number): Placement | null {
  const above = parentIndex(rows, index);
  const parent = above === null ? undefined : tree.place(rows[above]?.branchId ?? '');
  if (parent === undefined) return null;
  return {parent: parent.parentId || ROOT_NOTE_ID, position: {after: parent.branchId}};
}
