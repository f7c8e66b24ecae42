/**
 * The server lacks a part of a pushed version that was left out, as it was not changed (verdict `parts_needed`): it is sent again,
 * whole, or made again on top of the server's version where the part isn't here either.
 */

import {entityHash, keepsLosers, type Version} from '../../protocol/entity.ts';
import type {SyncError} from '../../protocol/errors.ts';
import {type Judging, mergeVersions} from './conflict.ts';
import {damagedParts} from './inspect.ts';
import {keepVersion, writeVersion} from './local-version.ts';
import type {BatchItem} from './outbox.ts';
import type {OutboxRow} from './ports.ts';
import {adopt, newest, type ServerVersion} from './server-version.ts';
import {DAMAGED_HERE, TEXT_MISSING} from './unresolved.ts';

const ASKED_AGAIN: SyncError = {
  type: 'server_error',
  message: 'the server asks for parts of a change that it was sent whole',
};

/**
 * The server lacks a part that was left out. Where it isn't here either (a text that never arrived, or that the disk
 * damaged), only the other part was edited here: that edit is made again on top of the server's version, whose part is kept
 * when both changed it.
 */
export function sendParts(
  judging: Judging,
  item: BatchItem,
  row: OutboxRow,
  current: ServerVersion | undefined,
  descends: boolean,
): void {
  const {ws, writing} = judging;
  const stored = ws.version(row) ?? item.pushed;
  const lacks = partsLacked(stored);
  if (lacks.length === 0) {
    const isSentWhole = row.sendWhole && row.stamp === item.pushed.stamp;
    ws.setOutbox(row, {...row, sendWhole: true, parked: isSentWhole ? ASKED_AGAIN : null});
    return;
  }
  if (current === undefined) {
    ws.setOutbox(row, {...row, parked: stored.body === null ? TEXT_MISSING : DAMAGED_HERE});
    return;
  }
  const latest = newest(current, row.theirs);
  const mine = withPartsOf(stored, latest, lacks);
  const base = row.baseVersion && withPartsOf(row.baseVersion, latest, lacks);
  const isSaid = descends && latest === current; // of that version alone
  const merged = isSaid && base !== null ? mergeVersions(judging.merging, base, mine, latest) : null;
  const wins = merged !== null || mine.stamp > latest.stamp;
  if (merged === null && keepsLosers(latest.kind)) keepVersion(ws, wins ? latest : mine, 'conflict', writing.wallMs);
  adopt(ws, latest, item.sent);
  if (!wins) return;
  const {deleted, meta} = stored;
  const {data, body} = merged ?? mine;
  writeVersion(ws, latest, {deleted, meta, data, body: body ?? 'same'}, writing);
}

type ContentPart = 'data' | 'body';

export function partsLacked(version: Version): ContentPart[] {
  const damaged = damagedParts(version);
  const isLacked = {data: damaged.data, body: version.body === null || damaged.body};
  return (['data', 'body'] as const).filter((part) => isLacked[part]);
}

export function withPartsOf(version: Version, other: Version, names: readonly ContentPart[]): Version {
  const from = (name: ContentPart) => (names.includes(name) ? other : version);
  const parts = {...version.parts, data: from('data').parts.data, body: from('body').parts.body};
  return {...version, parts, hash: entityHash(parts), data: from('data').data, body: from('body').body};
}
