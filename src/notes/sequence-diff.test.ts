import fc from 'fast-check';
import {expect, test} from 'vitest';
import {diffSequences, type Hunk} from './sequence-diff.ts';

const letters = fc.array(fc.constantFrom('a', 'b', 'c', 'd'), {maxLength: 14});

test('equal sequences have no hunks', () => {
  expect(diffSequences([], [])).toEqual([]);
  expect(diffSequences(['a', 'b'], ['a', 'b'])).toEqual([]);
});

test('an insertion, a removal and a replacement are told apart', () => {
  expect(diffSequences(['a', 'b'], ['a', 'x', 'b'])).toEqual([{start: 1, end: 1, from: 1, to: 2}]);
  expect(diffSequences(['a', 'b', 'c'], ['a', 'c'])).toEqual([{start: 1, end: 2, from: 1, to: 1}]);
  expect(diffSequences(['a', 'b', 'c'], ['a', 'x', 'c'])).toEqual([{start: 1, end: 2, from: 1, to: 2}]);
});

test('applying the hunks to the first gives the second, and everything else is the same', () => {
  fc.assert(
    fc.property(letters, letters, (before, after) => {
      const hunks = diffSequences(before, after);
      expect(applied(before, after, hunks)).toEqual(after);
      for (const [index, hunk] of hunks.entries()) {
        const next = hunks[index + 1];
        if (next !== undefined) expect(next.start > hunk.end && next.from > hunk.to).toBe(true);
      }
    }),
    {numRuns: 2000},
  );
});

test('as much as possible is the same', () => {
  fc.assert(
    fc.property(letters, letters, (before, after) => {
      const removed = diffSequences(before, after).reduce((sum, {start, end}) => sum + end - start, 0);
      expect(before.length - removed).toBe(longestCommon(before, after));
    }),
    {numRuns: 1000},
  );
});

test('sequences with nothing in common are one change, however long', () => {
  const [before, after] = [1, 2].map((side) => Array.from({length: 5000}, (_, i) => `${side}.${i}`));
  const whole = {start: 1, end: 5001, from: 1, to: 5001};
  expect(diffSequences(['first', ...before!, 'last'], ['first', ...after!, 'last'])).toEqual([whole]);
});

function applied(before: readonly string[], after: readonly string[], hunks: readonly Hunk[]): string[] {
  const made: string[] = [];
  let at = 0;
  for (const {start, end, from, to} of hunks) {
    made.push(...before.slice(at, start), ...after.slice(from, to));
    at = end;
  }
  return [...made, ...before.slice(at)];
}

function longestCommon(a: readonly string[], b: readonly string[]): number {
  let row = new Array<number>(b.length + 1).fill(0);
  for (const one of a) {
    const next = [0];
    b.forEach((other, j) => {
      next.push(one === other ? (row[j] ?? 0) + 1 : Math.max(row[j + 1] ?? 0, next[j] ?? 0));
    });
    row = next;
  }
  return row[b.length] ?? 0;
}
