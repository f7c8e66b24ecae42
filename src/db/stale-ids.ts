/** Which rows of the tree have to be read again, from what Dexie tells of every commit in this and other tabs. */

import {type ObservabilitySet, RangeSet} from 'dexie';
import {TABLE_BY_KIND} from './schema.ts';

/** More changed rows than this are read again with all the others. */
const MAX_SINGLE_READS = 500;

/** What has to be read again: these ids of a table, or everything. */
export interface Stale {
  readonly notes: Ids;
  readonly branches: Ids;
}

export type Ids = ReadonlySet<string> | 'all';

export const NOTHING: Stale = {notes: new Set(), branches: new Set()};
export const EVERYTHING: Stale = {notes: 'all', branches: 'all'};

/** Null: nothing that the tree shows. A change of the replica's state has no ids, but is read with them. */
export function staleOf(parts: ObservabilitySet, databaseName: string): Stale | null {
  const of = (table: string) => partOf(parts, databaseName, table);
  const [notes, branches, state] = [of(TABLE_BY_KIND.note), of(TABLE_BY_KIND.branch), of('state')];
  if (notes === undefined && branches === undefined && state === undefined) return null;
  return {notes: idsOf(notes), branches: idsOf(branches)};
}

/** Packs of the tree's rows that were written, as `PackName`s; `all` where that isn't told. */
export function stalePacks(parts: ObservabilitySet, databaseName: string): Ids {
  const names = new Set<PackName>();
  for (const {from, to} of RangeSet(partOf(parts, databaseName, 'packs') ?? {d: 0})) {
    if (!isKey(from) || !isKey(to) || packName(...from) !== packName(...to)) return 'all';
    if (from[0] === 'note' || from[0] === 'branch') names.add(packName(...from));
  }
  return names;
}

/** A pack's key as one text. */
export type PackName = string;

export function packName(kind: string, last: string): PackName {
  return `${kind} ${last}`;
}

/** The `last` of those of one kind. */
export function lastsOf(kind: 'note' | 'branch', names: Iterable<PackName>): string[] {
  const start = packName(kind, '');
  return [...names].flatMap((name) => (name.startsWith(start) ? [name.slice(start.length)] : []));
}

function isKey(key: unknown): key is [string, string] {
  return Array.isArray(key) && key.length === 2 && key.every((part) => typeof part === 'string');
}

function partOf(parts: ObservabilitySet, databaseName: string, table: string) {
  return parts.all ?? parts[`idb://${databaseName}/${table}/`];
}

function idsOf(tree: ObservabilitySet[string] | undefined): Ids {
  if (tree === undefined) return new Set();
  const ids = new Set<string>();
  for (const {from, to} of RangeSet(tree)) {
    if (typeof from !== 'string' || from !== to) return 'all';
    ids.add(from);
  }
  return limited(ids);
}

export function mergeStale(a: Stale, b: Stale): Stale {
  return {notes: mergeIds(a.notes, b.notes), branches: mergeIds(a.branches, b.branches)};
}

function mergeIds(a: Ids, b: Ids): Ids {
  return a === 'all' || b === 'all' ? 'all' : limited(new Set([...a, ...b]));
}

function limited(ids: ReadonlySet<string>): Ids {
  return ids.size > MAX_SINGLE_READS ? 'all' : ids;
}

export function isLarge({notes, branches}: Stale): boolean {
  return notes === 'all' || branches === 'all';
}
