/** Randomness of the browser; `getRandomValues` exists in insecure contexts too. */

import type {Random} from '../sync/ports.ts';

const MAX_BYTES_PER_CALL = 65_536;

export function createBrowserRandom(): Random {
  return {bytes: randomBytes, fraction: () => Math.random()};
}

function randomBytes(count: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(count);
  for (let at = 0; at < count; at += MAX_BYTES_PER_CALL) {
    crypto.getRandomValues(bytes.subarray(at, at + MAX_BYTES_PER_CALL));
  }
  return bytes;
}
