/**
 * Canonical JSON: one text for one value, so that two devices that write the same thing make the same bytes and the same
 * hash. Keys sorted by UTF-16 code units, no white space, `undefined` members left out (RFC 8785 for the values used here:
 * strings, booleans, null, integers, arrays, objects).
 */

import {type Bytes, utf8Bytes} from './bytes.ts';

export type Json = string | number | boolean | null | readonly Json[] | {readonly [key: string]: Json | undefined};

export function canonicalJson(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  const members = Object.entries(value as {readonly [key: string]: Json | undefined})
    .filter((entry): entry is [string, Json] => entry[1] !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member)}`);
  return `{${members.join(',')}}`;
}

export function canonicalBytes(value: Json): Bytes {
  return utf8Bytes(canonicalJson(value));
}
