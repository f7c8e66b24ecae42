/**
 * From the outbox to a push request. The invariant: a stamp is durable in `sent` before it leaves, and fixed from then on;
 * a retry sends the same bytes. Before its first sending it is set by the time of the edit, shifted by the measured offset.
 */

import {isErased, type Ref, refKey, type Version} from '../../protocol/entity.ts';
import {EMPTY_HASH} from '../../protocol/hash.ts';
import {MAX_SENT_STAMPS} from '../../protocol/limits.ts';
import type {PushedEntity} from '../../protocol/messages.ts';
import {makeStamp, type Stamp} from '../../protocol/stamp.ts';
import {encodeVersion} from '../../protocol/wire.ts';
import {damagedParts} from './inspect.ts';
import {type Writing, writingBy} from './local-version.ts';
import type {OutboxRow, StoreTx} from './ports.ts';
import {Workset} from './workset.ts';

export interface BatchItem {
  readonly pushed: Version;
  /** Stamps that this request told the server of; they are settled with its verdict. */
  readonly sent: readonly Stamp[];
  readonly wire: PushedEntity;
}

export interface BatchLimits {
  readonly bytes: number;
  readonly rows: number;
}

/** What names and hashes of one entity take in a request, about. */
const HEAD_BYTES = 500;
/** Of large texts only a few fit into a batch: so many rows are read first, then twice as many while they are likely to fit. */
const LOADED_FIRST = 50;

export interface Batch {
  readonly items: readonly BatchItem[];
  /** Where the next batch begins, which may be taken while this one is on its way; null where it may not. */
  readonly end: Ref | null;
}

/**
 * The next rows to push, stamped and marked as sent in this transaction; empty when nothing waits. `behind`: the end of the
 * batch that is on its way; of what it carries nothing is taken.
 */
export async function takeBatch(
  tx: StoreTx,
  wallMs: number,
  limits: BatchLimits,
  behind: Ref | null = null,
): Promise<Batch> {
  const state = await tx.state();
  const {rows, order} = await nextRows(tx, limits.rows, behind);
  if (state === undefined || rows.length === 0) return {items: [], end: null};
  const ws = new Workset(tx);
  const writing = writingBy(state, wallMs);
  const items: BatchItem[] = [];
  let bytes = 0;
  let loaded = 0;
  const ordered = revisionsFirst(rows);
  for (const [index, row] of ordered.entries()) {
    if (index === loaded) {
      const fitting = index === 0 ? 0 : Math.floor(((limits.bytes - bytes) * index) / bytes);
      loaded += Math.max(LOADED_FIRST, Math.min(index, fitting));
      await loadFrom(ws, ordered.slice(index, loaded));
    }
    const version = ws.version(row);
    const size = HEAD_BYTES + (version?.data.length ?? 0) + (version?.body?.length ?? 0);
    if (items.length > 0 && bytes + size > limits.bytes) break;
    const item = send(ws, row, writing);
    if (item !== undefined) items.push(item);
    bytes += size;
  }
  await ws.flush();
  const taken = new Set(items.map(({pushed}) => refKey(pushed)));
  return {items, end: order === 'by_ref' ? (rows.findLast((row) => taken.has(refKey(row))) ?? null) : null};
}

interface NextRows {
  readonly rows: readonly OutboxRow[];
  readonly order: 'oldest_first' | 'by_ref';
}

/** The oldest first; but more than a batch, as a first upload is, goes out in the order that reads fastest. */
async function nextRows(tx: StoreTx, limit: number, behind: Ref | null): Promise<NextRows> {
  const oldest = behind === null ? await tx.outboxHead(limit) : null;
  if (oldest !== null && oldest.length < limit) return {rows: oldest, order: 'oldest_first'};
  return {rows: await tx.outboxByRef(limit, behind), order: 'by_ref'};
}

async function loadFrom(ws: Workset, rows: readonly OutboxRow[]): Promise<void> {
  await ws.loadWaiting(rows);
  await ws.load(rows.flatMap((row) => revisedRef(ws, row)));
}

/** Revisions before what they are an older version of, while the server still has those parts and needn't be sent them. */
function revisionsFirst(rows: readonly OutboxRow[]): OutboxRow[] {
  return [...rows.filter((row) => row.kind === 'revision'), ...rows.filter((row) => row.kind !== 'revision')];
}

function send(ws: Workset, row: OutboxRow, writing: Writing): BatchItem | undefined {
  const entity = ws.entity(row);
  const stored = ws.version(row);
  if (entity === undefined || stored === undefined) {
    ws.setOutbox(row, undefined);
    return undefined;
  }
  const isOwn = entity.own !== null;
  const stamp = row.sent.includes(row.stamp) || !isOwn ? row.stamp : finalStamp(row, entity.ownSent, writing);
  const pushed = {...stored, stamp};
  const own = isOwn && stamp > (entity.own ?? '') ? stamp : entity.own;
  if (stamp !== entity.stamp || own !== entity.own) ws.setEntity({...entity, stamp, own});
  const sent = row.sent.includes(stamp) ? row.sent : [...row.sent, stamp];
  ws.markSent({...row, stamp, sent, tries: row.tries + 1});
  const wire = {
    ...encodeVersion(pushed, leftOut(ws, row, pushed)),
    base: row.base,
    sent: row.sent.filter((one) => one !== stamp).slice(-MAX_SENT_STAMPS),
  };
  return {pushed, sent, wire};
}

/** The time of the edit decides, as far as the clock check knows it; never at or before anything that it must follow. */
function finalStamp(row: OutboxRow, ownSent: Stamp | null, {replica, wallMs, correctionMs}: Writing): Stamp {
  const editedMs = Math.min(row.editedMs, wallMs) + correctionMs;
  return makeStamp(editedMs, replica, [row.base, ownSent, ...row.sent]);
}

/** A part that the server has isn't sent: it has the base's, and for a revision what it revises. */
function leftOut(ws: Workset, row: OutboxRow, pushed: Version): {data: boolean; body: boolean} {
  const [of] = revisedRef(ws, row);
  const original = of === undefined ? undefined : ws.outbox(of);
  // Once that has left, the server may no longer have what it had.
  const revised = original?.sent.length === 0 ? original.baseVersion : undefined;
  const had = row.sendWhole ? undefined : (row.baseVersion ?? revised);
  // Written beside a version that is damaged here: what is damaged can't be sent, and the server has it whole.
  if (!had && row.baseVersion === null && ws.entity(row)?.known) return damagedParts(pushed);
  if (!had || isErased(had)) return {data: false, body: false};
  const isSame = (part: 'data' | 'body') => pushed.parts[part] !== EMPTY_HASH && had.parts[part] === pushed.parts[part];
  return {data: isSame('data'), body: isSame('body')};
}

function revisedRef(ws: Workset, row: Ref): Ref[] {
  if (row.kind !== 'revision') return [];
  const meta = ws.entity(row)?.meta;
  return meta?.type === 'revision' ? [{kind: meta.ofKind, id: meta.of}] : [];
}
