/**
 * What a replica does when the server judged that both sides changed (design section 6): it alone holds base, mine and
 * theirs, so it alone merges. Fields of `data` merge one by one; a text that only one side changed is that side's, one that
 * both changed is merged by its blocks and words. Where anything overlaps nothing is merged, and the loser stays what it is:
 * a revision.
 */

import type {Bytes} from '../../protocol/bytes.ts';
import {keepsLosers, type Version} from '../../protocol/entity.ts';
import {hashOf} from '../../protocol/hash.ts';
import type {Writing} from './local-version.ts';
import type {Workset} from './workset.ts';

export interface Merged {
  readonly data: Bytes;
  readonly body: Bytes;
}

/**
 * How contents merge (src/notes/merge.ts). Null where both sides changed the same thing. `base` null: both were made of
 * nothing. Which side is whose makes no difference, so that all devices merge alike.
 */
export interface Merging {
  readonly mergeData: (base: Bytes | null, mine: Bytes, theirs: Bytes) => Bytes | null;
  readonly mergeBody: (base: Merged | null, older: Merged, newer: Merged) => Bytes | null;
}

/** What a verdict is applied with. */
export interface Judging {
  readonly ws: Workset;
  readonly writing: Writing;
  readonly merging: Merging;
}

/**
 * `theirs` must descend from `base`, or both have been made of nothing (`base` null): only then are their differences
 * theirs. Null: keep the winner as it is.
 */
export function mergeVersions(merging: Merging, base: Version | null, mine: Version, theirs: Version): Merged | null {
  if (!keepsLosers(mine.kind) || base?.deleted || mine.deleted || theirs.deleted) return null;
  if ([base, mine].some((version) => version !== null && hashOf(version.data) !== version.parts.data)) return null;
  const body = bodyOf(merging, base, mine, theirs);
  const data = body === null ? null : merging.mergeData(base?.data ?? null, mine.data, theirs.data);
  return data === null || body === null ? null : {data, body};
}

function bodyOf({mergeBody}: Merging, base: Version | null, mine: Version, theirs: Version): Bytes | null {
  const {body} = mine.parts;
  if (body === theirs.parts.body || theirs.parts.body === base?.parts.body) return mine.body;
  if (body === base?.parts.body) return theirs.body;
  const [from, own, others] = [base, mine, theirs].map((version) => version && wholeOf(version));
  if (from === undefined || !own || !others) return null;
  const isOlder = mine.stamp < theirs.stamp || (mine.stamp === theirs.stamp && mine.hash < theirs.hash);
  return isOlder ? mergeBody(from, own, others) : mergeBody(from, others, own);
}

/** Undefined where its text isn't here, or was damaged. */
function wholeOf({data, body, parts}: Version): Merged | undefined {
  return body === null || hashOf(body) !== parts.body ? undefined : {data, body};
}
