/**
 * The older versions of what was erased go after it, without content like itself: no screen leads to them (ADR 31).
 *
 * 1. Only of what is seen to be erased: what isn't here may be damaged, or on its way.
 * 2. Nothing goes while a conflict of the same entity is unresolved: it may bring the entity back, and its revisions with it.
 * 3. What a repair replaced (`restore`) goes only where the deletion is known to have been made on top of it ◆: else whoever deleted may
 *    never have seen it, and nobody was asked.
 * 4. They are found by what is stored, not by what has just been erased: also those that came later, from a device that was away,
 *    and what a kill left. So many at a time, without their texts, however many a note has.
 */

import {isErased, makeVersion, NO_BYTES, type RevisionMeta} from '../../protocol/entity.ts';
import type {EntityRow, StorageReads} from '../storage/port.ts';
import {openCommit, type WholeVersion} from './commit.ts';
import {descendsFrom} from './descent.ts';
import type {CorePorts, Standing} from './ports.ts';
import {isSound, isSoundWhole} from './sound.ts';

const ROWS_PER_TRANSACTION = 500;

/** The new standing where something was erased. */
export async function eraseRevisions(ports: CorePorts, accountId: string): Promise<Standing | undefined> {
  let standing: Standing | undefined;
  for (let staying = 0; ; ) {
    const page = await eraseSome(ports, accountId, staying + ROWS_PER_TRANSACTION);
    standing = page.standing ?? standing;
    if (page.isLast) return standing;
    staying = page.staying;
    await ports.breathe();
  }
}

interface Erased {
  /** Where something was erased. */
  readonly standing: Standing | undefined;
  /** How many of those that were found are still there, and will be found again. */
  readonly staying: number;
  readonly isLast: boolean;
}

async function eraseSome(ports: CorePorts, accountId: string, limit: number): Promise<Erased> {
  return ports.storage.write(accountId, async (tx) => {
    const found = await tx.revisionsOfErased(accountId, limit);
    const commit = await openCommit(tx, accountId, ports);
    let staying = 0;
    for (const row of found) {
      const {meta} = row;
      if (meta?.type === 'revision' && isSound(row) && (await mayGo(tx, accountId, meta)))
        await commit.put(erasedOf(row, meta), {row, state: 'sound'});
      else staying += 1;
    }
    const {outcome, standing} = await commit.close();
    return {standing: outcome === 'changed' ? standing : undefined, staying, isLast: found.length < limit};
  });
}

async function mayGo(
  tx: StorageReads,
  accountId: string,
  {of, ofKind, state, reason, stamp}: RevisionMeta,
): Promise<boolean> {
  const ref = {kind: ofKind, id: of};
  const original = await tx.entity(accountId, ref);
  if (original === undefined || !isErased(original) || !isSoundWhole(original)) return false;
  if (reason === 'restore') return descendsFrom(tx, accountId, ref, original.stamp, stamp);
  return state !== 'open';
}

/** `of` tells it from a revision that a limit dropped. */
function erasedOf({kind, id, stamp}: EntityRow, {of}: RevisionMeta): WholeVersion {
  const meta = {type: 'tombstone', eraseAfterMs: 0, of} as const;
  return {...makeVersion({kind, id, stamp, deleted: true, meta, data: NO_BYTES, body: NO_BYTES}), body: NO_BYTES};
}
