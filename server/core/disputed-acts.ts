/**
 * Deletions that are still being asked about as a whole: a folder goes with what is in it, in one act, and one thing of it was
 * edited elsewhere. Whichever of the two won, it may be brought back, and what was deleted below it or with it comes back along
 * (ADR 17). The server knows no tree, so it holds everything of that act.
 */

import {isOneAct, STAMP_PATTERN, type Stamp} from '../../protocol/stamp.ts';
import type {EntityRow, StorageReads} from '../storage/port.ts';

/** Tells of a deletion whether an unresolved conflict is of the act that it was made in. */
export async function readDisputedActs(tx: StorageReads, accountId: string): Promise<(deletion: EntityRow) => boolean> {
  const acts: Stamp[] = [];
  for (const {meta} of await tx.openConflicts(accountId)) {
    if (meta?.type !== 'revision') continue;
    if (meta.wasDeleted) acts.push(meta.stamp);
    const current = await tx.head(accountId, {kind: meta.ofKind, id: meta.of});
    if (current?.deleted) acts.push(current.stamp);
  }
  const sound = [...new Set(acts)].filter((stamp) => STAMP_PATTERN.test(stamp));
  return ({stamp}) => sound.some((act) => isOneAct(act, stamp));
}
