/**
 * Keeping the loser of a conflict as a revision, made if absent: a revision that is there, live or deleted, is left alone,
 * so that a conflict that someone has dealt with doesn't come back.
 */

import {isErased, keepsLosers} from '../../protocol/entity.ts';
import {revisionOf} from '../../protocol/revision.ts';
import type {Received} from '../../protocol/wire.ts';
import type {WholeRow} from '../storage/port.ts';
import type {WholeVersion} from './commit.ts';
import type {Court} from './court.ts';
import {readCurrent} from './current.ts';

export interface MadeRevision {
  readonly id: string;
  readonly stamp: string;
  readonly hash: string;
  readonly seq: number;
}

/** Null where nothing is to be kept, or where the revision has another state already. */
export async function keepLoser(court: Court, loser: WholeVersion, winner: WholeVersion): Promise<MadeRevision | null> {
  if (!keepsLosers(loser.kind) || isErased(loser) || isSameDeletion(loser, winner)) return null;
  const revision: WholeVersion = {...revisionOf(loser, 'conflict'), body: loser.body};
  const {current, replaced} = await readCurrent(court, revision);
  if (current !== undefined) return madeOf(current, revision.hash);
  const row = await court.commit.put(revision, replaced);
  await court.tx.putJudged(court.accountId, row, {stamp: row.stamp, outcome: 'applied', parents: []});
  return madeOf(row, revision.hash);
}

/** The revision that was made when this version lost, if it still is as it was made. */
export async function findKept({tx, accountId}: Court, lost: Received): Promise<MadeRevision | null> {
  if (!keepsLosers(lost.kind)) return null;
  const {kind, id, hash} = revisionOf({...lost, data: new Uint8Array(0)}, 'conflict');
  const row = await tx.head(accountId, {kind, id});
  return row === undefined ? null : madeOf(row, hash);
}

function madeOf({id, stamp, hash, deleted, seq}: Omit<WholeRow, 'body'>, asMade: string): MadeRevision | null {
  return !deleted && hash === asMade ? {id, stamp, hash, seq} : null;
}

function isSameDeletion(a: WholeVersion, b: WholeVersion): boolean {
  return a.deleted && b.deleted && a.parts.data === b.parts.data && a.parts.body === b.parts.body;
}
