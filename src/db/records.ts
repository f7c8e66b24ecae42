/**
 * Rows as IndexedDB keeps them: the port's rows plus the fields that an index needs. Bytes own exactly their buffer, as a
 * structured clone copies the whole buffer behind a view: a page of rows cut from one answer would be stored once per row.
 */

import type {Bytes} from '../../protocol/bytes.ts';
import type {Bucket} from '../../protocol/digest.ts';
import {isOpenConflict, type Kind, type Version} from '../../protocol/entity.ts';
import type {Stamp} from '../../protocol/stamp.ts';
import {readAttachment, readAttribute, readBranch} from '../notes/note-data.ts';
import {
  type AsideRow,
  type BodyRow,
  type EntityRow,
  NEVER_SCRUBBED,
  type OutboxRow,
  type ReplicaState,
} from '../sync/ports.ts';

/** What an entity points at, where its data or meta says so; tombstones with content point too. */
interface Pointers {
  /** Of branches, attributes and attachments: the note that they belong to. */
  readonly note?: string;
  /** Of branches: the note above. */
  readonly parent?: string;
  /** Of revisions: the entity that they are an older version of. */
  readonly of?: string;
  /** 1 on revisions that are conflicts nobody has dealt with: the index has these alone. */
  readonly open?: 1;
}

export type EntityRecord = EntityRow & Pointers;
export type PointerName = keyof Pointers;

/**
 * Where packed rows of one kind point, of some thousand at once: texts with a line for each row, empty where it has no such
 * pointer; a pointer that no row has is left out.
 */
export interface PointerRecord extends Partial<Record<PointerName, string>> {
  readonly kind: Kind;
  readonly last: string;
  readonly ids: string;
}
export type BodyRecord = BodyRow;
export type AsideRecord = AsideRow;

/** `held` is 1 for parked rows: IndexedDB can't index null. */
export type OutboxRecord = OutboxRow & {readonly held: 0 | 1};

/** What the last request that carries a row left with; the stamp is the one of the row's version. */
export type SentMark = [stamp: Stamp, sent: readonly Stamp[], tries: number];

/** `marks` is JSON, entries by refKey: a text is copied many times as fast as objects. */
export interface SentRecord {
  readonly key: string;
  readonly marks: string;
}

/** A shelf of neighbouring buckets: a page of pulled rows touches nearly all of the 256, and each record costs a write. */
export interface ShelfRecord {
  readonly shelf: number;
  readonly buckets: readonly Bucket[];
}

/** What was added without a new version of the schema may not be in it. */
export interface StateRecord {
  readonly key: 'replica';
  readonly state: Omit<ReplicaState, 'scrub'> & Partial<Pick<ReplicaState, 'scrub'>>;
}

export function recordToState({state}: StateRecord): ReplicaState {
  return {...state, scrub: state.scrub ?? NEVER_SCRUBBED};
}

export function entityToRecord(row: EntityRow): EntityRecord {
  return {...row, data: ownBytes(row.data), ...pointersOf(row)};
}

export function recordToEntity(record: EntityRecord): EntityRow {
  const {note: _note, parent: _parent, of: _of, open: _open, ...row} = record;
  return row;
}

/** `rows` by id; null where none of them points anywhere. */
export function pointerRecord(kind: Kind, rows: readonly EntityRow[]): PointerRecord | null {
  const pointers = rows.map(pointersOf);
  const names = POINTER_NAMES.filter((name) => pointers.some((one) => one[name] !== undefined));
  const last = rows.at(-1)?.id;
  if (names.length === 0 || last === undefined) return null;
  const linesOf = (name: PointerName) => pointers.map((one) => one[name] ?? '').join('\n');
  return {
    kind,
    last,
    ids: rows.map(({id}) => id).join('\n'),
    ...Object.fromEntries(names.map((name) => [name, linesOf(name)])),
  };
}

export function bodyToRecord(row: BodyRow): BodyRecord {
  return {...row, body: ownBytes(row.body)};
}

export function asideToRecord({entity, body, ...row}: AsideRow): AsideRecord {
  return {...row, entity: {...entity, data: ownBytes(entity.data)}, body: body && bodyToRecord(body)};
}

export function outboxToRecord(row: OutboxRow): OutboxRecord {
  return {
    ...row,
    baseVersion: row.baseVersion && ownVersion(row.baseVersion),
    theirs: row.theirs && ownVersion(row.theirs),
    held: row.parked === null ? 0 : 1,
  };
}

export function recordToOutbox(record: OutboxRecord): OutboxRow {
  const {held: _held, ...row} = record;
  return row;
}

function ownVersion<V extends Version>(version: V): V {
  return {...version, data: ownBytes(version.data), body: version.body && ownBytes(version.body)};
}

function ownBytes(bytes: Bytes): Bytes {
  return bytes.byteLength === bytes.buffer.byteLength ? bytes : bytes.slice();
}

function pointersOf({kind, data, meta}: EntityRow): Pointers {
  if (meta?.type === 'revision') return {of: meta.of, ...(isOpenConflict(meta) ? {open: 1 as const} : {})};
  return data.length === 0 ? {} : POINTERS[kind](data);
}

const POINTER_NAMES: readonly PointerName[] = ['note', 'parent', 'of', 'open'];

const POINTERS: {readonly [K in Kind]: (data: Bytes) => Pointers} = {
  note: () => ({}),
  option: () => ({}),
  revision: () => ({}),
  branch: (data) => {
    const branch = readBranch(data);
    return branch ? {note: branch.note, parent: branch.parent} : {};
  },
  attribute: (data) => noteOf(readAttribute(data)),
  attachment: (data) => noteOf(readAttachment(data)),
};

function noteOf(owned: {readonly note: string} | undefined): Pointers {
  return owned ? {note: owned.note} : {};
}
