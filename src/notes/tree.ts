/**
 * The tree as it is shown, out of all live notes and branches. Structure heals by view (design section 4): devices never
 * write repairs, so every device must show the same for the same rows, in whatever order they come.
 *
 * 1. A branch counts only if its note and its parent are here; of two with the same note and parent the lower id does.
 * 2. In a cycle the branch with the highest stamp is ignored (tree-cycles.ts): what counts has no cycle.
 * 3. A note that no branch leads to from the root is under "Unfiled", below its topmost unfiled ancestor, once everything
 *    that the server has is here; before that it is not shown.
 * 4. While a first sync brings the tree (ADR 29) it shows what has come so far, and tells which notes its places still lack.
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
  readonly arriving: boolean;
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
  /** Titles and places are still coming: what isn't shown may exist all the same. */
  readonly arriving: boolean;
  hasNote(noteId: string): boolean;
  /** Undefined for a note that isn't here, the root among them. */
  title(noteId: string): string | undefined;
  /** The places below a note, in order. */
  children(noteId: string): readonly Place[];
  /** The notes of places below a note that aren't here, in order; none unless the tree is arriving. */
  absent(noteId: string): readonly string[];
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

/** Work and memory grow with the number of notes and branches, apart from sorting siblings, which waits until they are asked for. */
export function buildTree(input: TreeInput): Tree {
  const titleById = new Map(input.notes.map(({id, title}) => [id, title]));
  titleById.delete(ROOT_NOTE_ID);
  const {below, wayTo, isWhole} = shapeOf(input.branches, titleById);
  // Asked for notes one by one, and not before something is on the screen.
  const branchById = once(() => new Map(allBranches(below).map((branch) => [branch.id, branch])));
  const branchesByNote = once(() => groupByNote(below));
  const absentBelow = once(() => (input.arriving ? absentByParent(input.branches, titleById) : NONE_ABSENT));

  const unplaced = wayTo.size > titleById.size ? [] : [...titleById.keys()].filter((id) => !wayTo.has(id));
  const placed: Pick<ReadonlySet<string>, 'has'> = unplaced.length === 0 ? wayTo : new Set(wayTo.keys());
  const tops = isWhole ? unplaced : unplaced.filter((id) => !branchesByNote().has(id));
  addWays(tops, below, wayTo);
  const title = (noteId: string): string => titleById.get(noteId) ?? '';

  const tree: Tree = {
    noteCount: titleById.size,
    placeCount: [...below].reduce((sum, [parent, branches]) => sum + (placed.has(parent) ? branches.length : 0), 0),
    unfiled: input.complete ? sortByTitle(tops, title) : [],
    arriving: input.arriving,
    hasNote: (noteId) => titleById.has(noteId),
    title: (noteId) => titleById.get(noteId),
    children: kept((noteId) => placesInOrder(below.get(noteId))),
    absent: kept((noteId) => placesInOrder(absentBelow().get(noteId)).map((place) => place.noteId)),
    place: (branchId) => placesInOrder([branchById().get(branchId)])[0],
    places: (noteId) => placesInOrder(isWhole ? [wayTo.get(noteId)] : branchesByNote().get(noteId)),
    isPlaced: (noteId) => placed.has(noteId),
    pathTo: (noteId) => pathTo(noteId, wayTo),
    rowsAbove: (noteId) => rowsAbove(noteId, tree),
    visibleRows: (expanded) => visibleRows(tree, expanded),
  };
  return tree;
}

interface Shape {
  /** The branches that show, by their parents. */
  readonly below: ReadonlyMap<string, TreeBranch[]>;
  /** For each note that is reached from the root, the branch by which it is reached first; null for the root. */
  readonly wayTo: Map<string, TreeBranch | null>;
  /** Every branch leads on from the root, and each note has one: so it is with most notebooks, and nothing is to be healed. */
  readonly isWhole: boolean;
}

