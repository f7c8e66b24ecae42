/**
 * Merging what two devices made of one version. By field: `data` of an entity is a JSON object, and two sides that changed
 * different members of it are both kept (a rename here, another type there). By blocks and words: a note's text
 * (merge-text.ts), where it is one and the same kind of text on all sides.
 */

import {type Bytes, utf8Bytes, utf8Text} from '../../protocol/bytes.ts';
import {canonicalBytes, canonicalJson, type Json} from '../../protocol/canonical.ts';
import {mergeText} from './merge-text.ts';
import {readNote} from './note-data.ts';
import {formatOf} from './text-blocks.ts';

/** What a version has in it. */
export interface Content {
  readonly data: Bytes;
  readonly body: Bytes;
}

type Members = ReadonlyMap<string, Json>;

const NO_MEMBERS: Members = new Map();

/**
 * Three-way merge of top-level members; null when both sides changed one of them differently, or when something isn't a
 * JSON object. The result is canonical, except that it is a side's own bytes when it says the same as that side. The order
 * of the sides doesn't matter. `base` null: both were made of nothing.
 */
export function mergeData(base: Bytes | null, mine: Bytes, theirs: Bytes): Bytes | null {
  const [from, here, there] = [base === null ? NO_MEMBERS : readMembers(base), readMembers(mine), readMembers(theirs)];
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

/**
 * The text of a note whose text both sides changed; null where the changes overlap, or where it isn't text of one kind.
 * `base` null: both were made of nothing. `older` and `newer` by their stamps, so that every device merges alike.
 */
export function mergeBody(base: Content | null, older: Content, newer: Content): Bytes | null {
  const sides = [...(base === null ? [] : [base]), older, newer];
  const notes = sides.map(({data}) => readNote(data));
  const [format, ...others] = notes.map((note) => (note === undefined ? null : formatOf(note)));
  const texts = sides.map(({body}) => utf8Text(body));
  const [a, b] = texts.slice(-2);
  if (!format || others.some((other) => other !== format) || a === undefined || b === undefined) return null;
  const from = base === null ? null : texts[0];
  if (from === undefined) return null;
  const merged = mergeText(format, {base: from, older: a, newer: b}, notes.at(-1)?.mime ?? '');
  return merged === null ? null : utf8Bytes(merged);
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
    canonicalJson(value as Json); // throws where it is nested too deep to be written again
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
