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
  const graph = createGraph(input.notes);
  const {nodes} = graph;
  const {placeCount, isWhole} = connectAll(graph, input.branches);
  // Asked for notes one by one, and not before something is on the screen.
  const branchById = once(() => new Map(allBranches(graph).map((branch) => [branch.id, branch])));
  const branchesByNote = once(() => Map.groupBy(allBranches(graph), ({note}) => note));
  const absentBelow = once(() => (input.arriving ? absentByParent(input.branches, nodes) : NONE_ABSENT));

  const unplaced = [...nodes.values()].filter(({way}) => way === undefined);
  const tops = isWhole ? unplaced : unplaced.filter(({note}) => !branchesByNote().has(note.id));
  reach(tops, {arePlaced: false});
  const title = (noteId: string): string => nodes.get(noteId)?.note.title ?? '';

  const tree: Tree = {
    noteCount: nodes.size,
    placeCount,
    unfiled: input.complete
      ? sortByTitle(
          tops.map(({note}) => note.id),
          title,
        )
      : [],
    arriving: input.arriving,
    hasNote: (noteId) => nodes.has(noteId),
    title: (noteId) => nodes.get(noteId)?.note.title,
    children: kept((noteId) => placesInOrder(nodeOf(graph, noteId)?.below?.map(({branch}) => branch))),
    absent: kept((noteId) => placesInOrder(absentBelow().get(noteId)).map((place) => place.noteId)),
    place: (branchId) => placesInOrder([branchById().get(branchId)])[0],
    places: (noteId) => placesInOrder(isWhole ? [nodes.get(noteId)?.way] : branchesByNote().get(noteId)),
    isPlaced: (noteId) => nodeOf(graph, noteId)?.isPlaced === true,
    pathTo: (noteId) => pathTo(noteId, graph),
    rowsAbove: (noteId) => rowsAbove(noteId, tree),
    visibleRows: (expanded) => visibleRows(tree, expanded),
  };
  return tree;
}

/** A note, or the root, and what the branches make of it. Nodes know each other: at 100,000 notes looking them up is what takes time. */
interface Node {
  readonly note: TreeNote;
  /** The branches that show below it; null where there are none. */
  below: Edge[] | null;
  /** The branch by which it is reached first; null for where a way starts, undefined for what isn't reached. */
  way: TreeBranch | null | undefined;
  /** Reached from the root. */
  isPlaced: boolean;
}

interface Edge {
  readonly branch: TreeBranch;
  /** Of the branch's note. */
  readonly node: Node;
}

interface Graph {
  readonly root: Node;
  /** By note, without the root. */
  readonly nodes: ReadonlyMap<string, Node>;
}

function createGraph(notes: readonly TreeNote[]): Graph {
  const nodes = new Map<string, Node>();
  for (const note of notes) if (note.id !== ROOT_NOTE_ID) nodes.set(note.id, unreached(note));
  return {root: unreached({id: ROOT_NOTE_ID, title: ''}), nodes};
}

function unreached(note: TreeNote): Node {
  return {note, below: null, way: undefined, isPlaced: false};
}

function nodeOf({root, nodes}: Graph, noteId: string): Node | undefined {
  return noteId === ROOT_NOTE_ID ? root : nodes.get(noteId);
}

interface Shape {
  /** Branches that lead to the root. */
  readonly placeCount: number;
  /** Every branch leads on from the root, and each note has one: so it is with most notebooks, and nothing is to be healed. */
  readonly isWhole: boolean;
}

function connectAll(graph: Graph, branches: readonly TreeBranch[]): Shape {
  const connected = connect(graph, branches);
  const reached = reach([graph.root], {arePlaced: true});
  const isWhole = connected === reached.notes;
  if (isWhole) return {placeCount: reached.branches, isWhole};
  const healed = withoutCycles(withoutTwins(allBranches(graph)));
  for (const node of [graph.root, ...graph.nodes.values()]) Object.assign(node, unreached(node.note));
  connect(graph, healed);
  for (const node of [graph.root, ...graph.nodes.values()])
    node.below?.sort((a, b) => compareBranches(a.branch, b.branch));
  return {placeCount: reach([graph.root], {arePlaced: true}).branches, isWhole};
}

/** Those whose note and parent are here; how many these are. */
function connect(graph: Graph, branches: readonly TreeBranch[]): number {
  let count = 0;
  for (const branch of branches) {
    const [node, parent] = [graph.nodes.get(branch.note), nodeOf(graph, branch.parent)];
    if (node === undefined || parent === undefined) continue;
    const edge = {branch, node};
    if (parent.below === null) parent.below = [edge];
    else parent.below.push(edge);
    count += 1;
  }
  return count;
}

/**
 * Sets the ways of what is below `starts` and wasn't reached before, breadth first and siblings as they come. How many branches lead on,
 * and to how many notes.
 */
function reach(starts: readonly Node[], {arePlaced}: {readonly arePlaced: boolean}): {branches: number; notes: number} {
  const open = [...starts].sort((a, b) => (a.note.id < b.note.id ? -1 : 1));
  for (const node of open) {
    node.way = null;
    node.isPlaced = arePlaced;
  }
  let branches = 0;
  // Grows while it is walked: every note comes once.
  for (const {below} of open) {
    if (below === null) continue;
    branches += below.length;
    for (const {branch, node} of below) {
      if (node.way !== undefined) continue;
      node.way = branch;
      node.isPlaced = arePlaced;
      open.push(node);
    }
  }
  return {branches, notes: open.length - starts.length};
}

const NONE_ABSENT: ReadonlyMap<string, TreeBranch[]> = new Map();

function absentByParent(branches: readonly TreeBranch[], nodes: Graph['nodes']): ReadonlyMap<string, TreeBranch[]> {
  return Map.groupBy(
    branches.filter(({note}) => !nodes.has(note)),
    ({parent}) => parent,
  );
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

function allBranches({root, nodes}: Graph): TreeBranch[] {
  return [root, ...nodes.values()].flatMap(({below}) => below?.map(({branch}) => branch) ?? []);
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

function pathTo(noteId: string, graph: Graph): Place[] {
  const path: Place[] = [];
  for (let branch = nodeOf(graph, noteId)?.way; branch; branch = nodeOf(graph, branch.parent)?.way)
    path.push(toPlace(branch));
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