function shapeOf(branches: readonly TreeBranch[], titleById: ReadonlyMap<string, string>): Shape {
  const below = connectedBelow(branches, titleById);
  const wayTo = addWays([ROOT_NOTE_ID], below, new Map());
  const isWhole = [...below.values()].reduce((count, {length}) => count + length, 0) === wayTo.size - 1;
  if (isWhole) return {below, wayTo, isWhole};
  const healed = inOrder(withoutCycles(withoutTwins(allBranches(below))));
  return {below: healed, wayTo: addWays([ROOT_NOTE_ID], healed, new Map()), isWhole};
}

/** Those whose note and parent are here. */
function connectedBelow(branches: readonly TreeBranch[], titleById: ReadonlyMap<string, string>): Shape['below'] {
  const below = Map.groupBy(branches, ({parent}) => parent);
  for (const [parent, all] of below) {
    const isHere = parent === ROOT_NOTE_ID || titleById.has(parent);
    const connected = isHere ? all.filter(({note}) => titleById.has(note)) : [];
    if (connected.length > 0) below.set(parent, connected);
    else below.delete(parent);
  }
  return below;
}

const NONE_ABSENT: ReadonlyMap<string, TreeBranch[]> = new Map();

function absentByParent(
  branches: readonly TreeBranch[],
  titleById: ReadonlyMap<string, string>,
): ReadonlyMap<string, TreeBranch[]> {
  return Map.groupBy(
    branches.filter(({note}) => !titleById.has(note)),
    ({parent}) => parent,
  );
}

function inOrder(branches: readonly TreeBranch[]): ReadonlyMap<string, TreeBranch[]> {
  const below = Map.groupBy(branches, ({parent}) => parent);
  for (const siblings of below.values()) siblings.sort(compareBranches);
  return below;
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

function withoutCycles(branches: readonly TreeBranch[]): readonly TreeBranch[] {
  const ignored = ignoredInCycles(branches);
  return ignored.size === 0 ? branches : branches.filter(({id}) => !ignored.has(id));
}

/** What is undefined or null is passed over. */
function placesInOrder(branches: readonly (TreeBranch | null | undefined)[] = []): readonly Place[] {
  return branches
    .filter((branch) => branch != null)
    .sort(compareBranches)
    .map(toPlace);
}

function toPlace({id, note, parent, key, prefix}: TreeBranch): Place {
  return {branchId: id, noteId: note, parentId: parent, key, prefix: prefix ?? ''};
}

function allBranches(below: Shape['below']): TreeBranch[] {
  return [...below.values()].flat();
}

function groupByNote(below: Shape['below']): ReadonlyMap<string, TreeBranch[]> {
  return Map.groupBy(allBranches(below), ({note}) => note);
}

function once<T>(make: () => T): () => T {
  let made: {readonly value: T} | undefined;
  return () => {
    made ??= {value: make()};
    return made.value;
  };
}

function kept<T>(make: (key: string) => T): (key: string) => T {
  const made = new Map<string, T>();
  return (key) => {
    const present = made.get(key);
    if (present !== undefined) return present;
    const value = make(key);
    made.set(key, value);
    return value;
  };
}

/**
 * Adds to `wayTo`, for each note below `starts`, the branch by which it is reached first, breadth first and siblings as they come; null
 * for a start.
 */
function addWays(
  starts: readonly string[],
  below: Shape['below'],
  wayTo: Map<string, TreeBranch | null>,
): Map<string, TreeBranch | null> {
  const open = [...starts].sort();
  for (const start of open) wayTo.set(start, null);
  // Grows while it is walked: every note comes once.
  for (const noteId of open) {
    for (const branch of below.get(noteId) ?? []) {
      if (wayTo.has(branch.note)) continue;
      wayTo.set(branch.note, branch);
      open.push(branch.note);
    }
  }
  return wayTo;
}

function pathTo(noteId: string, wayTo: ReadonlyMap<string, TreeBranch | null>): Place[] {
  const path: Place[] = [];
  for (let branch = wayTo.get(noteId); branch; branch = wayTo.get(branch.parent)) path.push(toPlace(branch));
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
