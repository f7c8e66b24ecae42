/**
 * Ids: 16 characters of base64url, 96 bits. Random for what one person makes once; derived for what two devices may make
 * independently for the same thing, so that both make the same entity; constant for the root.
 */

import {toBase64Url} from './bytes.ts';
import {canonicalBytes} from './canonical.ts';
import {sha256} from './hash.ts';

export const ID_PATTERN = /^[A-Za-z0-9_-]{4,32}$/;
export const ID_BYTES = 12;

/** The note that holds everything. Never an entity: no device writes it, every tree starts at it. */
export const ROOT_NOTE_ID = 'root';

/** `bytes` must be ID_BYTES random ones. */
export function idFromBytes(bytes: Uint8Array): string {
  return toBase64Url(bytes.subarray(0, ID_BYTES));
}

/** One id for one list of words: `derivedId('option', key)`. */
export function derivedId(...words: readonly string[]): string {
  return idFromBytes(sha256(canonicalBytes(words)));
}
