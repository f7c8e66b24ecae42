/**
 * The tree as it is shown, out of all live notes and branches. Structure heals by view (design section 4): devices never
 * write repairs, so every device must show the same for the same rows, in whatever order they come.
 *
 * 1. A branch counts only if its note and its parent are here; of two with the same note and parent the lower id does.
 * 2. In a cycle the branch with the highest stamp is ignored (tree-cycles.ts): what counts has no cycle.
 * 3. A note that no branch leads to from the root is under "Unfiled", below its topmost unfiled ancestor, once everything
 *    that the server has is here; before that it is not shown.
 */

import {ROOT_NOTE_ID} from '../../protocol/ids.ts';
import {compareBranches} from './ordering.ts';
import {ignoredInCycles} from './tree-cycles.ts';
import {type Row, UNFILED_ROW_ID, unfiledRowId, visibleRows} from './tree-rows.ts';

/** What src/db calls TreeSource; as much of it as the tree needs. */
export interface TreeInput {
  readonly notes: readonly TreeNote[];
  readonly branches: readonly TreeBranch[];
  readonly complete: boolean;
}

export interface TreeNote {
  readonly id: string;
  readonly title: string;
}

export interface TreeBranch {
  readonly id: string;
  readonly note: string;
  readonly parent: string;
  readonly key: string;
  readonly stamp: string;
  readonly prefix?: string | undefined;
}

/** A branch that is shown. */
export interface Place {
  readonly branchId: string;
  readonly noteId: string;
  readonly parentId: string;
  readonly key: string;
  readonly prefix: string;
}

export interface Tree {
  /** Live notes, the root not counted. */
  readonly noteCount: number;
  /** Places that lead to the root. */
  readonly placeCount: number;
  /** The topmost unfiled notes, by title; empty while not everything is here. */
  readonly unfiled: readonly string[];
  hasNote(noteId: string): boolean;
  /** Undefined for a note that isn't here, the root among them. */
  title(noteId: string): string | undefined;
  /** The places below a note, in order. */
  children(noteId: string): readonly Place[];
  /** Undefined for a branch that isn't shown. */
  place(branchId: string): Place | undefined;
  /** The places of a note, those under unfiled notes included. */
  places(noteId: string): readonly Place[];
  isPlaced(noteId: string): boolean;
  /**
   * The places from below the root, or from below a topmost unfiled note, down to this note's own; the shortest way, and of
   * equal ones the first in order. Empty for the root, a topmost unfiled note and what isn't here.
   */
  pathTo(noteId: string): readonly Place[];
  /** The row ids to expand so that the note is among the visible rows. */
  rowsAbove(noteId: string): readonly string[];
  visibleRows(expanded: ReadonlySet<string>): Row[];
}

/** Work and memory grow with the number of notes and branches, apart from sorting siblings. */
export function buildTree(input: TreeInput): Tree {
  const titleById = new Map(input.notes.map(({id, title}) => [id, title]));
  titleById.delete(ROOT_NOTE_ID);
  const childrenByParent = shownPlaces(input.branches, titleById);
  const children = (noteId: string): readonly Place[] => childrenByParent.get(noteId) ?? [];
  // Asked for notes one by one, and not before something is on the screen.
  const placesByNote = once(() => groupByNote(childrenByParent));
  const placeById = once(() => new Map(allPlaces(childrenByParent).map((place) => [place.branchId, place])));

  const wayTo = waysFrom([ROOT_NOTE_ID], children, new Map());
  const unplaced = [...titleById.keys()].filter((id) => !wayTo.has(id));
  const placed: Pick<ReadonlySet<string>, 'has'> = unplaced.length === 0 ? wayTo : new Set(wayTo.keys());
  const tops = unplaced.filter((id) => !placesByNote().has(id));
  waysFrom(tops, children, wayTo);
  const title = (noteId: string): string => titleById.get(noteId) ?? '';

  const tree: Tree = {
    noteCount: titleById.size,
    placeCount: [...childrenByParent].reduce(
      (sum, [parent, below]) => sum + (placed.has(parent) ? below.length : 0),
      0,
    ),
    unfiled: input.complete ? sortByTitle(tops, title) : [],
    hasNote: (noteId) => titleById.has(noteId),
    title: (noteId) => titleById.get(noteId),
    children,
    place: (branchId) => placeById().get(branchId),
    places: (noteId) => placesByNote().get(noteId) ?? [],
    isPlaced: (noteId) => placed.has(noteId),
    pathTo: (noteId) => pathTo(noteId, wayTo),
    rowsAbove: (noteId) => rowsAbove(noteId, tree),
    visibleRows: (expanded) => visibleRows(tree, expanded),
  };
  return tree;
}

