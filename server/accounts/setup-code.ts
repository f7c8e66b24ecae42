/** The one-time code that makes the first account: only its hash is stored, and only while there is no account. */

import {toBase64Url, utf8Bytes} from '../../protocol/bytes.ts';
import {nativeHashOf} from '../core/native-hash.ts';
import type {CorePorts} from '../core/ports.ts';
import type {StorageReads} from '../storage/port.ts';

const CODE_BYTES = 16;

export function newSetupCode(random: CorePorts['random']): string {
  return toBase64Url(random(CODE_BYTES));
}

export function secretHash(secret: string): string {
  return nativeHashOf(utf8Bytes(secret));
}

export async function isSetupCode(tx: StorageReads, code: string): Promise<boolean> {
  const stored = await tx.meta('setup_code_hash');
  return stored !== undefined && equalSecrets(stored, secretHash(code));
}

export async function isInitialized(tx: StorageReads): Promise<boolean> {
  return (await tx.accountIds()).length > 0;
}

/** Takes as long wherever the first difference is. */
function equalSecrets(a: string, b: string): boolean {
  let difference = a.length ^ b.length;
  for (let i = 0; i < a.length; i++) difference |= a.charCodeAt(i) ^ b.charCodeAt(i);
  return difference === 0;
}
