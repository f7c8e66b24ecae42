/**
 * Rows as a first sync brings them and a first upload leaves them, neighbours together in one record: a record costs IndexedDB
 * as much as its bytes do, so a hundred rows in one are written ten times as fast as alone (ADRs 21 and 30). Packs of one kind
 * lie one after the other, by id, and never overlap: the one that may have an id is the first whose `last` isn't below it.
 *
 * 1. A pack is written once. What changes later is a row of its own, which hides the packed one.
 * 2. Only a deletion of the row itself takes it out of its pack.
 * Reading and writing of what the tables in entity-table.ts and body-table.ts are made of; nothing here looks at other rows.
 */

import {type Bytes, concatBytes} from '../../protocol/bytes.ts';
import {isCounted} from '../../protocol/digest.ts';
import type {Kind, Meta} from '../../protocol/entity.ts';
import {EMPTY_HASH} from '../../protocol/hash.ts';
import type {WirePart} from '../../protocol/messages.ts';
import {decodePart, encodePart} from '../../protocol/wire.ts';
import type {BodyRow, EntityRow} from '../sync/ports.ts';

interface Span {
  readonly kind: Kind;
  /** No id in it is higher. The row of this id may be gone. */
  readonly last: string;
  readonly ids: readonly string[];
}

/** `rows` is JSON, a PackedRow for each id: a text is copied many times as fast as objects. */
export interface PackRecord extends Span {
  readonly rows: string;
}

/** `bytes`: the bodies one after the other; `ends` where each of them ends. */
export interface BodyPackRecord extends Span {
  readonly hashes: readonly string[];
  readonly ends: readonly number[];
  readonly bytes: Bytes;
}

type PackedRow = [
  stamp: string,
  seq: number,
  hash: string,
  dataHash: string,
  bodyHash: string | 0,
  data: WirePart,
  rest?: Rest | null,
  made?: Made,
];

/** What most rows don't have. */
interface Rest {
  readonly deleted: boolean;
  readonly meta: Meta | null;
  readonly metaHash: string;
}

/** What only rows that were changed here have. */
type Made = [own: string | null, ownSent: string | null, revisedMs: number | null, mergedMs?: number];

const MAX_ROWS = 128;
const MAX_TEXT_CHARS = 64 * 1024;
const MAX_BODY_BYTES = 128 * 1024;

/** Rows whose version is the one that the server has. */
export function isPackable({known, stamp, hash, ...head}: EntityRow): boolean {
  return known?.stamp === stamp && known.hash === hash && known.counted === isCounted(head);
}

/** `rows` by id, of one kind. */
export function packEntities(kind: Kind, rows: readonly EntityRow[]): PackRecord[] {
  const packs: PackRecord[] = [];
  let ids: string[] = [];
  let texts: string[] = [];
  let chars = 0;
  const close = () => {
    const last = ids.at(-1);
    if (last !== undefined) packs.push({kind, last, ids, rows: `[${texts.join(',')}]`});
    [ids, texts, chars] = [[], [], 0];
  };
  for (const row of rows) {
    const text = JSON.stringify(packRow(row));
    if (ids.length === MAX_ROWS || chars + text.length > MAX_TEXT_CHARS) close();
    ids.push(row.id);
    texts.push(text);
    chars += text.length;
  }
  close();
  return packs;
}

/** In the order of `ids`. */
export function unpackEntities({kind, ids, rows}: PackRecord): EntityRow[] {
  const packed = parseRows(rows);
  return ids.flatMap((id, index) => {
    const row = packed[index];
    return row === undefined ? [] : [unpackRow(kind, id, row)];
  });
}

export function unpackEntity(pack: PackRecord, id: string): EntityRow | undefined {
  const index = pack.ids.indexOf(id);
  const row = index < 0 ? undefined : parseRows(pack.rows)[index];
  return row === undefined ? undefined : unpackRow(pack.kind, id, row);
}

