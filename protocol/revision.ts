/**
 * Revisions: an older version kept byte for byte, with its stamp, under an id that every device derives alike, so that the
 * server, the pushing replica and a retry all make the one same entity.
 */

import {
  type ConflictState,
  entityHash,
  metaHash,
  type RevisionMeta,
  type RevisionReason,
  type Version,
} from './entity.ts';
import {derivedId} from './ids.ts';

/** `by`: the replica that replaced the version unseen, whose conflict is another than the one that the server made of it. */
export function revisionId(of: string, stamp: string, hash: string, reason: RevisionReason, by?: string): string {
  return derivedId('revision', of, stamp, hash, reason, ...(by === undefined ? [] : [by]));
}

interface Making {
  /** Of a conflict; it starts `open`. */
  readonly state?: ConflictState;
  readonly by?: string;
}

/** `version` must be no revision itself. */
export function revisionOf(version: Version, reason: RevisionReason, {state = 'open', by}: Making = {}): Version {
  const meta: RevisionMeta = {
    type: 'revision',
    of: version.id,
    ofKind: version.kind,
    stamp: version.stamp,
    reason,
    ...(reason === 'conflict' ? {state} : {}),
    ...(version.deleted ? {wasDeleted: true as const} : {}),
  };
  const parts = {...version.parts, meta: metaHash(meta)};
  const id = revisionId(version.id, version.stamp, version.hash, reason, by);
  const {stamp, data, body} = version;
  return {kind: 'revision', id, stamp, deleted: false, meta, data, body, parts, hash: entityHash(parts)};
}
