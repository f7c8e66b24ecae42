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

export const EVERYTHING: Stale = {notes: 'all', branches: 'all'};

const NO_IDS: ReadonlySet<string> = new Set();

/** Null: nothing that the tree shows. A change of the replica's state has no ids, but is read with them. */
export function staleOf(parts: ObservabilitySet, databaseName: string): Stale | null {
  const of = (table: string) => parts.all ?? parts[`idb://${databaseName}/${table}/`];
  if (of('packs') !== undefined) return EVERYTHING;
  const [notes, branches, state] = [of(TABLE_BY_KIND.note), of(TABLE_BY_KIND.branch), of('state')];
  if (notes === undefined && branches === undefined && state === undefined) return null;
  return {notes: idsOf(notes), branches: idsOf(branches)};
}

function idsOf(tree: ObservabilitySet[string] | undefined): Ids {
  if (tree === undefined) return NO_IDS;
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
