/**
 * The order of the places under one note: fractional keys, so that inserting writes one branch. Order is (key, branch id),
 * by code unit. Two devices may make equal keys, and a key may come damaged: nothing here throws, and `planInsert` says
 * which neighbours must move when there is no room between two of them.
 */

import {generateKeyBetween, generateNKeysBetween} from 'fractional-indexing';

export interface Ordered {
  readonly id: string;
  readonly key: string;
}

/** Where among its siblings, which are named by their branch ids. An unknown neighbour means the end. */
export type Position = 'first' | 'last' | {readonly before: string} | {readonly after: string};

export interface InsertPlan {
  /** For the branch that is inserted or moved. */
  readonly key: string;
  /** Siblings that have to get a new key as well: none, unless keys are equal or damaged. */
  readonly rewrites: readonly Ordered[];
}

export function compareBranches(a: Ordered, b: Ordered): number {
  return compareText(a.key, b.key) || compareText(a.id, b.id);
}

/**
 * `count` rising keys between two others; null is the open end, and a neighbour that is no key counts as null. Between
 * neighbours that are equal or the wrong way round there is no room: then the keys come after `before`.
 */
export function keysBetween(before: string | null, after: string | null, count: number): string[] {
  const low = before !== null && isKey(before) ? before : null;
  const high = after !== null && isKey(after) ? after : null;
  return generateNKeysBetween(low, isRoom(low, high) ? high : null, count);
}

/**
 * The key that puts the branch `movedId` at `position` of `siblings`, given in any order, with or without itself. Rewrites
 * the fewest siblings: the smallest window around the position whose outer neighbours leave room.
 */
export function planInsert(siblings: readonly Ordered[], movedId: string, position: Position): InsertPlan {
  const others = siblings.filter(({id}) => id !== movedId).sort(compareBranches);
  const at = indexOf(others, position);
  const [left, right] = [others[at - 1], others[at]];
  if (left !== undefined && left.key === right?.key && isBetweenIds(left, movedId, right)) {
    return {key: left.key, rewrites: []};
  }
  const {from, to} = smallestWindow(others, at);
  const keys = keysBetween(others[from - 1]?.key ?? null, others[to]?.key ?? null, to - from + 1);
  const [key] = keys.splice(at - from, 1);
  const rewrites = others.slice(from, to).map(({id}, index) => ({id, key: keys[index] ?? ''}));
  return {key: key ?? '', rewrites};
}

function indexOf(others: readonly Ordered[], position: Position): number {
  if (position === 'first') return 0;
  if (position === 'last') return others.length;
  const id = 'before' in position ? position.before : position.after;
  const found = others.findIndex((other) => other.id === id);
  if (found < 0) return others.length;
  return 'before' in position ? found : found + 1;
}

/** The branches `from` to `to` (not included) around `at`, fewest first, whose outer neighbours leave room between them. */
function smallestWindow(others: readonly Ordered[], at: number): {from: number; to: number} {
  const isBound = others.map(({key}) => isKey(key));
  let best = {from: 0, to: others.length};
  let to = at;
  for (let from = 0; from <= at; from++) {
    if (from > 0 && !isBound[from - 1]) continue;
    const low = others[from - 1]?.key ?? null;
    while (to < others.length && !(isBound[to] && isRoom(low, others[to]?.key ?? null))) to++;
    if (to - from <= best.to - best.from) best = {from, to};
  }
  return best;
}

function isRoom(low: string | null, high: string | null): boolean {
  return low === null || high === null || low < high;
}

function isBetweenIds(left: Ordered, id: string, right: Ordered): boolean {
  return left.id < id && id < right.id;
}

/** The heads A and z, more than 62^25 insertions away, count as damage: near the library's ends it throws. */
function isKey(text: string): boolean {
  if (!/^[B-Za-y][0-9A-Za-z]+$/.test(text)) return false;
  try {
    generateKeyBetween(text, null);
    generateKeyBetween(null, text);
    return true;
  } catch {
    return false;
  }
}

function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
