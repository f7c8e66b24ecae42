/** SHA-256 by Node's own crypto, many times as fast as the portable one, where much is hashed. The same text comes out. */

import {hash} from 'node:crypto';
import type {Hash} from '../../protocol/hash.ts';

export function nativeHashOf(bytes: Uint8Array): Hash {
  return hash('sha256', bytes, 'base64url');
}
