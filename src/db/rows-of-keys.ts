/**
 * Many rows of a table by their keys. One look at the keys between the first and the last costs less than a miss for each,
 * as in a first sync; and where hardly any others lie between, as in a first upload, one request gets all of the rows.
 */

import type {Collection, Table} from 'dexie';
import type {Kind, Ref} from '../../protocol/entity.ts';

export type RefKey = [kind: Kind, id: string];

/** Of fewer, each is looked up. */
const MAX_SINGLE_READS = 16;
/** Rows read for nothing, of those read between two keys. */
const MAX_IDLE_READS = 0.2;

/** Those that are there, of a table keyed by id, in no order. */
export async function rowsById<Row extends {readonly id: string}>(
  table: Table<Row, string>,
  ids: readonly string[],
): Promise<Row[]> {
  return rowsOf(table, ids, {
    sorted: [...ids].sort(),
    between: (first, last) => table.where(':id').between(first, last, true, true),
    keyOf: ({id}) => id,
  });
}

/** Those that are there, of a table keyed by kind and id, in no order. */
export async function rowsByRef<Row extends Ref>(table: Table<Row, RefKey>, refs: readonly Ref[]): Promise<Row[]> {
  const keys = refs.map(keyOf);
  return rowsOf(table, keys, {
    sorted: [...keys].sort(compareKeys),
    between: (...ends) => betweenRefs(table, ends),
    keyOf,
  });
}

/** Those that aren't there are passed over. */
export async function deleteByRef<Row extends Ref>(table: Table<Row, RefKey>, refs: readonly Ref[]): Promise<void> {
  const keys = refs.map(keyOf).sort(compareKeys);
  if (keys.length > MAX_SINGLE_READS) {
    const range = betweenRefs(table, [keys[0] as RefKey, keys.at(-1) as RefKey]);
    const found = await range
      .clone()
      .limit(keys.length + 1)
      .primaryKeys();
    const isAll = found.length === keys.length && found.every((key, n) => compareKeys(key, keys[n] as RefKey) === 0);
    if (isAll) return void (await range.delete());
  }
  await table.bulkDelete(keys);
}

export function keyOf({kind, id}: Ref): RefKey {
  return [kind, id];
}

export function compareKeys([kindA, idA]: RefKey, [kindB, idB]: RefKey): number {
  if (kindA !== kindB) return kindA < kindB ? -1 : 1;
  if (idA === idB) return 0;
  return idA < idB ? -1 : 1;
}

function betweenRefs<Row>(
  table: Table<Row, RefKey>,
  [first, last]: readonly [RefKey, RefKey],
): Collection<Row, RefKey> {
  return table.where('[kind+id]').between(first, last, true, true);
}

interface Reading<Row, K> {
  readonly sorted: readonly K[];
  readonly between: (first: K, last: K) => Collection<Row, K>;
  readonly keyOf: (row: Row) => K;
}

async function rowsOf<Row, K extends string | RefKey>(
  table: Table<Row, K>,
  keys: readonly K[],
  {sorted, between, keyOf}: Reading<Row, K>,
): Promise<Row[]> {
  if (keys.length <= MAX_SINGLE_READS) return someOf(table, keys);
  const range = between(sorted[0] as K, sorted.at(-1) as K);
  const limit = 2 * keys.length;
  const found = await range.clone().limit(limit).primaryKeys();
  if (found.length === limit) return someOf(table, keys);
  const there = new Set(found.map(String));
  const wanted = keys.filter((key) => there.has(String(key)));
  if (wanted.length < found.length * (1 - MAX_IDLE_READS)) return someOf(table, wanted);
  const asked = new Set(wanted.map(String));
  return (await range.toArray()).filter((row) => asked.has(String(keyOf(row))));
}

async function someOf<Row, K>(table: Table<Row, K>, keys: readonly K[]): Promise<Row[]> {
  if (keys.length === 0) return [];
  return (await table.bulkGet([...keys])).flatMap((row) => row ?? []);
}
