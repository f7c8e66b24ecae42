/**
 * A save that meets a version which its editor didn't show (◆ in design section 4; ADR 27). What it would replace is kept as a
 * conflict, unless there is a way around: one text of both, or, where what was shown lost against what is stored, a version
 * beside that, of which the server says what the two have in common.
 */

import type {Bytes} from '../../protocol/bytes.ts';
import {entityHash, isErased, type Ref, type Version} from '../../protocol/entity.ts';
import {hashOf} from '../../protocol/hash.ts';
import {revisionId} from '../../protocol/revision.ts';
import type {EntityChange, Loaded} from './changes.ts';
import type {Merging} from './conflict.ts';
import type {Workset} from './workset.ts';

export type Save = EntityChange & {readonly type: 'save'};

export interface Merge {
  readonly merged: Bytes;
}

export interface Beside {
  /** What the editor showed; what is stored was made without it. */
  readonly lost: Version;
}

interface Replacement {
  readonly loaded: Loaded;
  readonly data?: Uint8Array | undefined;
  readonly body?: Uint8Array | undefined;
}

/**
 * The deletion of what is edited, and any other part that the save replaces and the editor didn't show. Parts alone tell: a
 * stamp that was never sent may be another version's by now, as sending gives the one that goes out the time of its edit.
 */
export function replacesUnseen(stored: Version, {loaded, data, body}: Replacement): boolean {
  if (stored.deleted && stored.parts.meta !== loaded.parts.meta) return true;
  if (isErased(stored)) return false;
  return (
    (data !== undefined && isUnseen(stored.parts.data, loaded.parts.data, data)) ||
    (body !== undefined && isUnseen(stored.parts.body, loaded.parts.body, body))
  );
}

/** The conflict revision that there is where what the editor showed lost against another version; load it first. */
export function lostRef({id, loaded}: Save): Ref {
  return {kind: 'revision', id: revisionId(id, loaded.stamp, entityHash(loaded.parts), 'conflict')};
}

/**
 * Null where there is none: another part is unseen too, one is a deletion, or the two texts overlap. What won without what was
 * shown must not be merged as if it had been made of it, for then what it never had would count as deleted; once the two were
 * merged, what is stored was made of both.
 */
export function wayAround(
  ws: Workset,
  stored: Version,
  change: Save,
  merging: Pick<Merging, 'mergeBody'> | null,
): Merge | Beside | null {
  if (stored.parts.meta !== change.loaded.parts.meta || replacesUnseen(stored, {...change, body: undefined}))
    return null;
  const {meta} = ws.entity(lostRef(change)) ?? {};
  const conflict = meta?.type === 'revision' ? meta.state : undefined;
  if (conflict !== undefined && isOnlyServers(ws, stored, change)) return lostVersion(ws, change);
  const merged = conflict === undefined || conflict === 'merged' ? mergeUnseen(stored, change, merging) : null;
  return merged === null ? null : {merged};
}

function isUnseen(stored: string, loaded: string, next: Uint8Array): boolean {
  return stored !== loaded && stored !== hashOf(next);
}

/** Whether what is stored is what the server has, and another than what was shown in its text alone. */
function isOnlyServers(ws: Workset, stored: Version, {loaded}: Save): boolean {
  if (stored.deleted || ws.outbox(stored) !== undefined || stored.parts.data !== loaded.parts.data) return false;
  return ws.entity(stored)?.known?.stamp === stored.stamp;
}

function lostVersion(ws: Workset, change: Save): Beside | null {
  const revision = ws.version(lostRef(change));
  if (revision === undefined) return null;
  const {kind, id, loaded} = change;
  const {data, body} = revision;
  const version = {kind, id, stamp: loaded.stamp, parts: loaded.parts, hash: entityHash(loaded.parts), data, body};
  return {lost: {...version, deleted: false, meta: null}};
}

function mergeUnseen(
  stored: Version,
  {loaded, data, body, shown}: Save,
  merging: Pick<Merging, 'mergeBody'> | null,
): Bytes | null {
  if (merging === null || shown === undefined || body === undefined || stored.body === null) return null;
  if (hashOf(shown) !== loaded.parts.body || hashOf(stored.body) !== stored.parts.body) return null;
  const sideOf = (text: Bytes) => ({data: stored.data, body: text});
  return merging.mergeBody(sideOf(shown), sideOf(stored.body), {data: data ?? stored.data, body});
}
