/**
 * What the tree shows of packed rows, beside each pack, under the same key: a start reads all of it, and of the packs themselves nothing.
 * Texts with a line for each row, as splitting one costs less than parsing rows or copying their hashes (ADR 33).
 */

import {utf8Text} from '../../protocol/bytes.ts';
import type {Kind} from '../../protocol/entity.ts';
import type {EntityRow} from '../sync/ports.ts';
import {type PackRecord, unpackEntities} from './packs.ts';

export interface ListRecord {
  readonly kind: Kind;
  readonly last: string;
  readonly ids: string;
  readonly stamps: string;
  readonly data: string;
}

/** What a list shows of a live row. `data`: JSON in one line, '' where it is none. */
export interface ListedRow {
  readonly id: string;
  readonly stamp: string;
  readonly data: string;
}

export function isListed(kind: Kind): boolean {
  return kind === 'note' || kind === 'branch';
}

/** Of its live rows. */
export function listOf(pack: PackRecord): ListRecord {
  const rows = unpackEntities(pack).flatMap((row) => toListed(row) ?? []);
  const lines = (member: keyof ListedRow) => rows.map((row) => row[member]).join('\n');
  return {kind: pack.kind, last: pack.last, ids: lines('id'), stamps: lines('stamp'), data: lines('data')};
}

/** In their order. */
export function listedIn(record: ListRecord): ListedRow[] {
  if (record.ids === '') return [];
  const [stamps, data] = [record.stamps.split('\n'), record.data.split('\n')];
  return record.ids.split('\n').map((id, index) => ({id, stamp: stamps[index] ?? '', data: data[index] ?? ''}));
}

/** Undefined for a deleted row. Data that isn't ours may have line breaks; it is shown as unknown either way. */
export function toListed({id, stamp, deleted, data}: EntityRow): ListedRow | undefined {
  if (deleted) return undefined;
  const text = utf8Text(data) ?? '';
  return {id, stamp, data: text.includes('\n') ? '' : text};
}
