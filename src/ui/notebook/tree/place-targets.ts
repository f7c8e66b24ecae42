/** Notes that another may be placed under, found by a part of their title. */

import {ROOT_NOTE_ID} from '../../../../protocol/ids.ts';
import {folded} from '../../../notes/folded.ts';
import type {Tree} from '../../../notes/tree.ts';
import {notesWithin} from './tree-moves.ts';

export interface Target {
  readonly noteId: string;
  readonly title: string;
  /** The titles above it. */
  readonly path: string;
}

const MOST_SHOWN = 100;

/** In the order of the tree, without the note itself and what is below it. `more`: found, but not listed. */
export function findTargets(
  tree: Tree,
  noteId: string,
  filter: string,
): {readonly targets: Target[]; readonly more: number} {
  const wanted = folded(filter.trim());
  const excluded = notesWithin(tree, noteId);
  const targets: Target[] = [];
  let more = 0;
  for (const id of notesInOrder(tree)) {
    const title = tree.title(id) ?? '';
    if (excluded.has(id) || !folded(title).includes(wanted)) continue;
    if (targets.length >= MOST_SHOWN) more++;
    else targets.push({noteId: id, title, path: pathOf(tree, id)});
  }
  return {targets, more};
}

export function pathOf(tree: Tree, noteId: string): string {
  return tree
    .pathTo(noteId)
    .slice(0, -1)
    .map((place) => tree.title(place.noteId) ?? '')
    .join(' › ');
}

function* notesInOrder(tree: Tree): Generator<string> {
  const seen = new Set<string>();
  const open = [...tree.children(ROOT_NOTE_ID)].reverse();
  for (let place = open.pop(); place !== undefined; place = open.pop()) {
    if (seen.has(place.noteId)) continue;
    seen.add(place.noteId);
    yield place.noteId;
    open.push(...[...tree.children(place.noteId)].reverse());
  }
}
