/**
 * Entities as sync sees them. `data` and `body` are opaque bytes to the server; `meta` is clear and small.
 * hash = SHA-256(H(meta) ‖ H(data) ‖ H(body)); a part that isn't there hashes as no bytes. The part hashes travel with the
 * head, so that a head can be checked and stored before its body is here, and a part that the other side has is left out.
 */

import type {Bytes} from './bytes.ts';
import {concatBytes, fromBase64Url} from './bytes.ts';
import {canonicalBytes} from './canonical.ts';
import {EMPTY_HASH, type Hash, hashOf} from './hash.ts';
import type {Stamp} from './stamp.ts';

export const KINDS = ['note', 'branch', 'attribute', 'attachment', 'revision', 'option'] as const;
export type Kind = (typeof KINDS)[number];

export interface Ref {
  readonly kind: Kind;
  readonly id: string;
}

export const REVISION_REASONS = ['edit', 'conflict', 'merge', 'restore', 'import', 'named'] as const;
export type RevisionReason = (typeof REVISION_REASONS)[number];

/** Only conflicts have one. `open`: shown in "Conflicts", never dropped. */
export const CONFLICT_STATES = ['open', 'merged', 'resolved'] as const;
export type ConflictState = (typeof CONFLICT_STATES)[number];

export interface RevisionMeta {
  readonly type: 'revision';
  /** The entity that this is an older version of. */
  readonly of: string;
  readonly ofKind: Kind;
  /** The kept version's stamp: who wrote it and when. The revision's own changes with its state. */
  readonly stamp: Stamp;
  readonly reason: RevisionReason;
  readonly state?: ConflictState | undefined;
  /** The kept version was a deletion. */
  readonly wasDeleted?: true | undefined;
}

export interface TombstoneMeta {
  readonly type: 'tombstone';
  /** Milliseconds, counted from the server's receipt. */
  readonly eraseAfterMs: number;
  /** The note that this was deleted with: erased together. */
  readonly of?: string | undefined;
}

export type Meta = RevisionMeta | TombstoneMeta;

export interface PartHashes {
  readonly meta: Hash;
  readonly data: Hash;
  readonly body: Hash;
}

/** A version without its body. */
export interface Head extends Ref {
  readonly stamp: Stamp;
  readonly deleted: boolean;
  readonly hash: Hash;
  readonly parts: PartHashes;
  readonly meta: Meta | null;
  readonly data: Bytes;
}

/** A whole version. `body` is null where it isn't here yet; empty bytes where there is none. */
export interface Version extends Head {
  readonly body: Bytes | null;
}

export interface Draft extends Ref {
  readonly stamp: Stamp;
  readonly deleted: boolean;
  readonly meta: Meta | null;
  readonly data: Bytes;
  readonly body: Bytes;
}

export const NO_BYTES: Bytes = new Uint8Array(0);

/** Only notes and revisions have a body. */
export function hasBody(kind: Kind): boolean {
  return kind === 'note' || kind === 'revision';
}

/** Kinds whose losing version is kept as a conflict revision (design section 6). */
export function keepsLosers(kind: Kind): boolean {
  return kind === 'note' || kind === 'attribute' || kind === 'attachment';
}

/** A deletion whose content is gone for good: outside the digest and the first sync. */
export function isErased(head: {readonly deleted: boolean; readonly parts: PartHashes}): boolean {
  return head.deleted && head.parts.data === EMPTY_HASH && head.parts.body === EMPTY_HASH;
}

/** Somebody is still asked which of two versions is to be current. Never of a deleted revision: that has a tombstone's meta. */
export function isOpenConflict(meta: Meta | null): boolean {
  return meta?.type === 'revision' && meta.state === 'open';
}

export function metaHash(meta: Meta | null): Hash {
  return meta === null ? EMPTY_HASH : hashOf(canonicalBytes({...meta}));
}

/**
 * Throws on part hashes that aren't hashes: every boundary checks HASH_PATTERN first. `hash`: SHA-256 in the form of hashOf, where
 * there is a faster one.
 */
export function entityHash({meta, data, body}: PartHashes, hash: (bytes: Bytes) => Hash = hashOf): Hash {
  const parts = [meta, data, body].map((part) => fromBase64Url(part) ?? invalid(part));
  return hash(concatBytes(...parts));
}

export function makeVersion(draft: Draft): Version {
  const parts = {meta: metaHash(draft.meta), data: hashOf(draft.data), body: hashOf(draft.body)};
  return {...draft, parts, hash: entityHash(parts)};
}

/** A version with the same body as `head`, which need not be here. */
export function withSameBody(
  draft: Omit<Draft, 'body'>,
  head: {readonly parts: PartHashes; readonly body: Bytes | null},
): Version {
  const parts = {meta: metaHash(draft.meta), data: hashOf(draft.data), body: head.parts.body};
  return {...draft, parts, hash: entityHash(parts), body: head.body};
}

export function refKey({kind, id}: Ref): string {
  return `${kind}:${id}`;
}

/** The order in which a first sync and a first upload go: by kind, then id, both by code unit. */
export function compareRefs(a: Ref, b: Ref): number {
  if (a.kind !== b.kind) return a.kind < b.kind ? -1 : 1;
  return a.id === b.id ? 0 : a.id < b.id ? -1 : 1;
}

export function toHead({kind, id, stamp, deleted, hash, parts, meta, data}: Head): Head {
  return {kind, id, stamp, deleted, hash, parts, meta, data};
}

function invalid(hash: string): never {
  throw new TypeError(`not a SHA-256: ${hash}`);
}
