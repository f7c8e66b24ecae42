/**
 * A note that comes back after a deletion, with everything that went with it: its places, tags and attachments name it in
 * their tombstones (`of`), and notes that were only below it were deleted in the same moment by the same device. And the
 * other way: a note that stays deleted takes its own along.
 */

import {isErased, type Kind} from '../../protocol/entity.ts';
import {ROOT_NOTE_ID} from '../../protocol/ids.ts';
import {isOneAct, type Stamp} from '../../protocol/stamp.ts';
import {placeId} from '../notes/derived-ids.ts';
import type {EntityChange} from '../sync/changes.ts';
import {isLive} from './heads.ts';
import type {EntityRecord} from './records.ts';
import type {Tables} from './schema.ts';
import {deletion, planPlace} from './structure-plan.ts';
import {readChildren, readPlaces} from './structure-reads.ts';

/** Without the note itself. `deletedAt`: the stamp of its deletion. */
export async function planRevival(tables: Tables, noteId: string, deletedAt: Stamp): Promise<EntityChange[]> {
  const places = await readPlaces(tables, noteId);
  const revived = places.filter((row) => isLive(row) || wentWith(row, noteId));
  const changes = await reviveBelow(tables, noteId, deletedAt, new Set([noteId]));
  return (await hasLiveParent(tables, revived)) ? changes : [...changes, ...(await placeAtTop(tables, noteId))];
}

/** What a deleted note takes along; notes below it stay, and show under "Unfiled" where they have no other place. */
export async function planLeaving(tables: Tables, noteId: string): Promise<EntityChange[]> {
  const rows = [await readPlaces(tables, noteId), ...(await readOwned(tables, noteId))].flat();
  return rows.filter(isLive).map(({kind, id}) => deletion(kind, id, noteId));
}

async function reviveBelow(
  tables: Tables,
  noteId: string,
  deletedAt: Stamp,
  seen: Set<string>,
): Promise<EntityChange[]> {
  const below = await tables.entities('branch').pointingAt('parent', [noteId]);
  const own = [...(await readPlaces(tables, noteId)), ...below, ...(await readOwned(tables, noteId)).flat()];
  const changes = own.filter((row) => wentWith(row, noteId)).map(undelete);
  for (const child of await readNotes(tables, below)) {
    if (seen.has(child.id) || !isOneAct(child.stamp, deletedAt)) continue;
    seen.add(child.id);
    changes.push(undelete(child), ...(await reviveBelow(tables, child.id, deletedAt, seen)));
  }
  return changes;
}

/** Notes that were deleted while one of these branches was their place. */
async function readNotes({entities}: Tables, branches: readonly EntityRecord[]): Promise<EntityRecord[]> {
  const ids = branches.flatMap((row) => (row.note !== undefined && wentWith(row, row.note) ? [row.note] : []));
  const rows = await entities('note').bulkGet([...new Set(ids)]);
  return rows.flatMap((row) => (row?.deleted && !isErased(row) ? [row] : []));
}

function readOwned({entities}: Tables, noteId: string): Promise<EntityRecord[][]> {
  const kinds: readonly Kind[] = ['attribute', 'attachment'];
  return Promise.all(kinds.map((kind) => entities(kind).pointingAt('note', [noteId])));
}

async function hasLiveParent({entities}: Tables, places: readonly EntityRecord[]): Promise<boolean> {
  const parents = places.flatMap(({parent}) => parent ?? []);
  if (parents.includes(ROOT_NOTE_ID)) return true;
  const rows = await entities('note').bulkGet(parents);
  return rows.some((row) => row !== undefined && isLive(row));
}

async function placeAtTop(tables: Tables, note: string): Promise<EntityChange[]> {
  const branchId = placeId(ROOT_NOTE_ID, note);
  const siblings = await readChildren(tables, ROOT_NOTE_ID);
  const place = planPlace({note, branchId, parent: ROOT_NOTE_ID, position: 'first'}, siblings);
  return [{type: 'undelete', kind: 'branch', id: branchId}, ...place];
}

function wentWith({deleted, meta}: EntityRecord, noteId: string): boolean {
  return deleted && meta?.type === 'tombstone' && meta.of === noteId;
}

function undelete({kind, id}: EntityRecord): EntityChange {
  return {type: 'undelete', kind, id};
}
