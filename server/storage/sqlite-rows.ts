/** SQLite's rows to the port's and back. What a damaged column can't say becomes a row that fails its own hash. */

import type {Bytes} from '../../protocol/bytes.ts';
import {canonicalJson} from '../../protocol/canonical.ts';
import type {Kind, Meta} from '../../protocol/entity.ts';
import type {AccountRow, DeviceRow, DocumentRow, EntityRow, JudgedRow, WholeRow} from './port.ts';
import {factsOf} from './row-facts.ts';

export interface SqlEntity {
  readonly kind: Kind;
  readonly id: string;
  readonly stamp: string;
  readonly deleted: number;
  readonly hash: string;
  readonly meta_hash: string;
  readonly data_hash: string;
  readonly body_hash: string;
  readonly seq: number;
  readonly body_seq: number;
  readonly received_ms: number;
  readonly meta: string | null;
  readonly data: Uint8Array;
  readonly body: Uint8Array | null;
}

export const HEAD_COLUMNS =
  'kind, id, stamp, deleted, hash, meta_hash, data_hash, body_hash, seq, body_seq, received_ms, meta, data';

export function toEntityRow(sql: SqlEntity): EntityRow {
  return {
    kind: sql.kind,
    id: sql.id,
    stamp: sql.stamp,
    deleted: sql.deleted === 1,
    hash: sql.hash,
    parts: {meta: sql.meta_hash, data: sql.data_hash, body: sql.body_hash},
    meta: parseMeta(sql.meta),
    data: toBytes(sql.data),
    body: sql.body === null ? null : toBytes(sql.body),
    seq: sql.seq,
    bodySeq: sql.body_seq,
    receivedMs: sql.received_ms,
  };
}

/** Columns by name, as `putEntity` binds them. */
export function fromEntityRow(account: string, row: WholeRow) {
  const facts = factsOf(row);
  return {
    account,
    kind: row.kind,
    id: row.id,
    stamp: row.stamp,
    deleted: row.deleted ? 1 : 0,
    hash: row.hash,
    meta_hash: row.parts.meta,
    data_hash: row.parts.data,
    body_hash: row.parts.body,
    seq: row.seq,
    body_seq: row.bodySeq,
    received_ms: row.receivedMs,
    bucket: facts.bucket,
    counted: facts.counted ? 1 : 0,
    erased: facts.erased ? 1 : 0,
    has_body: facts.hasBodyBytes ? 1 : 0,
    erase_at_ms: facts.eraseAtMs,
    tombstone_of: facts.tombstoneOf,
    open_conflict_of: facts.openConflictOf,
    meta: metaText(row.meta),
    data: row.data,
    body: row.body,
  };
}

export function metaText(meta: Meta | null): string | null {
  return meta === null ? null : canonicalJson({...meta});
}

export interface SqlAccount {
  readonly account: string;
  readonly username: string;
  readonly username_key: string;
  readonly password_hash: string;
  readonly created_ms: number;
}

export function toAccountRow(sql: SqlAccount): AccountRow {
  return {
    id: sql.account,
    username: sql.username,
    usernameKey: sql.username_key,
    passwordHash: sql.password_hash,
    createdMs: sql.created_ms,
  };
}

export interface SqlDevice {
  readonly account: string;
  readonly id: string;
  readonly name: string;
  readonly token_hash: string;
  readonly created_ms: number;
  readonly last_seen_ms: number;
  readonly last_address: string | null;
  readonly cursor_seq: number;
  readonly removed_ms: number | null;
}

export function toDeviceRow(sql: SqlDevice): DeviceRow {
  return {
    accountId: sql.account,
    id: sql.id,
    name: sql.name,
    tokenHash: sql.token_hash,
    createdMs: sql.created_ms,
    lastSeenMs: sql.last_seen_ms,
    lastAddress: sql.last_address,
    cursorSeq: sql.cursor_seq,
    removedMs: sql.removed_ms,
  };
}

export interface SqlDocument {
  readonly head_seq: number;
  readonly head_mark: string;
  readonly root: string;
  readonly digests: Uint8Array;
  readonly floor: number;
  readonly lossy: string;
}

export function toDocumentRow(sql: SqlDocument): DocumentRow {
  const {head_seq: headSeq, head_mark: headMark, root, digests, floor, lossy} = sql;
  return {
    headSeq,
    headMark,
    root,
    digests: toBytes(digests),
    floor,
    lossy: lossy.split(' ').filter(Boolean).map(Number),
  };
}

/** Columns by name, as `putDocument` binds them. */
export function fromDocumentRow(account: string, {headSeq, headMark, root, digests, floor, lossy}: DocumentRow) {
  return {account, head_seq: headSeq, head_mark: headMark, root, digests, floor, lossy: lossy.join(' ')};
}

export interface SqlJudged {
  readonly stamp: string;
  readonly outcome: JudgedRow['outcome'];
  readonly parents: string;
  readonly over: string | null;
}

/** Stamps hold no spaces. */
export function toJudgedRow({stamp, outcome, parents, over}: SqlJudged): JudgedRow {
  return {stamp, outcome, parents: parents === '' ? [] : parents.split(' '), ...(over === null ? {} : {over})};
}

function parseMeta(text: string | null): Meta | null {
  if (text === null) return null;
  try {
    return JSON.parse(text) as Meta;
  } catch {
    return null;
  }
}

/** A plain view of the Buffer that better-sqlite3 gives. */
function toBytes(blob: Uint8Array): Bytes {
  return new Uint8Array(blob.buffer as ArrayBuffer, blob.byteOffset, blob.byteLength);
}
