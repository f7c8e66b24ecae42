/** The current version of an entity, as far as it can be trusted. */

import type {Ref} from '../../protocol/entity.ts';
import type {StorageWrites, WholeRow} from '../storage/port.ts';
import type {Replaced} from './commit.ts';
import type {Log} from './ports.ts';
import {isSoundWhole} from './sound.ts';

export interface Current {
  /** Undefined where there is none, or where what is stored fails its own hash. */
  readonly current: WholeRow | undefined;
  /** What a new version takes the place of, sound or not. */
  readonly replaced: Replaced | undefined;
}

/** A damaged row's bytes are set aside: the caller may replace it. */
export async function readCurrent(
  {tx, accountId, nowMs, log}: {tx: StorageWrites; accountId: string; nowMs: number; log: Log},
  ref: Ref,
): Promise<Current> {
  const row = await tx.entity(accountId, ref);
  if (row === undefined) return {current: undefined, replaced: undefined};
  if (isSoundWhole(row)) return {current: row, replaced: {row, state: 'sound'}};
  log('error', 'a stored row fails its own hash and is set aside', {accountId, kind: ref.kind, id: ref.id});
  await tx.setAside(accountId, row, nowMs);
  return {current: undefined, replaced: {row, state: 'damaged'}};
}
