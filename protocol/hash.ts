/** SHA-256, synchronous: an IndexedDB transaction doesn't survive an awaited `crypto.subtle` (design section 11). */

import {sha256 as nobleSha256} from '@noble/hashes/sha2.js';
import {type Bytes, toBase64Url} from './bytes.ts';

/** A SHA-256 as 43 characters of base64url. */
export type Hash = string;

/** The last character carries four bits: what has others set is no SHA-256 and can't be decoded. */
export const HASH_PATTERN = /^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/;

export function sha256(bytes: Uint8Array): Bytes {
  return new Uint8Array(nobleSha256(bytes));
}

export function hashOf(bytes: Uint8Array): Hash {
  return toBase64Url(sha256(bytes));
}

/** The hash of a part that an entity doesn't have. */
export const EMPTY_HASH: Hash = hashOf(new Uint8Array(0));
