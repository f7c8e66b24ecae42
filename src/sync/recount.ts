/**
 * The digest of this device from its rows (design section 8). Reading goes bucket by bucket without holding anybody up;
 * only a bucket whose rows don't give what the digest says is looked at again in a write transaction, and put right there:
 *
 * 1. What fails its own hash is set aside and leaves the digest; the row stays to be read until a sound one replaces it.
 * 2. What is sound and unlike what the server has, though nothing waits, waits again: an edit whose outbox row was lost.
 * 3. Then the bucket is what its rows give.
 */

import type {Bytes} from '../../protocol/bytes.ts';
import {addLeaf, BUCKET_COUNT, type Bucket, bucketOf, EMPTY_BUCKET, isCounted, leafOf} from '../../protocol/digest.ts';
import {KINDS, type Kind, NO_BYTES, type Ref} from '../../protocol/entity.ts';
import {EMPTY_HASH, hashOf} from '../../protocol/hash.ts';
import {asAbsent, countsAsAbsent, type Finding, inspect, namesItsParts, type StoredRows} from './inspect.ts';
import type {AsideRow, BodyRow, EntityRow, Known, OutboxRow, Store, StoreTx, Time} from './ports.ts';
import {DAMAGED_HERE, isParkedAsDamaged} from './unresolved.ts';

export interface RecountPorts {
  readonly store: Store;
  readonly time: Time;
}

/** An entity that the digest counts. */
export type CountedRow = EntityRow & {readonly known: Known};

export interface Recount {
  /** Entities whose hashes were computed. */
  readonly checked: number;
  /** What fails its own hash, or lacks its text: absent, until a sound version takes its place. */
  readonly damaged: readonly Ref[];
  /** How many sound rows weren't counted as what they are, or waited without anybody knowing. */
  readonly mended: number;
}

type Progress = (done: number, total: number) => void;

export const ALL_BUCKETS: readonly number[] = Array.from({length: BUCKET_COUNT}, (_, index) => index);
const IDS_PER_READ = 10_000;
const ROWS_PER_READ = 200;
/** Each group lists all keys once more, and has its rows in memory. */
const BUCKETS_PER_MEND = 32;

export async function recount(ports: RecountPorts, buckets: readonly number[], onProgress: Progress): Promise<Recount> {
  const {store} = ports;
  const refsByBucket = await store.transaction('read', (tx) => refsIn(tx, buckets));
  const total = [...refsByBucket.values()].reduce((sum, refs) => sum + refs.length, 0);
  const suspects: number[] = [];
  let checked = 0;
  for (const index of buckets) {
    const refs = refsByBucket.get(index) ?? [];
    if (!(await isAsCounted(store, index, refs))) suspects.push(index);
    checked += refs.length;
    onProgress(checked, total);
  }
  const damaged: Ref[] = [];
  let mended = 0;
  for (let at = 0; at < suspects.length; at += BUCKETS_PER_MEND) {
    const found = await mendBuckets(ports, suspects.slice(at, at + BUCKETS_PER_MEND));
    damaged.push(...found.damaged);
    mended += found.mended;
  }
  return {checked, damaged, mended};
}

/** The rows of some buckets that the digest counts, in one moment. */
export async function countedRows(store: Store, buckets: readonly number[]): Promise<CountedRow[]> {
  return store.transaction('read', async (tx) => {
    const rows = await tx.entities([...(await refsIn(tx, buckets)).values()].flat());
    return rows.flatMap((row) => (row?.known?.counted ? [{...row, known: row.known}] : []));
  });
}

export async function refsIn(tx: StoreTx, buckets: readonly number[]): Promise<Map<number, Ref[]>> {
  const walk = listRefs((kind, after) => tx.ids(kind, after, IDS_PER_READ), buckets, IDS_PER_READ);
  for (;;) {
    const step = await walk.next();
    if (step.done) return step.value;
  }
}

/** By key only: no row is read. Yields after each `read`, which gets at most `limit` ids after the one given. */
export async function* listRefs(
  read: (kind: Kind, after: string | null) => Promise<string[]>,
  buckets: readonly number[],
  limit: number,
): AsyncGenerator<undefined, Map<number, Ref[]>> {
  const refsByBucket = new Map<number, Ref[]>(buckets.map((index) => [index, []]));
  for (const kind of KINDS) {
    let after: string | null = null;
    do {
      const ids: string[] = await read(kind, after);
      for (const id of ids) refsByBucket.get(bucketOf(id))?.push({kind, id});
      if (ids.length > 0) yield;
      after = ids.length < limit ? null : (ids.at(-1) ?? null);
    } while (after !== null);
  }
  return refsByBucket;
}

/** Whether every row is sound and together they give what the digest says; read without changing anything. */
async function isAsCounted(store: Store, index: number, refs: readonly Ref[]): Promise<boolean> {
  return store.transaction('read', async (tx) => {
    const [kept = EMPTY_BUCKET] = await tx.buckets([index]);
    const rows = await readRows(tx, refs);
    const bodies = await bodiesExpected(tx);
    return (
      rows.every((row) => inspect(row, bodies) === 'sound') && isSame(bucketFrom(rows.map(({entity}) => entity)), kept)
    );
  });
}

