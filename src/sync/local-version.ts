/**
 * Making versions here: the one place where a local change becomes an entity row with its stamp and its outbox row
 * (design sections 4, 5.2 and 7). Works on a workset inside the caller's transaction.
 */

import type {Bytes} from '../../protocol/bytes.ts';
import {
  type ConflictState,
  entityHash,
  type Meta,
  makeVersion,
  type Ref,
  type RevisionMeta,
  type RevisionReason,
  toHead,
  type Version,
  withSameBody,
} from '../../protocol/entity.ts';
import {hashOf} from '../../protocol/hash.ts';
import {revisionId, revisionOf} from '../../protocol/revision.ts';
import {makeStamp, type Stamp} from '../../protocol/stamp.ts';
import {correctionMs} from './clock.ts';
import type {EntityRow, OutboxRow, ReplicaState} from './ports.ts';
import type {Workset} from './workset.ts';

const MERGE_REVISION_EVERY_MS = 10 * 60_000;

/** Who writes, and when. */
export interface Writing {
  readonly replica: string;
  /** Device time, and what the clock check adds to it for stamps; milliseconds. */
  readonly wallMs: number;
  readonly correctionMs: number;
}

export function writingBy(state: ReplicaState, wallMs: number): Writing {
  return {replica: state.replica, wallMs, correctionMs: correctionMs(state)};
}

export interface Content {
  readonly deleted: boolean;
  readonly meta: Meta | null;
  readonly data: Bytes;
  /** `same`: the stored version's body, which need not be here. */
  readonly body: Bytes | 'same';
}

/**
 * Writes a version on top of the stored one. Returns undefined, and writes nothing, when the stored one is the same.
 * The stamp sorts after base, stored row, `after` and every own stamp ever made for this entity, whatever the clock says.
 * `beside`: the version that it was made of, where the stored one, which the server has, wasn't.
 */
export function writeVersion(
  ws: Workset,
  ref: Ref,
  content: Content,
  writing: Writing,
  after: readonly Stamp[] = [],
  beside: Version | null = null,
): Version | undefined {
  const stored = ws.version(ref);
  const row = ws.entity(ref);
  const {replica, wallMs, correctionMs} = writing;
  const before = [row?.known?.stamp, ws.outbox(ref)?.base, row?.stamp, row?.own, row?.ownSent];
  const stamp = makeStamp(wallMs + correctionMs, replica, [...before, ...after]);
  const next = compose(ref, content, stamp, stored);
  if (stored !== undefined && stored.hash === next.hash && stored.deleted === next.deleted) return undefined;
  const known = row?.known?.stamp ?? null;
  const isOnTop = beside === null && (stored === undefined || !isLeftToServer(ws, stored, content));
  const base = isOnTop ? known : (beside?.stamp ?? after.find((one) => one !== known) ?? null);
  ws.setOutbox(ref, queue(ws.outbox(ref), isOnTop ? stored : (beside ?? undefined), base, next, wallMs));
  ws.setEntity({
    ...toHead(next),
    known: row?.known ?? null,
    own: stamp,
    ownSent: row?.ownSent ?? null,
    ...(row === undefined ? {revisedMs: wallMs} : keptTimes(row)),
  });
  if (next.body !== null) ws.setBody(ref, next.parts.body, next.body);
  return next;
}

/** What a row says of its automatic revisions, which a new version takes over. */
export function keptTimes(row: EntityRow | undefined): Pick<EntityRow, 'revisedMs' | 'mergedMs'> {
  const {revisedMs = null, mergedMs} = row ?? {};
  return {revisedMs, ...(mergedMs === undefined ? {} : {mergedMs})};
}

/**
 * Whether what a change replaces is damaged here and whole on the server, which then is to keep it: the change is written
 * beside that version instead of on top of it, and this device has nothing to keep of it.
 */
export function isLeftToServer(
  ws: Workset,
  stored: Version,
  {data, body}: Partial<Pick<Content, 'data' | 'body'>>,
): boolean {
  if (ws.outbox(stored) !== undefined || ws.entity(stored)?.known?.stamp !== stored.stamp) return false;
  const loses = (held: Bytes | null, next: Bytes, hash: string) =>
    held !== null && hashOf(held) !== hash && hashOf(next) !== hash;
  if (data !== undefined && data !== stored.data && loses(stored.data, data, stored.parts.data)) return true;
  return body !== undefined && body !== 'same' && loses(stored.body, body, stored.parts.body);
}

