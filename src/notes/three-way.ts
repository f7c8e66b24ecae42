/**
 * Merging two changed sequences with the one that both were made from. Each side's change is cut into pieces; pieces that
 * don't overlap are both taken. Pieces that do are taken once where both did the same, merged inside where both changed one
 * and the same item, and else nothing is merged at all: a merge never takes away what a side wrote.
 */

import {pairAlike} from './pair-alike.ts';
import {diffSequences} from './sequence-diff.ts';

/** How the items of a sequence are told apart, and what may be done with two that meet. */
export interface Merging<T> {
  readonly keyOf: (item: T) => string;
  /** 0 to 1: how much two items have in common; 0 where one can't be what became of the other. */
  readonly likeness: (a: T, b: T) => number;
  /** Both sides changed one item. Null: they overlap. */
  readonly mergeItem: (base: T, older: T, newer: T) => T | null;
  /** Nothing is lost when it is replaced: an empty paragraph, an empty line. */
  readonly isBlank: (item: T) => boolean;
  /** Both sides put something at one place, or for something blank. Null: they overlap. */
  readonly join: (older: readonly T[], newer: readonly T[]) => readonly T[] | null;
  /** Whether changes with nothing in between that both left alone are still apart. */
  readonly touching: 'apart' | 'overlapping';
}

/** `base[start, end)` became `items`; `edit`: one item that became another one. */
interface Piece<T> {
  readonly type: 'insert' | 'delete' | 'edit' | 'replace';
  readonly start: number;
  readonly end: number;
  readonly items: readonly T[];
}

/** Null where the two overlap. Which side is older decides nothing but the order of what both put at one place. */
export function mergeSequences<T>(
  base: readonly T[],
  older: readonly T[],
  newer: readonly T[],
  rules: Merging<T>,
): readonly T[] | null {
  const [a, b] = [piecesOf(base, older, rules), piecesOf(base, newer, rules)];
  const merged: T[] = [];
  let [at, i, j] = [0, 0, 0];
  const take = ({start, end, items}: Piece<T>) => {
    append(merged, base.slice(at, start));
    append(merged, items);
    at = end;
  };
  for (;;) {
    const [one, other] = [a[i], b[j]];
    if (one === undefined && other === undefined) break;
    if (one !== undefined && (other === undefined || isBefore(one, other, rules))) {
      take(one);
      i++;
    } else if (other !== undefined && (one === undefined || isBefore(other, one, rules))) {
      take(other);
      j++;
    } else {
      const both = meet(base, one as Piece<T>, other as Piece<T>, rules);
      if (both === null) return null;
      take(both);
      i++;
      j++;
    }
  }
  return [...merged, ...base.slice(at)];
}

function isBefore<T>(a: Piece<T>, b: Piece<T>, {touching}: Merging<T>): boolean {
  if (touching === 'overlapping') return a.end < b.start;
  if (a.type === 'insert' && b.type === 'insert') return a.end < b.start;
  return a.end <= b.start;
}

/** What two pieces that overlap come to. */
function meet<T>(base: readonly T[], a: Piece<T>, b: Piece<T>, rules: Merging<T>): Piece<T> | null {
  if (a.start !== b.start || a.end !== b.end) return null;
  if (isSame(a, b, rules)) return a;
  if (base.slice(a.start, a.end).every(rules.isBlank)) {
    const joined = rules.join(a.items, b.items);
    return joined && {...a, items: joined};
  }
  const [from, older, newer] = [base[a.start], a.items[0], b.items[0]];
  if (a.type !== 'edit' || b.type !== 'edit' || !from || !older || !newer) return null;
  const merged = rules.mergeItem(from, older, newer);
  return merged && {...a, items: [merged]};
}

function isSame<T>(a: Piece<T>, b: Piece<T>, {keyOf}: Merging<T>): boolean {
  return a.items.length === b.items.length && a.items.every((item, at) => keyOf(item) === keyOf(b.items[at] as T));
}

function piecesOf<T>(base: readonly T[], side: readonly T[], rules: Merging<T>): readonly Piece<T>[] {
  const hunks = diffSequences(base.map(rules.keyOf), side.map(rules.keyOf));
  return hunks.flatMap(({start, end, from, to}) => cut(base.slice(start, end), side.slice(from, to), start, rules));
}

/** One change cut at the items that became others; what is left of it was deleted, put in or replaced as a whole. */
function cut<T>(before: readonly T[], after: readonly T[], start: number, rules: Merging<T>): Piece<T>[] {
  const pieces: Piece<T>[] = [];
  let [at, from] = [0, 0];
  for (const [x, y] of [...pairAlike(before, after, rules.likeness), [before.length, after.length] as const]) {
    append(pieces, rest(start + at, start + x, after.slice(from, y)));
    if (x < before.length) {
      pieces.push({type: 'edit', start: start + x, end: start + x + 1, items: after.slice(y, y + 1)});
    }
    [at, from] = [x + 1, y + 1];
  }
  return pieces;
}

function rest<T>(start: number, end: number, items: readonly T[]): Piece<T>[] {
  if (start === end) return items.length === 0 ? [] : [{type: 'insert', start, end, items}];
  if (items.length > 0) return [{type: 'replace', start, end, items}];
  return Array.from({length: end - start}, (_, i) => ({
    type: 'delete' as const,
    start: start + i,
    end: start + i + 1,
    items: [],
  }));
}

/** Not by a spread: a long text has more items than a call may have arguments. */
function append<T>(list: T[], items: readonly T[]): void {
  for (const item of items) list.push(item);
}
