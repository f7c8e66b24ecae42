/**
 * Forgetting deletions (design section 4): a tombstone without content is dropped when nobody can be expected to come back
 * who doesn't know of it, and with it the memory of the entity's judged stamps. The account's floor rises in the same
 * transaction to the highest seq dropped: a replica that has pulled less is told so by hello, and gives nothing back unasked
 * (ADR 18). No seq is taken and no digest changes: what has no content counts in none.
 */

import {isErased} from '../../protocol/entity.ts';
import type {ErasedRow, StorageReads} from '../storage/port.ts';
import {readDocument} from './history.ts';
import type {CorePorts} from './ports.ts';
import {isSound} from './sound.ts';

export const TOMBSTONE_HORIZON_MS = 180 * 24 * 3_600_000;
const ROWS_PER_TRANSACTION = 500;
/** The rest goes with the next run. */
const TRANSACTIONS_PER_RUN = 20;

export async function dropErased(ports: CorePorts, accountId: string, nowMs: number): Promise<void> {
  for (let count = 0; count < TRANSACTIONS_PER_RUN; count++) {
    if ((await dropSome(ports, accountId, nowMs)) < ROWS_PER_TRANSACTION) return;
    await ports.breathe();
  }
}

/** How many were found. */
async function dropSome({storage, tombstoneHorizonMs}: CorePorts, accountId: string, nowMs: number): Promise<number> {
  return storage.write(accountId, async (tx) => {
    const rows = await tx.erasedTombstones(accountId, nowMs - tombstoneHorizonMs, ROWS_PER_TRANSACTION);
    const dropped: ErasedRow[] = [];
    for (const row of rows) {
      if (!(await isErasedRow(tx, accountId, row))) continue;
      await tx.deleteEntity(accountId, row);
      await tx.forgetJudged(accountId, row);
      dropped.push(row);
    }
    if (dropped.length === 0) return 0;
    const document = await readDocument(tx, accountId);
    await tx.putDocument(accountId, {...document, floor: Math.max(document.floor, ...dropped.map(({seq}) => seq))});
    return rows.length;
  });
}

/** By what it says itself: the column that it was found by may have been damaged apart from it. */
async function isErasedRow(tx: StorageReads, accountId: string, ref: ErasedRow): Promise<boolean> {
  const row = await tx.head(accountId, ref);
  return row !== undefined && isErased(row) && isSound(row);
}
