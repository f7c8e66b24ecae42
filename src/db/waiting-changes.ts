/** The outbox for people: refused changes first, as they need someone, then the oldest; up to a page of them. */

import {hasBody, type Ref, refKey} from '../../protocol/entity.ts';
import {readAttachment, readAttribute, readBranch, readOption} from '../notes/note-data.ts';
import type {OutboxRow} from '../sync/ports.ts';
import {noteDataOf} from './heads.ts';
import type {Query} from './live.ts';
import type {EntityRecord} from './records.ts';
import type {WaitingChange} from './repositories.ts';
import type {Tables} from './schema.ts';

/** How many are waiting is SyncStatus's to say; a list of thousands helps nobody and reads every text again. */
export const MAX_LISTED_CHANGES = 200;

export const queryOutbox: Query<readonly WaitingChange[]> = async (tables) => {
  const waiting = await readListed(tables);
  const heads = await readHeads(tables, waiting);
  const [titles, bodyBytes] = await Promise.all([readTitles(tables, heads), readBodyBytes(tables, waiting, heads)]);
  return waiting.flatMap((row) => {
    const head = heads.get(refKey(row));
    if (head === undefined) return [];
    const bytes = head.data.length + (bodyBytes.get(refKey(row)) ?? 0);
    return [toChange(row, head, titleOf(head, titles), bytes)];
  });
};

function toChange(row: OutboxRow, head: EntityRecord, title: string, bytes: number): WaitingChange {
  const {kind, id, queuedMs, tries, parked} = row;
  return {kind, id, title, change: changeOf(row, head), queuedMs, bytes, tries, error: parked};
}

export function changeOf({base}: OutboxRow, {deleted}: EntityRecord): WaitingChange['change'] {
  if (deleted) return 'deleted';
  return base === null ? 'created' : 'edited';
}

async function readListed({outbox}: Tables): Promise<OutboxRow[]> {
  const [parked, others] = await Promise.all([
    outbox.oldest(1, MAX_LISTED_CHANGES),
    outbox.oldest(0, MAX_LISTED_CHANGES),
  ]);
  return [...parked, ...others].slice(0, MAX_LISTED_CHANGES);
}

export async function readHeads({entities}: Tables, refs: readonly Ref[]): Promise<Map<string, EntityRecord>> {
  const idsByKind = Map.groupBy(refs, ({kind}) => kind);
  const found = await Promise.all(
    [...idsByKind].map(([kind, ofKind]) => entities(kind).bulkGet(ofKind.map(({id}) => id))),
  );
  return new Map(found.flat().flatMap((head): [string, EntityRecord][] => (head ? [[refKey(head), head]] : [])));
}

/** Titles of the notes that the changed entities belong to. */
export async function readTitles({entities}: Tables, heads: Map<string, EntityRecord>): Promise<Map<string, string>> {
  const ids = [...new Set([...heads.values()].flatMap((head) => ownerOf(head) ?? []))];
  const notes = await entities('note').bulkGet(ids);
  return new Map(notes.flatMap((note): [string, string][] => (note ? [[note.id, noteDataOf(note).title]] : [])));
}

/** The bodies that go along: not those that the server has since the base. */
async function readBodyBytes(
  {bodies}: Tables,
  waiting: readonly OutboxRow[],
  heads: Map<string, EntityRecord>,
): Promise<Map<string, number>> {
  const changed = waiting.filter(
    (row) => hasBody(row.kind) && row.baseVersion?.parts.body !== heads.get(refKey(row))?.parts.body,
  );
  const rows = await bodies.bulkGet(changed);
  return new Map(rows.flatMap((row): [string, number][] => (row ? [[refKey(row), row.body.length]] : [])));
}

/** `titles` as readTitles gave them. */
export function titleOf(head: EntityRecord, titles: ReadonlyMap<string, string>): string {
  return titles.get(ownerOf(head) ?? '') ?? ownTitle(head);
}

/** The note that an entity belongs to; a note belongs to itself, an option to none. */
export function ownerOf({kind, id, data, meta}: EntityRecord): string | undefined {
  switch (kind) {
    case 'note':
      return id;
    case 'branch':
      return readBranch(data)?.note;
    case 'attribute':
      return readAttribute(data)?.note;
    case 'attachment':
      return readAttachment(data)?.note;
    case 'revision':
      return meta?.type === 'revision' ? meta.of : undefined;
    case 'option':
      return undefined;
  }
}

/** Where the note isn't here: what the entity itself says. */
function ownTitle({kind, data}: EntityRecord): string {
  if (kind === 'option') return readOption(data)?.key ?? '';
  return kind === 'revision' ? noteDataOf({data}).title : '';
}
