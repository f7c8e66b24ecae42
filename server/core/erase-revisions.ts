/**
 * The older versions of what was erased go after it, without content like itself: no screen leads to them (ADR 31).
 *
 * 1. Only of what is seen to be erased: what isn't here may be damaged, or on its way.
 * 2. Nothing goes while a conflict of the same entity is unresolved: it may bring the entity back, and its revisions with it.
 * 3. They are found by what is stored, not by what has just been erased: also those that came later, from a device that was away,
 *    and what a kill left. So many at a time, without their texts, however many a note has.
 */

import {isErased, makeVersion, NO_BYTES, type RevisionMeta} from '../../protocol/entity.ts';
import type {EntityRow, StorageReads} from '../storage/port.ts';
import {openCommit, type WholeVersion} from './commit.ts';
import type {CorePorts, Standing} from './ports.ts';
import {isSound, isSoundWhole} from './sound.ts';

const ROWS_PER_TRANSACTION = 500;

/** The new standing where something was erased. */
export async function eraseRevisions(ports: CorePorts, accountId: string): Promise<Standing | undefined> {
  let standing: Standing | undefined;
  for (;;) {
    const page = await eraseSome(ports, accountId);
    standing = page.standing ?? standing;
    if (page.isLast) return standing;
    await ports.breathe();
  }
}

interface Erased {
  /** Where something was erased. */
  readonly standing: Standing | undefined;
  readonly isLast: boolean;
}

async function eraseSome(ports: CorePorts, accountId: string): Promise<Erased> {
  return ports.storage.write(accountId, async (tx) => {
    const found = await tx.revisionsOfErased(accountId, ROWS_PER_TRANSACTION);
    const commit = await openCommit(tx, accountId, ports);
    for (const row of found) {
      if (row.meta?.type !== 'revision' || row.meta.state === 'open' || !isSound(row)) continue;
      if (!(await isOfErased(tx, accountId, row.meta))) continue;
      await commit.put(erasedOf(row, row.meta), {row, state: 'sound'});
    }
    const {outcome, standing} = await commit.close();
    const isChanged = outcome === 'changed';
    // What is damaged stays among those that are found until the scrub has set it aside.
    const isLast = found.length < ROWS_PER_TRANSACTION || !isChanged;
    return {standing: isChanged ? standing : undefined, isLast};
  });
}

async function isOfErased(tx: StorageReads, accountId: string, {of, ofKind}: RevisionMeta): Promise<boolean> {
  const original = await tx.entity(accountId, {kind: ofKind, id: of});
  return original !== undefined && isErased(original) && isSoundWhole(original);
}

/** `of` tells it from a revision that a limit dropped. */
function erasedOf({kind, id, stamp}: EntityRow, {of}: RevisionMeta): WholeVersion {
  const meta = {type: 'tombstone', eraseAfterMs: 0, of} as const;
  return {...makeVersion({kind, id, stamp, deleted: true, meta, data: NO_BYTES, body: NO_BYTES}), body: NO_BYTES};
}
