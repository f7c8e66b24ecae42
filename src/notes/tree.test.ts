import fc from 'fast-check';
import {expect, test} from 'vitest';
import {ROOT_NOTE_ID} from '../../protocol/ids.ts';
import {buildTree, type TreeBranch, type TreeInput} from './tree.ts';
import {UNFILED_ROW_ID, unfiledRowId} from './tree-rows.ts';

const note = (id: string) => ({id, title: `Note ${id}`});
const branch = (id: string, parent: string, child: string, more: Partial<TreeBranch> = {}): TreeBranch => ({
  id,
  parent,
  note: child,
  key: 'a0',
  stamp: id,
  ...more,
});
const inputOf = (ids: string, branches: readonly TreeBranch[]): TreeInput => ({
  notes: [...ids].map(note),
  branches,
  complete: true,
  arriving: false,
});

const noteIds = ['a', 'b', 'c', 'd', 'e', 'f'];
const anyInput: fc.Arbitrary<TreeInput> = fc
  .record({
    ids: fc.subarray([...noteIds, ROOT_NOTE_ID]),
    ends: fc.array(
      fc.record({
        parent: fc.constantFrom(ROOT_NOTE_ID, 'gone', ...noteIds),
        child: fc.constantFrom('gone', ROOT_NOTE_ID, ...noteIds),
        key: fc.constantFrom('a0', 'a1'),
        stamp: fc.nat(20),
      }),
      {maxLength: 16},
    ),
  })
  .map(({ids, ends}) => ({
    notes: ids.map(note),
    branches: ends.map(({parent, child, key, stamp}, index) =>
      branch(`b${String(index).padStart(2, '0')}`, parent, child, {key, stamp: String(stamp).padStart(2, '0')}),
    ),
    complete: true,
    arriving: false,
  }));

test('shows the places of each note in order, with prefix and position', () => {
  const tree = buildTree(
    inputOf('abc', [
      branch('b1', ROOT_NOTE_ID, 'a', {key: 'a1'}),
      branch('b2', ROOT_NOTE_ID, 'b', {key: 'a0', prefix: 'TODO'}),
      branch('b3', 'a', 'c'),
    ]),
  );
  expect(tree.visibleRows(new Set(['b1']))).toMatchObject([
    {kind: 'place', branchId: 'b2', title: 'TODO - Note b', depth: 0, posInSet: 1, setSize: 2, hasChildren: false},
    {branchId: 'b1', noteId: 'a', depth: 0, posInSet: 2, setSize: 2, hasChildren: true, expanded: true},
    {branchId: 'b3', noteId: 'c', depth: 1, posInSet: 1, setSize: 1, hasChildren: false, expanded: false},
  ]);
  expect(tree).toMatchObject({noteCount: 3, placeCount: 3, unfiled: []});
});

test('a note with two places shows its children under both', () => {
  const tree = buildTree(
    inputOf('abc', [
      branch('b1', ROOT_NOTE_ID, 'a'),
      branch('b2', ROOT_NOTE_ID, 'b'),
      branch('b3', 'a', 'b'),
      branch('b4', 'b', 'c'),
    ]),
  );
  const rows = tree.visibleRows(new Set(['b1', 'b2', 'b3']));
  expect(rows.map(({branchId}) => branchId)).toEqual(['b1', 'b3', 'b4', 'b2', 'b4']);
  expect(new Set(rows.map(({key}) => key)).size).toBe(5);
  expect(tree.places('b').map(({branchId}) => branchId)).toEqual(['b2', 'b3']);
  expect(tree.pathTo('c').map(({branchId}) => branchId)).toEqual(['b2', 'b4']);
});

test('of two branches with the same note and parent the lower id shows', () => {
  const tree = buildTree(inputOf('a', [branch('b2', ROOT_NOTE_ID, 'a'), branch('b1', ROOT_NOTE_ID, 'a')]));
  expect(tree.children(ROOT_NOTE_ID).map(({branchId}) => branchId)).toEqual(['b1']);
});

