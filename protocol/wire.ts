/**
 * Versions to messages and back. Decoding checks everything that a version says of itself: shape by kind, sizes, part
 * hashes, the hash. What passes can be stored; what doesn't is a typed rejection that names the entity's fault.
 */

import {type Bytes, fromBase64Url, toBase64Url, utf8Bytes, utf8Text} from './bytes.ts';
import {entityHash, hasBody, metaHash, NO_BYTES, type Version} from './entity.ts';
import {failed, ok, type RejectionType, type Result} from './errors.ts';
import {EMPTY_HASH, type Hash, hashOf} from './hash.ts';
import {MAX_ENTITY_BYTES} from './limits.ts';
import type {WirePart, WireVersion} from './messages.ts';

export interface Rejection {
  readonly type: RejectionType;
  readonly message: string;
}

/** A received version; `data` or `body` is null where it was left out though its hash says that there is one. */
export interface Received extends Omit<Version, 'data'> {
  readonly data: Bytes | null;
}

export interface LeaveOut {
  readonly data?: boolean;
  readonly body?: boolean;
}

export function encodePart(bytes: Uint8Array): WirePart {
  return utf8Text(bytes) ?? {base64: toBase64Url(bytes)};
}

export function decodePart(part: WirePart): Bytes | undefined {
  return typeof part === 'string' ? utf8Bytes(part) : fromBase64Url(part.base64);
}

/** A body that isn't here (null) is left out by itself. */
export function encodeVersion(version: Version, leaveOut: LeaveOut = {}): WireVersion {
  const {kind, id, stamp, deleted, hash, parts, meta, data, body} = version;
  return {
    kind,
    id,
    stamp,
    ...(deleted ? {deleted: true as const} : {}),
    hash,
    parts: {
      ...(parts.meta === EMPTY_HASH ? {} : {meta: parts.meta}),
      ...(parts.data === EMPTY_HASH ? {} : {data: parts.data}),
      ...(parts.body === EMPTY_HASH ? {} : {body: parts.body}),
    },
    ...(meta === null ? {} : {meta}),
    ...(leaveOut.data || data.length === 0 ? {} : {data: encodePart(data)}),
    ...(leaveOut.body || body === null || body.length === 0 ? {} : {body: encodePart(body)}),
  };
}

/** `hash`: another SHA-256 with the same text, where much is decoded. */
export function decodeVersion(wire: WireVersion, hash = hashOf): Result<Received, Rejection> {
  const {kind, id, stamp} = wire;
  const parts = {
    meta: wire.parts.meta ?? EMPTY_HASH,
    data: wire.parts.data ?? EMPTY_HASH,
    body: wire.parts.body ?? EMPTY_HASH,
  };
  const deleted = wire.deleted ?? false;
  const meta = wire.meta ?? null;
  const shapeFault = findShapeFault({kind, id, deleted, meta, parts});
  if (shapeFault !== undefined) return failed({type: 'malformed_entity', message: shapeFault});
  if (entityHash(parts, hash) !== wire.hash || metaHash(meta) !== parts.meta) return wrongHash(id);
  const data = receivePart(wire.data, parts.data, hash);
  const body = receivePart(wire.body, parts.body, hash);
  if (data === 'wrong' || body === 'wrong') return wrongHash(id);
  if ((data?.length ?? 0) + (body?.length ?? 0) > MAX_ENTITY_BYTES) {
    return failed({type: 'entity_too_large', message: `${kind} ${id} is larger than ${MAX_ENTITY_BYTES} bytes`});
  }
  return ok({kind, id, stamp, deleted, hash: wire.hash, parts, meta, data, body});
}

export function isWhole(received: Received): received is Version {
  return received.data !== null;
}

/** Why this is no version, whatever its hashes say; undefined where it may be one. */
export function findShapeFault({
  kind,
  id,
  deleted,
  meta,
  parts,
}: Pick<Version, 'kind' | 'id' | 'deleted' | 'meta' | 'parts'>): string | undefined {
  if (deleted && meta?.type !== 'tombstone') return `${kind} ${id} is deleted without a tombstone's meta`;
  if (!deleted && meta?.type === 'tombstone') return `${kind} ${id} has a tombstone's meta and isn't deleted`;
  if (!deleted && (kind === 'revision') !== (meta?.type === 'revision')) return `${kind} ${id} has the wrong meta`;
  if (!deleted && parts.data === EMPTY_HASH) return `${kind} ${id} has no data`;
  if (!hasBody(kind) && parts.body !== EMPTY_HASH) return `${kind} ${id} has a body`;
  if (parts.data === EMPTY_HASH && parts.body !== EMPTY_HASH) return `${kind} ${id} has a body and no data`;
  return undefined;
}

function receivePart(part: WirePart | undefined, named: Hash, hash: typeof hashOf): Bytes | null | 'wrong' {
  if (part === undefined) return named === EMPTY_HASH ? NO_BYTES : null;
  const bytes = decodePart(part);
  return bytes !== undefined && hash(bytes) === named ? bytes : 'wrong';
}

function wrongHash(id: string): {readonly ok: false; readonly error: Rejection} {
  return failed({type: 'wrong_hash', message: `${id} doesn't have the hash that it names`});
}
