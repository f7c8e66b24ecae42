/**
 * The emergency export: everything that the server doesn't have yet as one JSON file, complete and readable by a person
 * without Aster. It needs nothing but what is given: no network, no server. Each change becomes text and then part of the
 * Blob by itself, so that a large outbox never stands in memory as one string.
 */

import {type Bytes, toBase64Url, utf8Text} from '../../protocol/bytes.ts';
import {hasBody, type Kind, type Version} from '../../protocol/entity.ts';
import type {SyncError} from '../../protocol/errors.ts';
import type {OutboxRow} from '../sync/ports.ts';

/** A change as the outbox has it, and the version that waits; `body` null: the text isn't on this device. */
export interface UnsyncedChange {
  readonly title: string;
  readonly change: 'created' | 'edited' | 'deleted';
  readonly row: OutboxRow;
  readonly version: Version;
}

export interface UnsyncedFileInput {
  readonly pieces: AsyncIterable<readonly UnsyncedChange[]>;
  readonly app: string;
  readonly device: string;
  readonly server: {readonly address: string; readonly account: {readonly username: string}} | null;
  readonly nowMs: number;
  /** A refusal as people read it. */
  readonly refusalWords: (error: SyncError) => string;
}

export interface UnsyncedFile {
  readonly name: string;
  readonly blob: Blob;
  readonly count: number;
}

/** Text where the bytes are UTF-8; standard base64 for any others. */
type Content = string | {readonly base64: string};

const ABOUT =
  'Changes of an Aster notebook that its server did not have when this file was made, refused ones first. ' +
  '"text" is a note\u2019s text (HTML for formatted notes), "data" what else there is of it, "base" the version that ' +
  'was changed, "theirs" a newer version that the server told of meanwhile. What is not text is given as base64.';

export async function makeUnsyncedFile(input: UnsyncedFileInput): Promise<UnsyncedFile> {
  const {pieces, app, device, server, nowMs, refusalWords} = input;
  const facts = {
    format: 'aster-unsynced-changes',
    formatVersion: 1,
    about: ABOUT,
    exported: new Date(nowMs).toISOString(),
    app,
    device,
    server: server?.address ?? null,
    account: server?.account.username ?? null,
  };
  const parts: Blob[] = [new Blob([JSON.stringify(facts, null, 2).slice(0, -2), ',\n  "changes": ['])];
  let count = 0;
  for await (const piece of pieces) {
    const written = piece.map((change) => {
      count += 1;
      return `${count === 1 ? '' : ','}\n${JSON.stringify(changeToJson(change, refusalWords), null, 2)}`;
    });
    parts.push(new Blob(written));
  }
  parts.push(new Blob(['\n  ]\n}\n']));
  return {name: `aster-unsynced-changes-${localDate(nowMs)}.json`, blob: new Blob(parts, {type: TYPE}), count};
}

const TYPE = 'application/json';

function changeToJson({title, change, row, version}: UnsyncedChange, words: UnsyncedFileInput['refusalWords']) {
  const {kind, id, parked, base, baseVersion, theirs} = row;
  return {
    title,
    kind,
    id,
    change,
    edited: new Date(row.editedMs).toISOString(),
    waitingSince: new Date(row.queuedMs).toISOString(),
    tries: row.tries,
    refused: parked === null ? null : {type: parked.type, cause: words(parked)},
    ...versionToJson(version),
    base: baseVersion === null ? base && {stamp: base} : versionToJson(baseVersion),
    theirs: theirs === null ? null : versionToJson(theirs),
  };
}

function versionToJson({kind, stamp, deleted, meta, data, body}: Version) {
  return {stamp, deleted, ...(meta === null ? {} : {meta}), data: dataToJson(data), ...textToJson(kind, body)};
}

function textToJson(kind: Kind, body: Bytes | null): {readonly text?: Content | null; readonly textMissing?: string} {
  if (!hasBody(kind)) return {};
  if (body !== null) return {text: bytesToContent(body)};
  return {text: null, textMissing: 'Not on this device. This change does not touch it; the server has it.'};
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
function localDate(nowMs: number): string {
  const now = new Date(nowMs);
  const two = (value: number) => String(value).padStart(2, '0');
  return `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
}
