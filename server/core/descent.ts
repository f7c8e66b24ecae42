/**
 * Whether one version was made on top of another, along the remembered parents. An honest "yes" only: where a parent isn't
 * known any more the answer is no, and a text too many is kept rather than one too few.
 */

import type {Ref} from '../../protocol/entity.ts';
import type {Stamp} from '../../protocol/stamp.ts';
import type {StorageReads} from '../storage/port.ts';

const MAX_VISITS = 10_000;

/** Of itself and of a stamp with the same content a version descends too. */
export async function descendsFrom(
  tx: StorageReads,
  accountId: string,
  ref: Ref,
  version: Stamp,
  ancestor: Stamp | null,
): Promise<boolean> {
  if (ancestor === null) return false;
  const judged = await tx.judged(accountId, ref, ancestor);
  const targets = [ancestor, ...(judged?.outcome === 'same' ? judged.parents : [])];
  const lowest = targets.reduce((low, stamp) => (stamp < low ? stamp : low));
  const seen = new Set([version]);
  const waiting = [version];
  for (let stamp = waiting.pop(); stamp !== undefined; stamp = waiting.pop()) {
    if (targets.includes(stamp)) return true;
    if (stamp < lowest || seen.size > MAX_VISITS) continue; // parents are older than their children
    for (const parent of (await tx.judged(accountId, ref, stamp))?.parents ?? []) {
      if (!seen.has(parent)) waiting.push(parent);
      seen.add(parent);
    }
  }
  return false;
}