/** Without these ids; null where nothing is left. */
export function withoutEntities(pack: PackRecord, gone: ReadonlySet<string>): PackRecord | null {
  const packed = parseRows(pack.rows);
  const kept = pack.ids.flatMap((id, index) => (gone.has(id) ? [] : [index]));
  if (kept.length === 0) return null;
  const rows = JSON.stringify(kept.map((index) => packed[index]));
  return {...pack, ids: kept.flatMap((index) => pack.ids[index] ?? []), rows};
}

/** `rows` by id, of one kind. */
export function packBodies(kind: Kind, rows: readonly BodyRow[]): BodyPackRecord[] {
  const packs: BodyPackRecord[] = [];
  let some: BodyRow[] = [];
  let size = 0;
  const close = () => {
    const last = some.at(-1)?.id;
    if (last !== undefined) packs.push(bodyPack(kind, last, some));
    [some, size] = [[], 0];
  };
  for (const row of rows) {
    if (some.length === MAX_ROWS || (size > 0 && size + row.body.length > MAX_BODY_BYTES)) close();
    some.push(row);
    size += row.body.length;
  }
  close();
  return packs;
}

/** The bytes are the caller's own. */
export function unpackBody({kind, ids, hashes, ends, bytes}: BodyPackRecord, id: string): BodyRow | undefined {
  const index = ids.indexOf(id);
  const [hash, end] = [hashes[index], ends[index]];
  if (hash === undefined || end === undefined) return undefined;
  return {kind, id, hash, body: bytes.slice(ends[index - 1] ?? 0, end)};
}

export function withoutBodies(pack: BodyPackRecord, gone: ReadonlySet<string>): BodyPackRecord | null {
  const kept = pack.ids.flatMap((id) => (gone.has(id) ? [] : (unpackBody(pack, id) ?? [])));
  return kept.length === 0 ? null : bodyPack(pack.kind, pack.last, kept);
}

/** Of a pack that a disk has damaged nothing is left: its rows are missing, and repaired as such. */
function parseRows(text: string): readonly PackedRow[] {
  try {
    return JSON.parse(text) as PackedRow[];
  } catch {
    return [];
  }
}

function bodyPack(kind: Kind, last: string, rows: readonly BodyRow[]): BodyPackRecord {
  let end = 0;
  const ends = rows.map(({body}) => {
    end += body.length;
    return end;
  });
  const bytes = concatBytes(...rows.map(({body}) => body));
  return {kind, last, ids: rows.map(({id}) => id), hashes: rows.map(({hash}) => hash), ends, bytes};
}

function packRow(row: EntityRow): PackedRow {
  const {stamp, deleted, hash, parts, meta, data, known} = row;
  const bodyHash = parts.body === EMPTY_HASH ? 0 : parts.body;
  const rest = deleted || meta !== null ? {deleted, meta, metaHash: parts.meta} : null;
  const made = madeOf(row);
  const more: [] | [Rest] | [Rest | null, Made] = made !== null ? [rest, made] : rest !== null ? [rest] : [];
  return [stamp, known?.seq ?? 0, hash, parts.data, bodyHash, encodePart(data), ...more];
}

function madeOf({own, ownSent, revisedMs, mergedMs}: EntityRow): Made | null {
  if (mergedMs !== undefined) return [own, ownSent, revisedMs, mergedMs];
  return own === null && ownSent === null && revisedMs === null ? null : [own, ownSent, revisedMs];
}

function unpackRow(kind: Kind, id: string, row: PackedRow): EntityRow {
  const [stamp, seq, hash, dataHash, bodyHash, part, rest, made] = row;
  const [own = null, ownSent = null, revisedMs = null, mergedMs] = made ?? [];
  const parts = {meta: rest?.metaHash ?? EMPTY_HASH, data: dataHash, body: bodyHash === 0 ? EMPTY_HASH : bodyHash};
  const head = {kind, id, stamp, deleted: rest?.deleted ?? false, hash, parts, meta: rest?.meta ?? null};
  return {
    ...head,
    data: decodePart(part) ?? new Uint8Array(0),
    known: {stamp, hash, seq, counted: isCounted(head)},
    own,
    ownSent,
    revisedMs,
    ...(mergedMs === undefined ? {} : {mergedMs}),
  };
}
