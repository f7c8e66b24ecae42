/**
 * Files of JSON that a person reads without Aster: facts, then a list. Each entry becomes text and then part of the Blob by itself, so that a large
 * notebook never stands in memory as one string.
 */

import {type Bytes, toBase64Url, utf8Text} from '../../protocol/bytes.ts';
import {hasBody, type Kind, type Version} from '../../protocol/entity.ts';

export interface JsonFile {
  readonly name: string;
  readonly blob: Blob;
  /** Of what is in its list. */
  readonly count: number;
}

interface JsonList<T> {
  readonly name: string;
  readonly pieces: AsyncIterable<readonly T[]>;
  readonly toJson: (entry: T) => unknown;
}

/** Text where the bytes are UTF-8; standard base64 for any others. */
type Content = string | {readonly base64: string};

const TYPE = 'application/json';

export async function makeJsonFile<T>(name: string, facts: object, list: JsonList<T>): Promise<JsonFile> {
  const parts: Blob[] = [new Blob([JSON.stringify(facts, null, 2).slice(0, -2), `,\n  "${list.name}": [`])];
  let count = 0;
  for await (const piece of list.pieces) {
    const written = piece.map((entry) => {
      count += 1;
      return `${count === 1 ? '' : ','}\n${JSON.stringify(list.toJson(entry), null, 2)}`;
    });
    parts.push(new Blob(written));
  }
  parts.push(new Blob(['\n  ]\n}\n']));
  return {name, blob: new Blob(parts, {type: TYPE}), count};
}

/** `textMissing`: said of a text that isn't on this device. */
export function versionToJson({kind, stamp, deleted, meta, data, body}: Version, textMissing: string) {
  const text = textToJson(kind, body, textMissing);
  return {stamp, deleted, ...(meta === null ? {} : {meta}), data: dataToJson(data), ...text};
}

function textToJson(
  kind: Kind,
  body: Bytes | null,
  textMissing: string,
): {readonly text?: Content | null; readonly textMissing?: string} {
  if (!hasBody(kind)) return {};
  if (body !== null) return {text: bytesToContent(body)};
  return {text: null, textMissing};
}

/** An object where that says the same bytes again, in whatever order and spacing; else the text as it stands. */
function dataToJson(data: Bytes): unknown {
  const content = bytesToContent(data);
  if (typeof content !== 'string' || content === '') return content;
  try {
    const value: unknown = JSON.parse(content);
    return JSON.stringify(value) === content ? value : content;
  } catch {
    return content;
  }
}

function bytesToContent(bytes: Bytes): Content {
  return utf8Text(bytes) ?? {base64: toBase64(bytes)};
}

function toBase64(bytes: Bytes): string {
  const text = toBase64Url(bytes).replaceAll('-', '+').replaceAll('_', '/');
  return text.padEnd(Math.ceil(text.length / 4) * 4, '=');
}

/** The date of this device's day, as in 2026-11-23. */
export function localDate(nowMs: number): string {
  const now = new Date(nowMs);
  const two = (value: number) => String(value).padStart(2, '0');
  return `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
}
