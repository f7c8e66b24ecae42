/**
 * The changes of one write transaction: each changed row takes the next seq, the digest follows row by row, and closing
 * stores head, mark and root. Without a change there is no commit and no mark. The caller owns the transaction.
 */

import {equalBytes} from '../../protocol/bytes.ts';
import {
  addLeaf,
  BUCKET_DIGEST_BYTES,
  type Bucket,
  bucketDigest,
  bucketOf,
  digestAt,
  EMPTY_BUCKET,
  isCounted,
  leafOf,
  removeLeaf,
} from '../../protocol/digest.ts';
import type {Version} from '../../protocol/entity.ts';
import type {DocumentRow, EntityRow, StorageWrites, WholeRow} from '../storage/port.ts';
import {newMark, readDocument, standingOf} from './history.ts';
import {nativeHashOf} from './native-hash.ts';
import type {CorePorts, Standing} from './ports.ts';

/** A version with everything that it has. */
export type WholeVersion = Version & Pick<WholeRow, 'body'>;

export interface Commit {
  /** The head before this commit. */
  readonly before: number;
  /** Up to here the account has forgotten deletions. */
  readonly floor: number;
  /** `replaced`: its leaf leaves the digest; its body counts as new where it may never have been served. */
  put(version: WholeVersion, replaced: Replaced | undefined): Promise<WholeRow>;
  /** At a seq of before, which no row has now: what had it once sees no change. */
  putBack(version: WholeVersion, atSeq: number): Promise<WholeRow>;
  /**
   * The bucket as it was made anew from its rows, before any other change of it; later ones of this commit count on top. Where
   * it isn't what was counted, it is noted for good that rows of it were lost.
   */
  setBucket(index: number, bucket: Bucket): void;
  /** A digest that changed without a row of a new seq takes a seq of its own: no two roots at one place in the history. */
  close(): Promise<Closed>;
}

export interface Closed {
  readonly outcome: 'changed' | 'unchanged';
  /** After this commit. */
  readonly standing: Standing;
}

export interface Replaced {
  readonly row: EntityRow;
  /** `unserved`: sound, and no pull can have sent it. */
  readonly state: 'sound' | 'damaged' | 'unserved';
}

export async function openCommit(
  tx: StorageWrites,
  accountId: string,
  {now, random}: Pick<CorePorts, 'now' | 'random'>,
): Promise<Commit> {
  const document = await readDocument(tx, accountId);
  const bucketByIndex = new Map<number, Bucket>();
  const lossy = new Set(document.lossy);
  let seq = document.headSeq;

  async function change(id: string, by: (bucket: Bucket) => Bucket): Promise<void> {
    const index = bucketOf(id);
    const bucket = bucketByIndex.get(index) ?? (await tx.bucket(accountId, index)) ?? EMPTY_BUCKET;
    bucketByIndex.set(index, by(bucket));
  }

  async function count(row: WholeRow): Promise<void> {
    if (isCounted(row)) await change(row.id, (bucket) => addLeaf(bucket, leafOf(row)));
    await tx.putEntity(accountId, row);
  }

  return {
    before: document.headSeq,
    floor: document.floor,
    async put(version, replaced) {
      seq += 1;
      const row = toRow(version, replaced, seq, now());
      const previous = replaced?.row;
      if (previous !== undefined && isCounted(previous))
        await change(row.id, (bucket) => removeLeaf(bucket, leafOf(previous)));
      await count(row);
      return row;
    },
    async putBack(version, atSeq) {
      const row = toRow(version, undefined, atSeq, now());
      await count(row);
      return row;
    },
    setBucket(index, bucket) {
      if (!isCountedIn(document, index, bucket)) lossy.add(index);
      bucketByIndex.set(index, bucket);
    },
    async close() {
      const digests = digestsWith(document, bucketByIndex);
      // Also where the root stays: the bucket itself may have been what was damaged.
      for (const [index, bucket] of bucketByIndex) await tx.putBucket(accountId, index, bucket);
      if (seq === document.headSeq && digests.root === document.root)
        return {outcome: 'unchanged', standing: await standingOf(tx, accountId, document)};
      if (seq === document.headSeq) seq += 1;
      const headMark = newMark(random);
      await tx.addCommit(accountId, {seq, mark: headMark});
      const told = [...lossy].sort((a, b) => a - b);
      const changed = {...document, ...digests, headSeq: seq, headMark, lossy: told};
      await tx.putDocument(accountId, changed);
      return {outcome: 'changed', standing: await standingOf(tx, accountId, changed)};
    },
  };
}

function toRow(version: WholeVersion, replaced: Replaced | undefined, seq: number, nowMs: number): WholeRow {
  const {kind, id, stamp, deleted, hash, parts, meta, data, body} = version;
  const kept = replaced?.state === 'sound' && replaced.row.parts.body === parts.body;
  const bodySeq = kept ? replaced.row.bodySeq : seq;
  return {kind, id, stamp, deleted, hash, parts, meta, data, body, seq, bodySeq, receivedMs: Math.floor(nowMs)};
}

/** Whether the digest that is kept of this bucket is that of `bucket`. */
export function isCountedIn({digests}: DocumentRow, index: number, bucket: Bucket): boolean {
  return equalBytes(digestAt(digests, index), bucketDigest(bucket));
}

/** The root is the hash of all bucket digests: only those of changed buckets are made anew (rootDigest says the same). */
function digestsWith(
  document: DocumentRow,
  changed: ReadonlyMap<number, Bucket>,
): Pick<DocumentRow, 'digests' | 'root'> {
  const digests = document.digests.slice();
  for (const [index, bucket] of changed) digests.set(bucketDigest(bucket), index * BUCKET_DIGEST_BYTES);
  return {digests, root: nativeHashOf(digests)};
}
