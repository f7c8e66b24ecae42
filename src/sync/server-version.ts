/**
 * The server's version of an entity, decoded, and the ways in which it becomes what is stored here: acknowledged, adopted, or
 * known of while a newer edit waits. For verdicts, pulls and repairs.
 */

import {isCounted} from '../../protocol/digest.ts';
import {isErased, type Ref, toHead, type Version} from '../../protocol/entity.ts';
import type {PulledEntity} from '../../protocol/messages.ts';
import {highestStamp, type Stamp} from '../../protocol/stamp.ts';
import {decodeVersion, isWhole} from '../../protocol/wire.ts';
import {keptTimes} from './local-version.ts';
import type {BatchItem} from './outbox.ts';
import type {Known, OutboxRow} from './ports.ts';
import type {Workset} from './workset.ts';

export type ServerVersion = Version & {readonly seq: number; readonly displaced?: readonly Stamp[]};

/**
 * The pushed version is the server's current one, as `acked` says. Also for a pulled version that turns out to be ours: with the
 * same stamp, but without its content where the server has erased that since.
 */
export function acknowledge(
  ws: Workset,
  item: Pick<BatchItem, 'pushed' | 'sent'>,
  row: OutboxRow,
  acked: ServerVersion,
): void {
  const known = knownOf(acked);
  const newer = row.theirs !== null && row.theirs.seq > acked.seq ? row.theirs : null;
  if (row.stamp !== item.pushed.stamp) {
    requeue(ws, item, row, {base: acked.stamp, baseVersion: {...item.pushed, stamp: acked.stamp}, theirs: newer});
    setKnown(ws, row, newer === null ? known : knownOf(newer));
  } else if (newer !== null) {
    adopt(ws, newer, item.sent);
  } else if (isErased(acked)) {
    adopt(ws, acked, item.sent);
  } else {
    settle(ws, item.pushed, item.sent, {stamp: acked.stamp, known});
  }
}

/** The stored version becomes the server's. Its body stays away where it isn't here. */
export function adopt(ws: Workset, version: ServerVersion, sent: readonly Stamp[] = []): void {
  const {seq: _, displaced: __, ...whole} = version;
  const row = ws.entity(version);
  const ownSent = highestStamp([row?.ownSent, ...sent]);
  ws.setEntity({
    ...toHead(whole),
    known: knownOf(version),
    own: row?.own ?? null,
    ownSent,
    ...keptTimes(row),
  });
  if (version.body !== null) ws.setBody(version, version.parts.body, version.body);
  ws.setOutbox(version, undefined);
}

export function knownOf(version: ServerVersion): Known {
  return {stamp: version.stamp, hash: version.hash, seq: version.seq, counted: isCounted(version)};
}

export function decodeServerVersion(pulled: PulledEntity): ServerVersion | 'damaged' {
  const decoded = decodeVersion(pulled);
  if (!decoded.ok || !isWhole(decoded.value)) return 'damaged';
  const {seq, displaced} = pulled;
  return {...decoded.value, seq, ...(displaced === undefined ? {} : {displaced})};
}

/** The edit made since goes on waiting; what this request told the server of is settled. */
export function requeue(
  ws: Workset,
  item: Pick<BatchItem, 'pushed' | 'sent'>,
  row: OutboxRow,
  change: Partial<OutboxRow>,
): void {
  ws.setOutbox(row, {
    ...row,
    ...change,
    sent: row.sent.filter((stamp) => !item.sent.includes(stamp)),
    sendWhole: false,
  });
  const entity = ws.entity(row);
  if (entity !== undefined) ws.setEntity({...entity, ownSent: highestStamp([entity.ownSent, ...item.sent])});
}

function settle(ws: Workset, ref: Ref, sent: readonly Stamp[], {stamp, known}: {stamp: Stamp; known: Known}): void {
  const entity = ws.entity(ref);
  if (entity !== undefined) ws.setEntity({...entity, stamp, known, ownSent: highestStamp([entity.ownSent, ...sent])});
  ws.setOutbox(ref, undefined);
}

export function setKnown(ws: Workset, ref: Ref, known: Known): void {
  const entity = ws.entity(ref);
  if (entity !== undefined && known.seq >= (entity.known?.seq ?? 0)) ws.setEntity({...entity, known});
}

export function newest(current: ServerVersion, theirs: ServerVersion | null): ServerVersion {
  return theirs !== null && theirs.seq > current.seq ? theirs : current;
}
