/**
 * A history is an epoch and the marks of its commits (design section 8). A position belongs to this history if the first
 * commit at or after its seq has its mark: so a position inside a commit is named like the commit's end. A folder put
 * back to an older copy has lost the later marks, and every replica that saw one of them is told `other_history`.
 */

import {type Bytes, concatBytes, toBase64Url} from '../../protocol/bytes.ts';
import {BUCKET_COUNT, bucketDigest, EMPTY_BUCKET, rootDigest} from '../../protocol/digest.ts';
import type {SyncError} from '../../protocol/errors.ts';
import type {History, Position} from '../../protocol/messages.ts';
import type {AccountRow, DocumentRow, StorageReads, StorageWrites} from '../storage/port.ts';
import {type CorePorts, type Standing, wireError} from './ports.ts';

const MARK_BYTES = 16;

export function newMark(random: CorePorts['random']): string {
  return toBase64Url(random(MARK_BYTES));
}

/** Once per data folder; a restore starts another. */
export async function ensureEpoch(tx: StorageWrites, random: CorePorts['random']): Promise<void> {
  if ((await tx.meta('epoch')) === undefined) await startEpoch(tx, random);
}

/** From now on every device that has seen anything of these data is told `other_history`, and heals. */
export async function startEpoch(tx: StorageWrites, random: CorePorts['random']): Promise<void> {
  await tx.putMeta('epoch', newMark(random));
}

/** An account with an empty document: seq 0 has a mark too, so that a replica of an emptied server is noticed. */
export async function addAccount(tx: StorageWrites, account: AccountRow, random: CorePorts['random']): Promise<void> {
  const document = emptyDocument(newMark(random));
  await tx.addAccount(account, document);
  await tx.addCommit(account.id, {seq: 0, mark: document.headMark});
}

export async function readDocument(tx: StorageReads, accountId: string): Promise<DocumentRow> {
  const document = await tx.document(accountId);
  if (document === undefined) throw new Error(`account ${accountId} has no document`);
  return document;
}

export async function readStanding(tx: StorageReads, accountId: string): Promise<Standing> {
  return standingOf(tx, accountId, await readDocument(tx, accountId));
}

/** Of a document that was read, or written, in the same transaction. */
export async function standingOf(
  tx: StorageReads,
  accountId: string,
  {headSeq, headMark, root}: DocumentRow,
): Promise<Standing> {
  return {account: accountId, epoch: await readEpoch(tx), head: {seq: headSeq, mark: headMark}, root};
}

/** Undefined where everything that the replica knows of the history is true of this one. */
export async function checkHistory(
  tx: StorageReads,
  accountId: string,
  {epoch, cursor, seen}: History,
): Promise<SyncError | undefined> {
  if (epoch !== null && epoch !== (await readEpoch(tx)))
    return wireError('other_history', 'the epoch is not this server’s');
  for (const position of [cursor, seen]) {
    if (position !== null && (await tx.commitAt(accountId, position.seq))?.mark !== position.mark) {
      return wireError('other_history', `position ${position.seq} is not in this server’s history`);
    }
  }
  return undefined;
}

/** `seq` must not be above the head. */
export async function positionAt(tx: StorageReads, accountId: string, seq: number): Promise<Position> {
  const commit = await tx.commitAt(accountId, seq);
  if (commit === undefined) throw new Error(`no commit at or after ${seq}`);
  return {seq, mark: commit.mark};
}

async function readEpoch(tx: StorageReads): Promise<string> {
  const epoch = await tx.meta('epoch');
  if (epoch === undefined) throw new Error('the core was not started: there is no epoch');
  return epoch;
}

function emptyDocument(headMark: string): DocumentRow {
  const digest = bucketDigest(EMPTY_BUCKET);
  const digests: Bytes = concatBytes(...Array.from({length: BUCKET_COUNT}, () => digest));
  return {headSeq: 0, headMark, root: rootDigest(() => undefined), digests, floor: 0, lossy: []};
}
