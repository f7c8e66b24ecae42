/**
 * The server's verdicts on pushed versions, applied here (design sections 5.2 and 6). Everything that one answer means for
 * an entity happens in one transaction: acknowledgement, the conflict revision byte for byte as the server made it ◆, the
 * merge. An edit made since the request left stays queued; its base moves only when it is acknowledged, and stays after
 * `lost` ◆ until the winner was merged or has replaced it.
 */

import {isErased, keepsLosers, type Ref, type Version} from '../../protocol/entity.ts';
import type {PushVerdict} from '../../protocol/messages.ts';
import {revisionOf} from '../../protocol/revision.ts';
import type {Stamp} from '../../protocol/stamp.ts';
import {type Judging, type Merged, mergeVersions} from './conflict.ts';
import {keepForMerge, keepVersion, revisionRef, setConflictState, writeVersion} from './local-version.ts';
import {partsLacked, sendParts, withPartsOf} from './missing-parts.ts';
import type {BatchItem} from './outbox.ts';
import type {OutboxRow} from './ports.ts';
import {
  acknowledge,
  adopt,
  decodeServerVersion,
  knownOf,
  newest,
  requeue,
  type ServerVersion,
  setKnown,
} from './server-version.ts';
import type {Workset} from './workset.ts';

/** The server's version that a verdict brings along, checked; undefined for verdicts without one. */
export function versionIn(verdict: PushVerdict): ServerVersion | 'damaged' | undefined {
  if (verdict.type === 'won') return decodeServerVersion(verdict.other);
  if (verdict.type === 'superseded' || verdict.type === 'lost') return decodeServerVersion(verdict.current);
  if (verdict.type === 'parts_needed' && verdict.current !== null) return decodeServerVersion(verdict.current);
  return undefined;
}

/** Whether this is the verdict on what was pushed, with what it brings along of the same entity. */
export function isVerdictOn({pushed}: BatchItem, verdict: PushVerdict, theirs: ServerVersion | undefined): boolean {
  if (verdict.kind !== pushed.kind || verdict.id !== pushed.id) return false;
  return theirs === undefined || (theirs.kind === pushed.kind && theirs.id === pushed.id);
}

/** What was pushed, and the revisions that its verdict may write: load them before `applyVerdict`. */
export function refsTouched(
  {pushed}: BatchItem,
  verdict: PushVerdict | undefined,
  theirs: ServerVersion | undefined,
): Ref[] {
  if (verdict?.type === 'applied' || verdict?.type === 'rejected') return [pushed];
  const versions = theirs === undefined ? [pushed] : [pushed, theirs];
  return [pushed, ...versions.flatMap((version) => [revisionRef(version, 'conflict'), revisionRef(version, 'merge')])];
}

/** Those of the stored version, which may have been edited since the request left, and of the newest known; load them next. */
export function refsOfStored(ws: Workset, {pushed}: BatchItem, theirs: ServerVersion | undefined): Ref[] {
  const stored = ws.version(pushed);
  if (stored === undefined || theirs === undefined || pushed.kind === 'revision') return [];
  const latest = newest(theirs, ws.outbox(pushed)?.theirs ?? null);
  const whole = withPartsOf(stored, latest, partsLacked(stored));
  return [revisionRef(stored, 'merge'), revisionRef(latest, 'conflict'), revisionRef(whole, 'conflict')];
}

/** A verdict whose request another tab has already seen settled changes nothing but revisions that were made. */
export function applyVerdict(
  judging: Judging,
  item: BatchItem,
  verdict: PushVerdict,
  theirs: ServerVersion | undefined,
): void {
  const {ws} = judging;
  const row = ws.outbox(item.pushed);
  const waits = row?.sent.includes(item.pushed.stamp) ? row : undefined;
  switch (verdict.type) {
    case 'applied':
      if (waits) acknowledge(ws, item, waits, {...item.pushed, stamp: verdict.currentStamp, seq: verdict.seq});
      return;
    case 'superseded':
      if (waits && theirs) superseded(judging, item, waits, theirs, verdict.descends);
      return;
    case 'won':
      if (theirs) won(judging, item, waits, theirs, verdict);
      return;
    case 'lost':
      if (theirs) lost(judging, item, waits, theirs, verdict);
      return;
    case 'parts_needed':
      if (waits) sendParts(judging, item, waits, theirs, verdict.descendsFromBase);
      return;
    case 'rejected':
      if (waits)
        ws.setOutbox(waits, {
          ...waits,
          sent: waits.sent.filter((stamp) => stamp !== item.pushed.stamp),
          parked: waits.stamp === item.pushed.stamp ? verdict.error : null,
        });
      return;
  }
}

