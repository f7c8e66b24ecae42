/** Asking for many rows of which few can be there, as in a first sync: one look at the keys costs less than a miss for each. */

import type {Table} from 'dexie';
import type {Kind, Ref} from '../../protocol/entity.ts';

export type RefKey = [kind: Kind, id: string];

/** Of fewer, each is looked up. */
const MAX_SINGLE_READS = 16;

/** Those of `ids` that may be in a table keyed by id. */
export async function presentIds(table: Table<unknown, string>, ids: readonly string[]): Promise<readonly string[]> {
  return present(ids, [...ids].sort(), (first, last, limit) =>
    table.where(':id').between(first, last, true, true).limit(limit).primaryKeys(),
  );
}

/** Those of `refs` that may be in a table keyed by kind and id. */
export async function presentRefs(table: Table<unknown, RefKey>, refs: readonly Ref[]): Promise<readonly RefKey[]> {
  const keys = refs.map(({kind, id}): RefKey => [kind, id]);
  return present(keys, [...keys].sort(compareKeys), (first, last, limit) =>
    table.where('[kind+id]').between(first, last, true, true).limit(limit).primaryKeys(),
  );
}

export function compareKeys([kindA, idA]: RefKey, [kindB, idB]: RefKey): number {
  if (kindA !== kindB) return kindA < kindB ? -1 : 1;
  return idA < idB ? -1 : 1;
}

async function present<K extends string | RefKey>(
  keys: readonly K[],
  sorted: readonly K[],
  keysBetween: (first: K, last: K, limit: number) => PromiseLike<K[]>,
): Promise<readonly K[]> {
  if (keys.length <= MAX_SINGLE_READS) return keys;
  const limit = 2 * keys.length;
  const found = await keysBetween(sorted[0] as K, sorted.at(-1) as K, limit);
  if (found.length === limit) return keys;
  const there = new Set(found.map(String));
  return keys.filter((key) => there.has(String(key)));
}
