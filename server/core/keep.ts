/**
 * Keeping the loser of a conflict as a revision, made if absent: a revision that is there, live or deleted, is left alone,
 * so that a conflict that someone has dealt with doesn't come back.
 */

import {isErased, keepsLosers, makeVersion} from '../../protocol/entity.ts';
import {revisionOf} from '../../protocol/revision.ts';
import type {Received} from '../../protocol/wire.ts';
import type {WholeRow} from '../storage/port.ts';
import type {WholeVersion} from './commit.ts';
import type {Court} from './court.ts';
import {readCurrent} from './current.ts';

export interface KeptLoser {
  readonly loser: WholeRow;
  readonly revision: MadeRevision | null;
}

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

/** The version that an unresolved conflict keeps, where all of it can be told from the revision. */
export async function readKept(court: Court, revisionId: string): Promise<KeptLoser | undefined> {
  const {current: row} = await readCurrent(court, {kind: 'revision', id: revisionId});
  if (row?.meta?.type !== 'revision' || row.meta.state !== 'open' || row.meta.wasDeleted) return undefined;
  const {of, ofKind, stamp} = row.meta;
  const version = makeVersion({
    kind: ofKind,
    id: of,
    stamp,
    deleted: false,
    meta: null,
    data: row.data,
    body: row.body,
  });
  const {seq, bodySeq, receivedMs} = row;
  const loser = {...version, body: row.body, seq, bodySeq, receivedMs};
  return {loser, revision: madeOf(row, revisionOf(version, 'conflict').hash)};
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
