/**
 * The server erases the revisions of a note after the note (ADR 31). An edit made meanwhile on a device that was away brings the
 * note back, or is a conflict that may; its revisions, which that device has, come back with it. They are told to be erased behind
 * the note: where this one is live here all the same, or asked about, they are made anew on top of their tombstones.
 */

import {isErased, isOpenConflict, type Ref, type RevisionMeta, type Version} from '../../protocol/entity.ts';
import {damagedParts} from './inspect.ts';
import {type Writing, writeVersion} from './local-version.ts';
import type {ServerVersion} from './server-version.ts';
import type {Workset} from './workset.ts';

/** What the erased among `told` are revisions of, as far as a conflict of that stays open here. Loads that; they must be loaded. */
export async function loadOriginals(ws: Workset, told: readonly ServerVersion[]): Promise<ReadonlySet<string>> {
  const originals = new Map(told.flatMap((version) => originalOf(ws, version)).map((ref) => [ref.id, ref]));
  await ws.load([...originals.values()]);
  const metaById = new Map(told.map(({id, meta}) => [id, meta]));
  const disputed = new Set<string>();
  for (const of of originals.keys())
    if ((await ws.tx.revisionsOf(of)).some(({id, meta}) => isOpenConflict(metaById.get(id) ?? meta))) disputed.add(of);
  return disputed;
}

/** The revision as it is here, where it is to come back; ask before it is replaced by the tombstone. */
export function findNeeded(ws: Workset, told: ServerVersion, disputed: ReadonlySet<string>): Version | undefined {
  const isNeeded = originalOf(ws, told).some((ref) => disputed.has(ref.id) || ws.entity(ref)?.deleted === false);
  const stored = isNeeded ? ws.version(told) : undefined;
  if (stored === undefined || stored.body === null) return undefined;
  const damaged = damagedParts(stored);
  return damaged.data || damaged.body ? undefined : stored;
}

/** A conflict that was open here has been decided elsewhere: the server erases none that is open. */
export function bringBack(ws: Workset, {kind, id, meta, data, body}: Version, writing: Writing): void {
  if (meta?.type !== 'revision' || body === null) return;
  const decided: RevisionMeta = meta.state === 'open' ? {...meta, state: 'resolved'} : meta;
  writeVersion(ws, {kind, id}, {deleted: false, meta: decided, data, body}, writing);
}

/** Nothing where it isn't the erasing, with what it is of, of a revision that is here. */
function originalOf(ws: Workset, told: ServerVersion): Ref[] {
  const isErasedWith = told.kind === 'revision' && isErased(told) && told.meta?.of !== undefined;
  const meta = isErasedWith && ws.outbox(told) === undefined ? ws.entity(told)?.meta : undefined;
  return meta?.type === 'revision' ? [{kind: meta.ofKind, id: meta.of}] : [];
}
