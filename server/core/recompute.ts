/**
 * The digest from what is stored, row by row: what "Verify everything" asks for, and what a repair puts right first. A row
 * that fails its own hash counts as absent. Bucket by bucket, each a read of its own, so that others are served meanwhile.
 */

import {equalBytes} from '../../protocol/bytes.ts';
import {
  addLeaf,
  BUCKET_COUNT,
  BUCKET_DIGEST_BYTES,
  type Bucket,
  bucketDigest,
  bucketOf,
  digestAt,
  EMPTY_BUCKET,
  isCounted,
  leafOf,
} from '../../protocol/digest.ts';
import type {EntityRow, StorageReads, WholeRow} from '../storage/port.ts';
import {readDocument, readStanding} from './history.ts';
import type {CorePorts, Standing} from './ports.ts';
import {isSoundWhole} from './sound.ts';

export interface Recomputed extends Standing {
  /** The 256 bucket digests, in order. */
  readonly digests: Uint8Array;
  /** Buckets of which the digest that is kept says something else. */
  readonly stale: readonly number[];
}

/** Commits meanwhile make some buckets be read again; with more than this many on the way the answer may be old. */
const MAX_PASSES = 10;

/** The digests at the head that comes with them. One account at a time is read once for all who ask. */
export function createRecompute(ports: CorePorts): (accountId: string) => Promise<Recomputed> {
  const underWay = new Map<string, Promise<Recomputed>>();
  return (accountId) => {
    const started = underWay.get(accountId);
    if (started !== undefined) return started;
    const run = recompute(ports, accountId).finally(() => underWay.delete(accountId));
    underWay.set(accountId, run);
    return run;
  };
}

export interface ReadBucket {
  /** Of the rows that can be trusted. */
  readonly bucket: Bucket;
  readonly damaged: readonly EntityRow[];
  /** Sound, but of another bucket or of none: what is stored beside the row, to find it by, was damaged. */
  readonly misfiled: readonly WholeRow[];
}

/** What is stored as the rows of one bucket. */
export async function readBucket(tx: StorageReads, accountId: string, index: number): Promise<ReadBucket> {
  const damaged: EntityRow[] = [];
  const misfiled: WholeRow[] = [];
  let bucket = EMPTY_BUCKET;
  for (const ref of await tx.counted(accountId, index)) {
    const row = await tx.entity(accountId, ref);
    if (row === undefined) continue;
    if (!isSoundWhole(row)) damaged.push(row);
    else if (bucketOf(row.id) === index && isCounted(row)) bucket = addLeaf(bucket, leafOf(row));
    else misfiled.push(row);
  }
  return {bucket, damaged, misfiled};
}

async function recompute({storage, breathe}: CorePorts, accountId: string): Promise<Recomputed> {
  const made = new Uint8Array(BUCKET_COUNT * BUCKET_DIGEST_BYTES);
  const look = () =>
    storage.read(async (tx) => ({
      standing: await readStanding(tx, accountId),
      stored: (await readDocument(tx, accountId)).digests,
    }));
  let {standing, stored} = await look();
  let stale = Array.from({length: BUCKET_COUNT}, (_, index) => index);
  for (let pass = 0; stale.length > 0 && pass < MAX_PASSES; pass++) {
    for (const index of stale) {
      const {bucket} = await storage.read((tx) => readBucket(tx, accountId, index));
      made.set(bucketDigest(bucket), index * BUCKET_DIGEST_BYTES);
      await breathe();
    }
    const now = await look();
    stale = changedBetween(stored, now.stored);
    ({standing, stored} = now);
  }
  return {...standing, digests: made, stale: changedBetween(stored, made)};
}

function changedBetween(before: Uint8Array, after: Uint8Array): number[] {
  return Array.from({length: BUCKET_COUNT}, (_, index) => index).filter(
    (index) => !equalBytes(digestAt(before, index), digestAt(after, index)),
  );
}