/** The ref that keepVersion writes; load it first. */
export function revisionRef(version: Version, reason: RevisionReason, by?: string): Ref {
  return {kind: 'revision', id: revisionId(version.id, version.stamp, version.hash, reason, by)};
}

/**
 * Keeps a version as a revision, to be pushed like any entity. Made only if absent; one that is deleted counts as present.
 */
export function keepVersion(ws: Workset, version: Version, reason: RevisionReason, wallMs: number, by?: string): void {
  const ref = revisionRef(version, reason, by);
  if (ws.entity(ref) !== undefined) return;
  const revision = hashedAsStored(revisionOf(version, reason, by === undefined ? {} : {by}));
  ws.setEntity({...toHead(revision), known: null, own: null, ownSent: null, revisedMs: null});
  if (revision.body !== null) ws.setBody(ref, revision.parts.body, revision.body);
  ws.setOutbox(ref, queue(undefined, undefined, null, revision, wallMs));
}

/**
 * What this device replaces without a person having seen it. A conflict of its own: where the version lost elsewhere too, it may
 * have been merged there, or decided about, without what replaces it here. Load its ref first.
 */
export function keepUnseen(ws: Workset, version: Version, {replica, wallMs}: Writing): void {
  keepVersion(ws, version, 'conflict', wallMs, replica);
}

export function unseenRef(version: Version, {replica}: Writing): Ref {
  return revisionRef(version, 'conflict', replica);
}

/** What a merge was made on top of: one revision in so long a time, as two who write at once merge with every pause. */
export function keepForMerge(ws: Workset, version: Version, wallMs: number): void {
  const row = ws.entity(version);
  const isDue = row?.mergedMs === undefined || Math.abs(wallMs - row.mergedMs) >= MERGE_REVISION_EVERY_MS;
  if (row === undefined || !isDue) return;
  keepVersion(ws, version, 'merge', wallMs);
  ws.setEntity({...row, mergedMs: wallMs});
}

/** What has become of a conflict; nothing where it isn't open any more. Load its revision first. */
export function setConflictState(
  ws: Workset,
  ref: Ref,
  state: Exclude<ConflictState, 'open'>,
  writing: Writing,
): 'set' | 'not open' {
  const revision = ws.version(ref);
  if (revision?.meta?.type !== 'revision' || revision.meta.state !== 'open') return 'not open';
  const meta: RevisionMeta = {...revision.meta, state};
  writeVersion(ws, ref, {deleted: false, meta, data: revision.data, body: 'same'}, writing);
  return 'set';
}

/** Bytes that were damaged since are kept as what they are now: a revision is never itself a damaged row. */
function hashedAsStored(revision: Version): Version {
  const {data, body, parts} = revision;
  const found = {...parts, data: hashOf(data), body: body === null ? parts.body : hashOf(body)};
  return {...revision, parts: found, hash: entityHash(found)};
}

/** The version that a change makes of the stored one; written by nobody yet. */
export function compose(ref: Ref, content: Content, stamp: Stamp, stored: Version | undefined): Version {
  const made = composeParts(ref, content, stamp, stored);
  if (stored === undefined || content.data !== stored.data) return made;
  // What isn't changed keeps the hash that it has: a damaged part must not become a sound one by an edit of the other.
  const parts = {...made.parts, data: stored.parts.data};
  return {...made, parts, hash: entityHash(parts)};
}

function composeParts(
  ref: Ref,
  {deleted, meta, data, body}: Content,
  stamp: Stamp,
  stored: Version | undefined,
): Version {
  const draft = {kind: ref.kind, id: ref.id, stamp, deleted, meta, data};
  if (body !== 'same') return makeVersion({...draft, body});
  return stored === undefined ? makeVersion({...draft, body: new Uint8Array(0)}) : withSameBody(draft, stored);
}

/** A further edit changes stamp and time of what waits, never its base. */
function queue(
  row: OutboxRow | undefined,
  stored: Version | undefined,
  known: Stamp | null,
  next: Version,
  wallMs: number,
): OutboxRow {
  if (row !== undefined) return {...row, stamp: next.stamp, editedMs: wallMs, parked: null, tries: 0};
  return {
    kind: next.kind,
    id: next.id,
    stamp: next.stamp,
    base: known,
    baseVersion: known === null ? null : (stored ?? null),
    editedMs: wallMs,
    queuedMs: wallMs,
    sent: [],
    theirs: null,
    tries: 0,
    parked: null,
    sendWhole: false,
  };
}