function superseded(
  judging: Judging,
  item: BatchItem,
  row: OutboxRow,
  current: ServerVersion,
  descends: boolean,
): void {
  const {ws, writing} = judging;
  const {pushed} = item;
  if (!descends && keepsLosers(pushed.kind) && !isErased(pushed)) keepVersion(ws, pushed, 'conflict', writing.wallMs);
  if (row.stamp === pushed.stamp) {
    adopt(ws, newest(current, row.theirs), item.sent);
    return;
  }
  setKnown(ws, row, knownOf(current));
  requeue(ws, item, row, {
    ...(descends ? {base: pushed.stamp, baseVersion: pushed} : {}),
    theirs: newest(current, row.theirs),
  });
}

function won(
  judging: Judging,
  item: BatchItem,
  row: OutboxRow | undefined,
  other: ServerVersion,
  verdict: PushVerdict & {type: 'won'},
): void {
  const {ws} = judging;
  const {pushed} = item;
  storeMadeRevision(judging, other, item.pushed, verdict.revision);
  if (row === undefined) return;
  const mine = row.stamp === pushed.stamp ? pushed : ws.version(row);
  const isLatest = row.theirs === null || row.theirs.seq <= verdict.seq;
  const base = commonBase(row, item, verdict.descendsFromBase);
  const merged = isLatest && mine && base !== undefined ? mergeVersions(judging.merging, base, mine, other) : null;
  acknowledge(ws, item, row, {...pushed, seq: verdict.seq});
  if (merged && mine) writeMerged(judging, mine, merged, other);
}

function lost(
  judging: Judging,
  item: BatchItem,
  row: OutboxRow | undefined,
  current: ServerVersion,
  verdict: PushVerdict & {type: 'lost'},
): void {
  const {ws} = judging;
  const {pushed} = item;
  storeMadeRevision(judging, pushed, current, verdict.revision);
  if (row === undefined) return;
  const winner = newest(current, row.theirs);
  const isEdited = row.stamp !== pushed.stamp;
  const mine = isEdited ? ws.version(row) : pushed;
  const base = commonBase(row, item, verdict.descendsFromBase);
  // Without the revision as it was made somebody has decided already, and no merge undoes that.
  const isMergeable = verdict.revision !== null && winner === current && mine !== undefined && base !== undefined;
  const merged = isMergeable ? mergeVersions(judging.merging, base, mine, current) : null;
  const isMoreOnItsWay = row.sent.some((stamp) => !item.sent.includes(stamp));
  if (isEdited && (merged === null || isMoreOnItsWay)) {
    setKnown(ws, row, knownOf(winner));
    requeue(ws, item, row, {theirs: winner});
    return;
  }
  adopt(ws, winner, item.sent);
  if (merged !== null) writeMerged(judging, current, merged, pushed);
}

/**
 * What both sides were made from. Null where that is nothing: a day note of two devices, never sent before (what was sent
 * may be what theirs was made from, and isn't here any more). Undefined where it isn't known.
 */
function commonBase(row: OutboxRow, {wire}: BatchItem, descends: boolean): Version | null | undefined {
  if (row.base !== wire.base) return undefined;
  if (row.base === null) return wire.sent.length === 0 ? null : undefined;
  return descends ? (row.baseVersion ?? undefined) : undefined;
}

/** The merge is a new edit on top of the winner; the winner and, as the server made it, the loser stay in revisions. */
function writeMerged(judging: Judging, winner: Version, {data, body}: Merged, loser: Version): void {
  const {ws, writing} = judging;
  const written = writeVersion(ws, winner, {deleted: false, meta: null, data, body}, writing);
  const queued = ws.outbox(winner);
  // What is made from the loser is made from a part of this: the server is told, so that it merges too.
  if (written !== undefined && queued !== undefined)
    ws.setOutbox(queued, {...queued, sent: [...queued.sent, loser.stamp]});
  if (written !== undefined) keepForMerge(ws, winner, writing.wallMs);
  setConflictState(ws, revisionRef(loser, 'conflict'), 'merged', writing);
}

/**
 * The conflict revision, byte for byte the server's. Where the answer names none (a repeated request) or another state of
 * it, it is kept all the same and pushed: the server acknowledges it with the one it has.
 */
function storeMadeRevision(
  {ws, writing}: Judging,
  loser: Version,
  winner: Version,
  made: {readonly id: string; readonly stamp: Stamp; readonly hash: string; readonly seq: number} | null,
): void {
  if (!isKept(loser, winner)) return;
  const ref = revisionRef(loser, 'conflict');
  const revision = revisionOf(loser, 'conflict');
  if (ws.entity(ref) !== undefined) return;
  if (made?.hash === revision.hash) adopt(ws, {...revision, seq: made.seq});
  else keepVersion(ws, loser, 'conflict', writing.wallMs);
}

/** Of two deletions with the same content nothing is kept, nor of what is erased. */
function isKept(loser: Version, winner: Version): boolean {
  if (!keepsLosers(loser.kind) || isErased(loser)) return false;
  const isSame = loser.parts.data === winner.parts.data && loser.parts.body === winner.parts.body;
  return !(loser.deleted && winner.deleted && isSame);
}