test('in a cycle the branch with the highest stamp is ignored', () => {
  const tree = buildTree(inputOf('ab', [branch('b1', 'b', 'a', {stamp: '3'}), branch('b2', 'a', 'b', {stamp: '2'})]));
  expect(tree.place('b1')).toBeUndefined();
  expect(tree.unfiled).toEqual(['a']);
  expect(tree.children('a').map(({noteId}) => noteId)).toEqual(['b']);
});

test('what no branch leads to from the root is under Unfiled, its children below it, once everything is here', () => {
  const input = inputOf('abc', [branch('b1', 'gone', 'a'), branch('b2', 'a', 'b'), branch('b3', ROOT_NOTE_ID, 'c')]);
  const tree = buildTree(input);
  const rows = tree.visibleRows(new Set(tree.rowsAbove('b')));
  expect(rows.map(({kind, noteId, depth}) => [kind, noteId, depth])).toEqual([
    ['place', 'c', 0],
    ['unfiled', UNFILED_ROW_ID, 0],
    ['unfiled_note', 'a', 1],
    ['place', 'b', 2],
  ]);
  expect(tree.rowsAbove('b')).toEqual([UNFILED_ROW_ID, unfiledRowId('a')]);
  const joining = buildTree({...input, complete: false});
  expect(joining.unfiled).toEqual([]);
  expect(joining.visibleRows(new Set()).map(({noteId}) => noteId)).toEqual(['c']);
});

test('a tree that is arriving shows what has a way to the root, and tells what its places still lack', () => {
  const places = [
    branch('b1', ROOT_NOTE_ID, 'a'),
    branch('b2', 'a', 'x', {key: 'a1'}),
    branch('b3', 'a', 'y', {key: 'a0'}),
    branch('b4', 'gone', 'b'),
    branch('b5', ROOT_NOTE_ID, 'z'),
  ];
  const tree = buildTree({...inputOf('ab', places), complete: false, arriving: true});
  expect(tree.visibleRows(new Set(['b1']))).toMatchObject([{noteId: 'a', hasChildren: true, expanded: true}]);
  expect(tree.unfiled).toEqual([]);
  expect([tree.absent(ROOT_NOTE_ID), tree.absent('a'), tree.absent('b')]).toEqual([['z'], ['y', 'x'], []]);
  const arrived = buildTree(inputOf('ab', places));
  expect([arrived.absent(ROOT_NOTE_ID), arrived.absent('a')]).toEqual([[], []]);
  expect(arrived.visibleRows(new Set())).toMatchObject([{noteId: 'a', hasChildren: false}, {kind: 'unfiled'}]);
});

test('the same rows in any order show the same tree', {timeout: 60_000}, () => {
  const shuffled = anyInput.chain((input) =>
    fc.record({
      input: fc.constant(input),
      notes: fc.shuffledSubarray([...input.notes], {minLength: input.notes.length}),
      branches: fc.shuffledSubarray([...input.branches], {minLength: input.branches.length}),
    }),
  );
  fc.assert(
    fc.property(shuffled, ({input, notes, branches}) => {
      expect(summary({...input, notes, branches})).toEqual(summary(input));
    }),
    {numRuns: 500},
  );
});

test('titles under Unfiled are sorted as people sort them, and equal ones by id', () => {
  const titles = {a: 'Zug', b: 'apfel', c: 'A\u0308hre', d: 'Ähre', e: 'Bahn'};
  const notes = Object.entries(titles).map(([id, title]) => ({id, title}));
  expect(buildTree({notes, branches: [], arriving: false, complete: true}).unfiled).toEqual(['c', 'd', 'b', 'e', 'a']);
});

