/**
 * What a replica does when the server judged that both sides changed (design section 6): it alone holds base, mine and
 * theirs, so it alone merges. Fields of `data` merge one by one; the text merges as a whole: where only one side changed it.
 * Where anything overlaps nothing is merged, and the loser stays what it is: a revision.
 */

import type {Bytes} from '../../protocol/bytes.ts';
import {keepsLosers, type Version} from '../../protocol/entity.ts';
import {hashOf} from '../../protocol/hash.ts';

/** Three-way merge of canonical JSON, field by field; null where both sides changed the same field (src/notes/merge.ts). */
export type MergeData = (base: Bytes, mine: Bytes, theirs: Bytes) => Bytes | null;

export interface Merged {
  readonly data: Bytes;
  readonly body: Bytes;
}

/** `theirs` must descend from `base`: only then are their differences theirs. Null: keep the winner as it is. */
export function mergeVersions(
  mergeData: MergeData,
  base: Version | null,
  mine: Version,
  theirs: Version,
): Merged | null {
  if (base === null || !keepsLosers(mine.kind)) return null;
  if (base.deleted || mine.deleted || theirs.deleted) return null;
  if ([base, mine].some(({data, parts}) => hashOf(data) !== parts.data)) return null; // damaged on this device
  const side = pickSide(base.parts.body, mine.parts.body, theirs.parts.body);
  const body = side === null ? null : {mine, theirs}[side].body;
  const data = mergeData(base.data, mine.data, theirs.data);
  return data === null || body === null ? null : {data, body};
}

/** Whose value stands when at most one side changed it; null when both did. */
function pickSide(base: string, mine: string, theirs: string): 'mine' | 'theirs' | null {
  if (mine === theirs || theirs === base) return 'mine';
  return mine === base ? 'theirs' : null;
}