/** By their parents, each list in order. Only a note with several branches can have one that isn't shown. */
function shownPlaces(
  branches: readonly TreeBranch[],
  titleById: ReadonlyMap<string, string>,
): Map<string, readonly Place[]> {
  const hasEnds = ({note, parent}: TreeBranch) =>
    titleById.has(note) && (parent === ROOT_NOTE_ID || titleById.has(parent));
  const connected = withoutTwins(branches.filter(hasEnds));
  const ignored = ignoredInCycles(connected);
  const shown = ignored.size === 0 ? connected : connected.filter(({id}) => !ignored.has(id));
  const branchesByParent = Map.groupBy(shown, ({parent}) => parent);
  return new Map(Array.from(branchesByParent, ([parent, below]) => [parent, below.sort(compareBranches).map(toPlace)]));
}

/** Of two branches with the same note and parent the lower id stays. */
function withoutTwins(branches: readonly TreeBranch[]): readonly TreeBranch[] {
  const once = new Set<string>();
  const several = new Set<string>();
  for (const {note} of branches) (once.has(note) ? several : once).add(note);
  if (several.size === 0) return branches;
  const lowest = new Map<string, TreeBranch>();
  for (const branch of branches) {
    if (!several.has(branch.note)) continue;
    const ends = `${branch.parent} ${branch.note}`;
    const other = lowest.get(ends);
    if (other === undefined || branch.id < other.id) lowest.set(ends, branch);
  }
  return [...branches.filter(({note}) => !several.has(note)), ...lowest.values()];
}

function toPlace({id, note, parent, key, prefix}: TreeBranch): Place {
  return {branchId: id, noteId: note, parentId: parent, key, prefix: prefix ?? ''};
}

function allPlaces(childrenByParent: ReadonlyMap<string, readonly Place[]>): Place[] {
  return [...childrenByParent.values()].flat();
}

function groupByNote(childrenByParent: ReadonlyMap<string, readonly Place[]>): ReadonlyMap<string, readonly Place[]> {
  const placesByNote = Map.groupBy(allPlaces(childrenByParent), ({noteId}) => noteId);
  for (const several of placesByNote.values()) if (several.length > 1) several.sort(comparePlaces);
  return placesByNote;
}

function once<T>(make: () => T): () => T {
  let made: {readonly value: T} | undefined;
  return () => {
    made ??= {value: make()};
    return made.value;
  };
}

function comparePlaces(a: Place, b: Place): number {
  return compareBranches({id: a.branchId, key: a.key}, {id: b.branchId, key: b.key});
}

/** Adds to `wayTo`, for each note below `starts`, the place by which it is reached first, breadth first; null for a start. */
function waysFrom(
  starts: readonly string[],
  children: (noteId: string) => readonly Place[],
  wayTo: Map<string, Place | null>,
): Map<string, Place | null> {
  const open = [...starts].sort();
  for (const start of open) wayTo.set(start, null);
  // Grows while it is walked: every note comes once.
  for (const noteId of open) {
    for (const place of children(noteId)) {
      if (wayTo.has(place.noteId)) continue;
      wayTo.set(place.noteId, place);
      open.push(place.noteId);
    }
  }
  return wayTo;
}

function pathTo(noteId: string, wayTo: ReadonlyMap<string, Place | null>): Place[] {
  const path: Place[] = [];
  for (let place = wayTo.get(noteId); place; place = wayTo.get(place.parentId)) path.push(place);
  return path.reverse();
}

function rowsAbove(noteId: string, tree: Tree): string[] {
  const path = tree.pathTo(noteId);
  const above = path.slice(0, -1).map(({branchId}) => branchId);
  if (tree.isPlaced(noteId) || !tree.hasNote(noteId)) return above;
  const top = path[0]?.parentId;
  return top === undefined ? [UNFILED_ROW_ID] : [UNFILED_ROW_ID, unfiledRowId(top), ...above];
}

function sortByTitle(noteIds: readonly string[], title: (noteId: string) => string): string[] {
  const {compare} = new Intl.Collator();
  return [...noteIds].sort((a, b) => compare(title(a), title(b)) || (a < b ? -1 : 1));
}
