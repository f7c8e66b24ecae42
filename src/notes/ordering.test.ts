import fc from 'fast-check';
import {expect, test} from 'vitest';
import {compareBranches, keysBetween, type Ordered, type Position, planInsert} from './ordering.ts';

const anyKey = fc.oneof(
  fc.constantFrom('a0', 'a1', 'a1V', 'Zz', 'b00', 'zzzzzzzzzzzzzzzzzzzzzzzzzzz', 'A00000000000000000000000001'),
  fc.string(),
);
const siblings = fc.uniqueArray(fc.record({id: fc.stringMatching(/^[a-z]{1,3}$/), key: anyKey}), {
  selector: ({id}) => id,
  maxLength: 12,
});

test('keys between two neighbours rise strictly between them', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(9), {maxLength: 30}), fc.integer({min: 0, max: 9}), (places, count) => {
      const keys: string[] = [];
      for (const place of places) {
        const at = place % (keys.length + 1);
        const before = keys[at - 1] ?? null;
        const after = keys[at] ?? null;
        const made = keysBetween(before, after, count);
        expect(made).toHaveLength(count);
        const around = [before ?? '', ...made, ...(after === null ? [] : [after])];
        for (let i = 1; i < around.length; i++) expect(around[i]! > around[i - 1]!).toBe(true);
        keys.splice(at, 0, ...made);
      }
    }),
  );
});

test('whatever the neighbours are, keys are made and rise', () => {
  fc.assert(
    fc.property(fc.option(anyKey), fc.option(anyKey), (before, after) => {
      const keys = keysBetween(before, after, 3);
      expect([...keys].sort()).toEqual(keys);
      expect(new Set(keys).size).toBe(3);
    }),
  );
});

test('between equal keys or inverted ones they come after the first', () => {
  expect(keysBetween('a1', 'a1', 1)[0]! > 'a1').toBe(true);
  expect(keysBetween('a2', 'a1', 1)[0]! > 'a2').toBe(true);
});

test('branches with equal keys are ordered by id, by code unit', () => {
  const branches = [
    {id: 'b', key: 'a1'},
    {id: 'a', key: 'a1'},
    {id: 'Z', key: 'a1'},
    {id: 'z', key: 'Zz'},
  ];
  expect(branches.sort(compareBranches).map(({id}) => id)).toEqual(['z', 'Z', 'a', 'b']);
});

test('inserting puts the branch where it was asked, and moves nothing else', () => {
  fc.assert(
    fc.property(siblings, fc.constantFrom('m', 'zzzz', 'A'), fc.nat(), fc.nat(3), (before, moved, pick, way) => {
      const others = before.filter(({id}) => id !== moved).sort(compareBranches);
      const at = others.length === 0 ? 0 : pick % others.length;
      const position = [...positionsAt(others, at)][way]!;
      const plan = planInsert(before, moved, position);
      const expected = others.map(({id}) => id);
      expected.splice(insertionIndex(others, position), 0, moved);
      expect(apply(others, moved, plan)).toEqual(expected);
    }),
    {numRuns: 500},
  );
});

test('with room between the neighbours no other branch is written', () => {
  const ordered = keysBetween(null, null, 5).map((key, index) => ({id: `id${index}`, key}));
  expect(planInsert(ordered, 'new1', {after: 'id2'}).rewrites).toEqual([]);
  expect(planInsert(ordered, 'id0', 'last').rewrites).toEqual([]);
  expect(planInsert([], 'new1', 'first')).toEqual({key: 'a0', rewrites: []});
});

test('between equal keys the shorter side moves', () => {
  const equal = ['b', 'c', 'd', 'e'].map((id) => ({id, key: 'a1'}));
  expect(planInsert(equal, 'zz', {after: 'b'}).rewrites.map(({id}) => id)).toEqual(['b']);
  expect(planInsert(equal, 'zz', {before: 'e'}).rewrites.map(({id}) => id)).toEqual(['e']);
});

test('an id that sorts between two equal keys needs no other write', () => {
  const equal = ['b', 'd'].map((id) => ({id, key: 'a1'}));
  expect(planInsert(equal, 'c', {after: 'b'})).toEqual({key: 'a1', rewrites: []});
});

test('10,000 equal keys are no problem', () => {
  const equal = Array.from({length: 10_000}, (_, index) => ({id: String(index).padStart(5, '0'), key: 'a1'}));
  const plan = planInsert(equal, 'x', {after: '00009'});
  expect(plan.rewrites).toHaveLength(10);
});

function* positionsAt(others: readonly Ordered[], at: number): Generator<Position> {
  const id = others[at]?.id ?? 'nobody';
  yield 'first';
  yield 'last';
  yield {before: id};
  yield {after: id};
}

function insertionIndex(others: readonly Ordered[], position: Position): number {
  if (position === 'first') return 0;
  if (position === 'last') return others.length;
  const id = 'before' in position ? position.before : position.after;
  const found = others.findIndex((other) => other.id === id);
  if (found < 0) return others.length;
  return 'before' in position ? found : found + 1;
}

function apply(others: readonly Ordered[], moved: string, plan: ReturnType<typeof planInsert>): string[] {
  const keyById = new Map(others.map(({id, key}) => [id, key]));
  for (const {id, key} of plan.rewrites) keyById.set(id, key);
  keyById.set(moved, plan.key);
  return [...keyById]
    .map(([id, key]) => ({id, key}))
    .sort(compareBranches)
    .map(({id}) => id);
}
