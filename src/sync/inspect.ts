/**
 * Looking at stored rows for what they are, not for what is said of them: every hash is computed from the bytes again.
 * Pure; the caller reads the rows and decides.
 */

import {isCounted} from '../../protocol/digest.ts';
import {entityHash, metaHash, type Version} from '../../protocol/entity.ts';
import {EMPTY_HASH, HASH_PATTERN, hashOf} from '../../protocol/hash.ts';
import {STAMP_PATTERN} from '../../protocol/stamp.ts';
import {findShapeFault} from '../../protocol/wire.ts';
import type {BodyRow, EntityRow, OutboxRow} from './ports.ts';

export interface StoredRows {
  readonly entity: EntityRow;
  readonly body: BodyRow | undefined;
  readonly outbox: OutboxRow | undefined;
}

/**
 * `damaged`: something fails its own hash. `bodiless`: the text that the head names isn't here, though it should be.
 * `unsent`: sound, unlike what the server is known to have, and nothing waits to send it.
 */
export type Finding = 'sound' | 'damaged' | 'bodiless' | 'unsent';

/** `bodies`: whether all texts are expected here, which is so once the first sync has ended. */
export function inspect({entity, body, outbox}: StoredRows, bodies: 'expected' | 'on_the_way'): Finding {
  if (!isHeadSound(entity)) return 'damaged';
  const isBodyHere = entity.parts.body === EMPTY_HASH || body?.hash === entity.parts.body;
  if (isBodyHere && entity.parts.body !== EMPTY_HASH && !isBodySound(body)) return 'damaged';
  if (outbox !== undefined) return 'sound';
  if (isOwnDeleted(entity)) return 'sound';
  if (!isBodyHere && bodies === 'expected') return 'bodiless';
  const isKnown = entity.known?.stamp === entity.stamp && entity.known.hash === entity.hash;
  return isKnown ? 'sound' : 'unsent';
}

/** A row that fails its own hash, or lacks its text, isn't counted: it is shown, and edits of it know what they are of. */
export function countsAsAbsent(entity: EntityRow): boolean {
  return entity.known === null || entity.known.counted !== isCounted(entity);
}

/** In this device's own "Recently deleted" (let-go.ts), or deleted before any server had it. */
export function isOwnDeleted(row: EntityRow | undefined): boolean {
  return row !== undefined && row.known === null && row.deleted;
}

export function asAbsent(entity: EntityRow): EntityRow {
  return entity.known?.counted ? {...entity, known: {...entity.known, counted: false}} : entity;
}

/** Parts that are here and fail their own hash. */
export function damagedParts({data, body, parts}: Version): {readonly data: boolean; readonly body: boolean} {
  return {data: hashOf(data) !== parts.data, body: body !== null && hashOf(body) !== parts.body};
}

/** Whether the hashes that the head names belong together; what they are of may be damaged all the same. */
export function namesItsParts({hash, parts, meta}: EntityRow): boolean {
  return typeof parts === 'object' && parts !== null && metaHash(meta) === parts.meta && isHashed(parts, hash);
}

function isHashed(parts: EntityRow['parts'], hash: string): boolean {
  return HASH_PATTERN.test(parts.data) && HASH_PATTERN.test(parts.body) && entityHash(parts) === hash;
}

/** A row of a damaged database may lack anything. */
function isHeadSound(row: EntityRow): boolean {
  const {stamp, hash, parts, meta, data} = row;
  if (!(data instanceof Uint8Array) || typeof parts !== 'object' || parts === null) return false;
  if (!STAMP_PATTERN.test(stamp) || !HASH_PATTERN.test(parts.body)) return false;
  if (findShapeFault(row) !== undefined) return false;
  return metaHash(meta) === parts.meta && hashOf(data) === parts.data && entityHash(parts) === hash;
}

function isBodySound(body: BodyRow | undefined): boolean {
  return body?.body instanceof Uint8Array && hashOf(body.body) === body.hash;
}
