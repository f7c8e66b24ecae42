/**
 * The engine's Store on IndexedDB. Every transaction spans all tables, so that two of them, in whatever tabs, never see
 * half of each other. A transaction whose connection was gone before it began is tried once more on a new one; one that
 * had begun is not: its body may have done things that don't bear repeating.
 */

import type {Transaction} from 'dexie';
import {BUCKET_COUNT, type Bucket, EMPTY_BUCKET} from '../../protocol/digest.ts';
import type {Kind, Ref} from '../../protocol/entity.ts';
import type {Overview, Store, StoreTx} from '../sync/ports.ts';
import {toSharedLive} from './live.ts';
import {asideToRecord, type EntityRecord, entityToRecord, recordToEntity, recordToState} from './records.ts';
import {type Database, TABLE_NAMES, type Tables, tablesOf} from './schema.ts';
import {isConnectionLost, toStorageFailure} from './storage-errors.ts';

/** 16 shelves of 16 buckets: one small record for an edit, few for a page. */
const BUCKETS_PER_SHELF = 16;

export function createDexieStore(database: Database): Store {
  const overview = toSharedLive(database, readOverview);
  return {
    transaction: (mode, body) => runTransaction(database, mode, body),
    watch: (listener) => overview.subscribe(listener),
  };
}

async function runTransaction<T>(
  database: Database,
  mode: 'read' | 'write',
  body: (tx: StoreTx) => Promise<T>,
): Promise<T> {
  let hasBegun = false;
  const attempt = async () => {
    await database.open();
    return await database.dexie.transaction(mode === 'read' ? 'r!' : 'rw!', TABLE_NAMES, async (transaction) => {
      hasBegun = true;
      return body(createTx(transaction));
    });
  };
  try {
    return await attempt().catch((error: unknown) => {
      if (hasBegun || !isConnectionLost(error)) throw error;
      return attempt();
    });
  } catch (error) {
    throw toStorageFailure(error);
  }
}

async function readOverview({state, outbox}: Tables): Promise<Overview> {
  const [record, waiting, parked] = await Promise.all([state.get('replica'), outbox.count(), outbox.countParked()]);
  return {state: record && recordToState(record), waiting, parked};
}

function createTx(transaction: Transaction): StoreTx {
  const tables = tablesOf((name) => transaction.table(name));
  return {
    ...stateOps(tables),
    ...entityOps(tables),
    ...bodyOps(tables),
    ...outboxOps(tables),
    ...bucketOps(tables),
    clear: async () => void (await Promise.all(TABLE_NAMES.map((name) => transaction.table(name).clear()))),
  };
}

function stateOps({state}: Tables): Pick<StoreTx, 'state' | 'putState'> {
  return {
    state: async () => {
      const record = await state.get('replica');
      return record && recordToState(record);
    },
    putState: async (value) => {
      await state.put({key: 'replica', state: value});
    },
  };
}

function entityOps({
  entities,
  aside,
}: Tables): Pick<
  StoreTx,
  'entities' | 'putEntities' | 'packEntities' | 'deleteEntities' | 'ids' | 'revisionsOf' | 'setAside' | 'asides'
> {
  return {
    async entities(refs) {
      const found: (EntityRecord | undefined)[] = [];
      await forEachKind(refs, async (kind, places) => {
        const records = await entities(kind).bulkGet(places.map((place) => place.item.id));
        for (const [n, {index}] of places.entries()) found[index] = records[n];
      });
      return refs.map((_, index) => found[index] && recordToEntity(found[index]));
    },
    putEntities: (rows) =>
      forEachKind(rows, (kind, places) => entities(kind).bulkPut(places.map(({item}) => entityToRecord(item)))),
    packEntities: (rows) => forEachKind(rows, (kind, places) => entities(kind).pack(places.map(({item}) => item))),
    deleteEntities: (refs) =>
      forEachKind(refs, (kind, places) => entities(kind).bulkDelete(places.map(({item}) => item.id))),
    ids: (kind, after, limit) => entities(kind).ids(after, limit),
    revisionsOf: async (of) => (await entities('revision').pointingAt('of', [of])).map(recordToEntity),
    setAside: async (rows) => {
      await aside.bulkPut(rows.map(asideToRecord));
    },
    asides: async () => aside.toArray(),
  };
}

function bodyOps({bodies}: Tables): Pick<StoreTx, 'bodies' | 'putBodies' | 'packBodies' | 'deleteBodies'> {
  return {
    bodies: (refs) => bodies.bulkGet(refs),
    putBodies: (rows) => bodies.bulkPut(rows),
    packBodies: (rows) => bodies.pack(rows),
    deleteBodies: (refs) => bodies.bulkDelete(refs),
  };
}

function outboxOps({
  outbox,
}: Tables): Pick<
  StoreTx,
  'outbox' | 'outboxHead' | 'outboxByRef' | 'putOutbox' | 'markSent' | 'deleteOutbox' | 'parkedOutbox'
> {
  return {
    outbox: (refs) => outbox.bulkGet(refs),
    outboxHead: (limit) => outbox.oldest(0, limit),
    outboxByRef: (limit, after) => outbox.byRef(limit, after),
    parkedOutbox: () => outbox.oldest(1, Number.MAX_SAFE_INTEGER),
    putOutbox: (rows) => outbox.bulkPut(rows),
    markSent: (rows) => outbox.markSent(rows),
    deleteOutbox: (refs) => outbox.bulkDelete(refs),
  };
}

function bucketOps({buckets}: Tables): Pick<StoreTx, 'buckets' | 'putBuckets'> {
  async function readShelves(indexes: readonly number[]): Promise<Map<number, Bucket[]>> {
    const numbers = [...new Set(indexes.map(shelfOf))];
    const records = await buckets.bulkGet(numbers);
    return new Map(numbers.map((shelf, n) => [shelf, [...(records[n]?.buckets ?? EMPTY_SHELF)]]));
  }
  return {
    async buckets(indexes) {
      const shelves = await readShelves(indexes);
      return indexes.map((index) => shelves.get(shelfOf(index))?.[index % BUCKETS_PER_SHELF] ?? EMPTY_BUCKET);
    },
    async putBuckets(changed) {
      const shelves = await readShelves(changed.map(({index}) => index));
      for (const {index, bucket} of changed) shelves.get(shelfOf(index))?.splice(index % BUCKETS_PER_SHELF, 1, bucket);
      await buckets.bulkPut([...shelves].map(([shelf, content]) => ({shelf, buckets: content})));
    },
  };
}

const EMPTY_SHELF = new Array<Bucket>(BUCKETS_PER_SHELF).fill(EMPTY_BUCKET);

function shelfOf(index: number): number {
  if (!Number.isInteger(index) || index < 0 || index >= BUCKET_COUNT) throw new RangeError(`no bucket ${index}`);
  return Math.floor(index / BUCKETS_PER_SHELF);
}

/** Calls `work` once per kind that occurs, with its items in their order and their indexes in `items`. */
async function forEachKind<R extends Ref>(
  items: readonly R[],
  work: (kind: Kind, places: {readonly item: R; readonly index: number}[]) => PromiseLike<void>,
): Promise<void> {
  const placesByKind = Map.groupBy(
    items.map((item, index) => ({item, index})),
    ({item}) => item.kind,
  );
  await Promise.all([...placesByKind].map(([kind, places]) => work(kind, places)));
}
