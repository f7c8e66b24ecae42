/**
 * What took the place of a damaged row, without having been made from it: pushed by who had never seen that version whole. The
 * server can't keep what it hasn't got, so it tells who reads the row; a device that has the version keeps it as a conflict.
 */

import {keepsLosers, refKey} from '../../protocol/entity.ts';
import {STAMP_PATTERN, type Stamp} from '../../protocol/stamp.ts';
import type {EntityRow, StorageReads} from '../storage/port.ts';
import {descendsFrom} from './descent.ts';

/** Tells the stamps of such versions of a row. Reads once what was ever set aside in the account, which is hardly ever anything. */
export async function readDisplaced(
  tx: StorageReads,
  accountId: string,
): Promise<(row: EntityRow) => Promise<readonly Stamp[]>> {
  const asideByKey = Map.groupBy(await tx.asides(accountId), refKey);
  return async (row) => {
    const displaced: Stamp[] = [];
    for (const {stamp} of keepsLosers(row.kind) ? (asideByKey.get(refKey(row)) ?? []) : []) {
      if (stamp === row.stamp || displaced.includes(stamp) || !STAMP_PATTERN.test(stamp)) continue;
      if (!(await descendsFrom(tx, accountId, row, row.stamp, stamp))) displaced.push(stamp);
    }
    return displaced;
  };
}
