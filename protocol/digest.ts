/**
 * The digest of everything synced: 256 buckets by the first byte of SHA-256(id), each the sum of its leaves mod 2^256 and
 * their count; the root is the hash of the buckets. A sum changes by one leaf in O(1) and doesn't depend on order.
 * An additive multiset hash is no defence against a server that wants to deceive; it finds damage and bugs.
 */

import {type Bytes, concatBytes, toBase64Url, utf8Bytes} from './bytes.ts';
import {isErased, type Kind, type PartHashes} from './entity.ts';
import {type Hash, hashOf, sha256} from './hash.ts';
import type {Stamp} from './stamp.ts';

export const BUCKET_COUNT = 256;
/** Bytes of a bucket digest and of a leaf prefix on the wire. */
export const BUCKET_DIGEST_BYTES = 16;
export const LEAF_PREFIX_BYTES = 8;

const MODULUS = 1n << 256n;

/** `sum` is 64 hexadecimal digits: a text every store keeps as it is. */
export interface Bucket {
  readonly sum: string;
  readonly count: number;
}

export const EMPTY_BUCKET: Bucket = {sum: '0'.repeat(64), count: 0};

export interface Counted {
  readonly kind: Kind;
  readonly id: string;
  readonly stamp: Stamp;
  readonly hash: Hash;
}

/** Erased tombstones are not counted. */
export function isCounted(head: {readonly deleted: boolean; readonly parts: PartHashes}): boolean {
  return !isErased(head);
}

export function leafOf({kind, id, stamp, hash}: Counted): Bytes {
  return sha256(utf8Bytes(`${kind}\n${id}\n${stamp}\n${hash}`));
}

export function bucketOf(id: string): number {
  return sha256(utf8Bytes(id))[0] ?? 0;
}

export function addLeaf(bucket: Bucket, leaf: Uint8Array): Bucket {
  return withLeaves(bucket, {added: [leaf], removed: []});
}

export function removeLeaf(bucket: Bucket, leaf: Uint8Array): Bucket {
  return withLeaves(bucket, {added: [], removed: [leaf]});
}

/** Many at once: a sum is made a text only once, which costs more than to add. */
export function withLeaves(
  {sum, count}: Bucket,
  {added, removed}: {readonly added: readonly Uint8Array[]; readonly removed: readonly Uint8Array[]},
): Bucket {
  let total = BigInt(`0x${sum}`);
  for (const leaf of added) total += toNumber(leaf);
  for (const leaf of removed) total += MODULUS - toNumber(leaf);
  return {sum: sumText(total % MODULUS), count: count + added.length - removed.length};
}

export function bucketDigest({sum, count}: Bucket): Bytes {
  return sha256(utf8Bytes(`${sum}\n${count}`)).slice(0, BUCKET_DIGEST_BYTES);
}

/** Of all bucket digests in their order that of one; a view, no copy. */
export function digestAt(digests: Uint8Array, index: number): Uint8Array {
  return digests.subarray(index * BUCKET_DIGEST_BYTES, (index + 1) * BUCKET_DIGEST_BYTES);
}

/** `bucketAt` gives the bucket of 0 … 255, undefined for an empty one. */
export function rootDigest(bucketAt: (index: number) => Bucket | undefined): Hash {
  const digests = Array.from({length: BUCKET_COUNT}, (_, index) => digestOrEmpty(bucketAt(index)));
  return hashOf(concatBytes(...digests));
}

export function leafPrefix(leaf: Uint8Array): string {
  return toBase64Url(leaf.subarray(0, LEAF_PREFIX_BYTES));
}

const EMPTY_DIGEST = bucketDigest(EMPTY_BUCKET);

function digestOrEmpty(bucket: Bucket | undefined): Bytes {
  return bucket === undefined || bucket.count === 0 ? EMPTY_DIGEST : bucketDigest(bucket);
}

function toNumber(leaf: Uint8Array): bigint {
  let value = 0n;
  for (let i = 0; i < 32; i += 4) {
    const word =
      (((leaf[i] ?? 0) << 24) | ((leaf[i + 1] ?? 0) << 16) | ((leaf[i + 2] ?? 0) << 8) | (leaf[i + 3] ?? 0)) >>> 0;
    value = (value << 32n) | BigInt(word);
  }
  return value;
}

function sumText(sum: bigint): string {
  return sum.toString(16).padStart(64, '0');
}