async function mendBuckets({store, time}: RecountPorts, buckets: readonly number[]): Promise<Omit<Recount, 'checked'>> {
  return store.transaction('write', async (tx) => {
    const refsByBucket = await refsIn(tx, buckets);
    const bodies = await bodiesExpected(tx);
    const all: Mended[] = [];
    for (const index of buckets) {
      const rows = await readRows(tx, refsByBucket.get(index) ?? []);
      const mended = rows.map((row) => mend(row, inspect(row, bodies), time.wallMs()));
      await tx.putEntities(mended.filter(({entity}, i) => entity !== rows[i]?.entity).map(({entity}) => entity));
      await tx.setAside(mended.flatMap((one) => one.aside ?? []));
      await tx.putOutbox(mended.flatMap((one) => one.outbox ?? []));
      await tx.putBodies(mended.flatMap((one) => one.body ?? []));
      await tx.deleteBodies(mended.filter(({body}) => body === null).map(({entity}) => entity));
      await tx.putBuckets([{index, bucket: bucketFrom(mended.map(({entity}) => entity))}]);
      all.push(...mended);
    }
    const isDamage = ({finding}: Mended) => finding === 'damaged' || finding === 'bodiless';
    return {
      damaged: all.filter(isDamage).map(({entity: {kind, id}}) => ({kind, id})),
      mended: all.filter((one) => one.finding === 'unsent').length,
    };
  });
}

export async function readRows(tx: StoreTx, refs: readonly Ref[]): Promise<StoredRows[]> {
  const rows: StoredRows[] = [];
  for (let at = 0; at < refs.length; at += ROWS_PER_READ) {
    const some = refs.slice(at, at + ROWS_PER_READ);
    const entities = await tx.entities(some);
    const bodies = await tx.bodies(some);
    const outbox = await tx.outbox(some);
    entities.forEach((entity, i) => {
      if (entity !== undefined) rows.push({entity, body: bodies[i], outbox: outbox[i]});
    });
  }
  return rows;
}

export async function bodiesExpected(tx: StoreTx): Promise<'expected' | 'on_the_way'> {
  return (await tx.state())?.cursor ? 'expected' : 'on_the_way';
}

interface Mended {
  readonly finding: Finding;
  readonly entity: EntityRow;
  readonly aside?: AsideRow;
  readonly outbox?: OutboxRow;
  /** Takes the place of the stored one; null: none is left. */
  readonly body?: BodyRow | null;
}

function mend(row: StoredRows, finding: Finding, atMs: number): Mended {
  const {entity} = row;
  switch (finding) {
    case 'sound':
      return {finding, entity: withCounted(entity)};
    case 'bodiless':
      return {finding, entity: asAbsent(entity)};
    case 'unsent':
      return unsent(entity, atMs);
    case 'damaged':
      return damaged(row, atMs);
  }
}

function damaged({entity: stored, body, outbox}: StoredRows, atMs: number): Mended {
  const finding = 'damaged';
  const entity = stored.data instanceof Uint8Array ? stored : {...stored, data: NO_BYTES};
  const aside = {kind: entity.kind, id: entity.id, atMs, entity, body: body ?? null};
  if (outbox === undefined) {
    return countsAsAbsent(entity) ? {finding, entity} : {finding, entity: asAbsent(entity), aside};
  }
  const restored = namesItsParts(entity) ? restore(entity, body, outbox) : undefined;
  if (restored !== undefined) return {...restored, aside};
  if (isParkedAsDamaged(outbox)) return {finding, entity};
  return {finding, entity, aside, outbox: {...outbox, parked: DAMAGED_HERE}};
}

/** From the versions that wait with it. A part that this edit didn't change is the server's: it isn't sent, and comes back. */
function restore(entity: EntityRow, stored: BodyRow | undefined, outbox: OutboxRow): Mended | undefined {
  const {kind, id, parts} = entity;
  const {baseVersion, theirs} = outbox;
  const data = [entity, baseVersion, theirs].map((one) => one?.data).find((bytes) => isOf(bytes, parts.data));
  const body = [stored, baseVersion, theirs].map((one) => one?.body).find((bytes) => isOf(bytes, parts.body));
  const isDataLost = data === undefined && baseVersion?.parts.data !== parts.data;
  const isBodyLost = body === undefined && parts.body !== EMPTY_HASH && baseVersion?.parts.body !== parts.body;
  if (isDataLost || isBodyLost) return undefined;
  const row = body === undefined || parts.body === EMPTY_HASH ? null : {kind, id, hash: parts.body, body};
  return {finding: 'damaged', entity: data === undefined ? entity : {...entity, data}, body: row};
}

function isOf(bytes: Bytes | null | undefined, hash: string): bytes is Bytes {
  return bytes instanceof Uint8Array && hashOf(bytes) === hash;
}

/** Whether it counts follows from what it is; an entity that waits counts as the server's version, whatever that was. */
function withCounted(entity: EntityRow): EntityRow {
  const {known} = entity;
  if (known === null || known.stamp !== entity.stamp || known.counted === isCounted(entity)) return entity;
  return {...entity, known: {...known, counted: isCounted(entity)}};
}

/** Its stamp is this device's from now on: it gets a better one when it is sent. */
function unsent(entity: EntityRow, atMs: number): Mended {
  const {kind, id, stamp, hash, known, own} = entity;
  if (known?.hash === hash) return {finding: 'unsent', entity: {...entity, stamp: known.stamp}};
  const outbox: OutboxRow = {
    kind,
    id,
    stamp,
    base: known?.stamp ?? null,
    baseVersion: null,
    editedMs: atMs,
    queuedMs: atMs,
    sent: [],
    theirs: null,
    tries: 0,
    parked: null,
    sendWhole: true,
  };
  return {finding: 'unsent', entity: {...entity, own: own ?? stamp}, outbox};
}

/** What they count as, on top of what was counted before. */
export function bucketFrom(rows: readonly EntityRow[], before = EMPTY_BUCKET): Bucket {
  return rows.reduce((bucket, {kind, id, known}) => {
    return known?.counted ? addLeaf(bucket, leafOf({kind, id, stamp: known.stamp, hash: known.hash})) : bucket;
  }, before);
}

export function isSame(a: Bucket, b: Bucket): boolean {
  return a.sum === b.sum && a.count === b.count;
}