test('every live note shows, in the tree or under Unfiled, and no path has a note twice', {timeout: 60_000}, () => {
  fc.assert(
    fc.property(anyInput, (input) => {
      const tree = buildTree(input);
      const live = new Set(input.notes.map(({id}) => id).filter((id) => id !== ROOT_NOTE_ID));
      const rows = tree.visibleRows(everything(input));
      const shown = new Set(rows.filter(({kind}) => kind !== 'unfiled').map(({noteId}) => noteId));
      expect(shown).toEqual(live);
      for (const id of live) {
        const path = tree.pathTo(id).map(({noteId}) => noteId);
        expect(new Set(path).size).toBe(path.length);
        const above = new Set(tree.rowsAbove(id));
        expect(tree.visibleRows(above).some(({noteId}) => noteId === id)).toBe(true);
      }
    }),
    {numRuns: 500},
  );
});

test('a branch is ignored exactly when it is the highest of some cycle', {timeout: 60_000}, () => {
  fc.assert(
    fc.property(anyInput, (input) => {
      const tree = buildTree(input);
      const edges = connected(input);
      const isHidden = (edge: TreeBranch) => tree.place(edge.id) === undefined;
      for (const edge of edges) {
        const lower = edges.filter((other) => [other.stamp, other.id] < [edge.stamp, edge.id] || other === edge);
        expect(isHidden(edge)).toBe(reaches(edge.note, edge.parent, lower));
      }
    }),
    {numRuns: 500},
  );
});

test('100 levels, 10,000 children and a ring of 5,000 notes are no problem', {timeout: 60_000}, () => {
  const count = 10_000;
  const ids = Array.from({length: count}, (_, index) => `n${index}`);
  const wide = ids.map((id, index) => branch(`w${index}`, ROOT_NOTE_ID, id, {key: `a${index}V`}));
  const flat = buildTree({notes: ids.map(note), branches: wide, complete: true, arriving: false});
  expect(flat.visibleRows(new Set())).toHaveLength(count);

  const deep = ids.map((id, index) => branch(`d${index}`, ids[index - 1] ?? ROOT_NOTE_ID, id));
  const chain = buildTree({notes: ids.map(note), branches: deep, complete: true, arriving: false});
  expect(chain.visibleRows(new Set(deep.slice(0, 100).map(({id}) => id)))).toHaveLength(101);
  expect(chain.pathTo('n9999')).toHaveLength(count);

  const ring = deep.slice(0, 5000).map((edge, index) => (index === 0 ? {...edge, parent: 'n4999'} : edge));
  const broken = buildTree({notes: ids.slice(0, 5000).map(note), branches: ring, complete: true, arriving: false});
  expect(broken.unfiled).toHaveLength(1);
});

function everything(input: TreeInput): Set<string> {
  const rowIds = input.notes.map(({id}) => unfiledRowId(id));
  return new Set([UNFILED_ROW_ID, ...rowIds, ...input.branches.map(({id}) => id)]);
}

function summary(input: TreeInput): unknown {
  const tree = buildTree(input);
  const paths = input.notes.map(({id}) => [id, tree.pathTo(id), tree.places(id), tree.isPlaced(id)] as const);
  return {
    rows: tree.visibleRows(everything(input)),
    paths: Object.fromEntries(paths.map(([id, ...rest]) => [id, rest])),
    unfiled: tree.unfiled,
    counts: [tree.noteCount, tree.placeCount],
  };
}

/** Branches between what is here, one for each note and parent. */
function connected(input: TreeInput): TreeBranch[] {
  const live = new Set(input.notes.map(({id}) => id).filter((id) => id !== ROOT_NOTE_ID));
  const candidates = input.branches.filter(
    (edge) => live.has(edge.note) && (live.has(edge.parent) || edge.parent === ROOT_NOTE_ID),
  );
  return candidates.filter(
    (edge) =>
      !candidates.some((other) => other.note === edge.note && other.parent === edge.parent && other.id < edge.id),
  );
}

function reaches(start: string, goal: string, edges: readonly TreeBranch[]): boolean {
  const seen = new Set([start]);
  for (const id of seen) for (const edge of edges) if (edge.parent === id) seen.add(edge.note);
  return seen.has(goal);
}
