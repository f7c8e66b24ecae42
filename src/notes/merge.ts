/**
 * Merging by field: `data` of an entity is a JSON object, and two sides that changed different members of it are both kept
 * (a rename here, another type there). Whether a text may be merged with it is not decided here: bodies are apart.
 */

import {type Bytes, utf8Text} from '../../protocol/bytes.ts';
import {canonicalBytes, canonicalJson, type Json} from '../../protocol/canonical.ts';

type Members = ReadonlyMap<string, Json>;

/**
 * Three-way merge of top-level members; null when both sides changed one of them differently, or when something isn't a
 * JSON object. The result is canonical, except that it is a side's own bytes when it says the same as that side. The order
 * of the sides doesn't matter.
 */
export function mergeData(base: Bytes, mine: Bytes, theirs: Bytes): Bytes | null {
  const [from, here, there] = [readMembers(base), readMembers(mine), readMembers(theirs)];
  if (from === undefined || here === undefined || there === undefined) return null;
  const merged = mergeMembers(from, here, there);
  if (merged === null) return null;
  const canonical = membersToBytes(merged);
  const sides = [
    {bytes: mine, members: here},
    {bytes: theirs, members: there},
  ];
  const same = sides.filter(({members}) => isSameBytes(membersToBytes(members), canonical)).map(({bytes}) => bytes);
  return same.sort(compareBytes)[0] ?? canonical;
}

function mergeMembers(base: Members, mine: Members, theirs: Members): Members | null {
  const merged = new Map<string, Json>();
  for (const name of new Set([...base.keys(), ...mine.keys(), ...theirs.keys()])) {
    const [old, here, there] = [base.get(name), mine.get(name), theirs.get(name)];
    const changed = [here, there].filter((value) => !isSame(value, old));
    if (changed.length === 2 && !isSame(here, there)) return null;
    const value = changed.length === 0 ? old : changed[0];
    if (value !== undefined) merged.set(name, value);
  }
  return merged;
}

function readMembers(bytes: Bytes): Members | undefined {
  const text = utf8Text(bytes);
  if (text === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
    return new Map(Object.entries(value));
  } catch {
    return undefined;
  }
}

function membersToBytes(members: Members): Bytes {
  return canonicalBytes(Object.fromEntries(members));
}

/** An absent member equals nothing but an absent one. */
function isSame(a: Json | undefined, b: Json | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return canonicalJson(a) === canonicalJson(b);
}

function isSameBytes(a: Bytes, b: Bytes): boolean {
  return compareBytes(a, b) === 0;
}

function compareBytes(a: Bytes, b: Bytes): number {
  const at = a.findIndex((byte, index) => byte !== b[index]);
  return at < 0 ? a.length - b.length : (a[at] ?? 0) - (b[at] ?? -1);
}
