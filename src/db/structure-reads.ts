/** What the plans of structure-plan.ts need to know, read in one transaction each. */

import {ROOT_NOTE_ID} from '../../protocol/ids.ts';
import {isArriving} from '../sync/ports.ts';
import {isLive, loadedOf, toBranchHead} from './heads.ts';
import type {Query} from './live.ts';
import {NotebookError} from './notebook-error.ts';
import type {EntityRecord} from './records.ts';
import type {BranchHead, Seen} from './repositories.ts';
import type {Tables} from './schema.ts';
import {type Deletion, doomedNotes, type Owned} from './structure-plan.ts';

/**
 * Rejects with NotebookError `arriving`. A part of the tree doesn't tell what is below a note, nor where else it is: a deletion
 * would leave what comes later, or take what has another place; a move could make a ring (ADR 29).
 */
export async function mustHaveArrived({state}: Tables): Promise<void> {
  const record = await state.get('replica');
  if (record !== undefined && isArriving(record.state))
    throw new NotebookError('arriving', 'the tree of this notebook is still on its way');
}

/** Undefined for a branch that isn't here, was deleted or can't be read. */
export async function readBranchHead({entities}: Tables, id: string): Promise<BranchHead | undefined> {
  const row = await entities('branch').get(id);
  return row && isLive(row) ? toBranchHead(row) : undefined;
}

export async function readChildren(tables: Tables, parent: string): Promise<BranchHead[]> {
  return readBranches(tables, 'parent', [parent]);
}

/** All branches of a note, deleted ones too. */
export async function readPlaces({entities}: Tables, noteId: string): Promise<EntityRecord[]> {
  return entities('branch').pointingAt('note', [noteId]);
}

/** Whether `noteId` is `ancestorId` or below it, by live branches. */
export async function isAtOrBelow(tables: Tables, noteId: string, ancestorId: string): Promise<boolean> {
  const seen = new Set([noteId]);
  let level = [noteId];
  while (level.length > 0 && !seen.has(ancestorId)) {
    const above = await readBranches(tables, 'note', level);
    level = addNew(
      seen,
      above.map(({parent}) => parent),
    );
  }
  return seen.has(ancestorId);
}

/** What goes with a place of `noteId`. */
export function queryDeletion(branchId: string, noteId: string): Query<Deletion> {
  return async (tables) => {
    const {below, inside} = await readBelow(tables, noteId);
    const places = await readBranches(tables, 'note', [...below]);
    const branches = [...new Map([...inside, ...places].map((branch) => [branch.id, branch])).values()];
    const parents = [...new Set(places.map(({parent}) => parent))].filter((id) => !below.has(id));
    const liveParents = await readLiveNotes(tables, parents);
    const doomed = doomedNotes(branchId, {noteId, below, branches, liveParents});
    return {doomed, branches, owned: await readOwned(tables, [...doomed])};
  };
}

/** The note and all that is below it, whether or not that has other places. */
export function querySeen(noteId: string): Query<Seen> {
  return async (tables) => {
    const {below} = await readBelow(tables, noteId);
    const rows = await tables.entities('note').bulkGet([...below]);
    return new Map(rows.flatMap((row) => (row === undefined ? [] : [[row.id, loadedOf(row)] as const])));
  };
}

async function readBelow(tables: Tables, noteId: string): Promise<{below: Set<string>; inside: BranchHead[]}> {
  const below = new Set([noteId]);
  const inside: BranchHead[] = [];
  for (let level = [noteId]; level.length > 0; ) {
    const branches = await readBranches(tables, 'parent', level);
    inside.push(...branches);
    level = addNew(
      below,
      branches.map(({note}) => note),
    );
  }
  return {below, inside};
}

async function readBranches(
  {entities}: Tables,
  index: 'note' | 'parent',
  ids: readonly string[],
): Promise<BranchHead[]> {
  const rows = await entities('branch').pointingAt(index, ids);
  return rows.filter(isLive).flatMap((row) => toBranchHead(row) ?? []);
}

async function readLiveNotes({entities}: Tables, ids: readonly string[]): Promise<Set<string>> {
  const rows = await entities('note').bulkGet([...ids]);
  return new Set(rows.flatMap((row) => (row && isLive(row) ? row.id : [])));
}

async function readOwned({entities}: Tables, noteIds: readonly string[]): Promise<Owned[]> {
  const kinds = ['attribute', 'attachment'] as const;
  const found = kinds.map(async (kind): Promise<Owned[]> => {
    const rows = await entities(kind).pointingAt('note', noteIds);
    return rows.filter(isLive).flatMap(({id, note}) => (note === undefined ? [] : {kind, id, note}));
  });
  return (await Promise.all(found)).flat();
}

/** Adds ids to `known`; gives those that were new. The root is above all and below nothing. */
function addNew(known: Set<string>, ids: readonly string[]): string[] {
  const added = [...new Set(ids)].filter((id) => id !== ROOT_NOTE_ID && !known.has(id));
  for (const id of added) known.add(id);
  return added;
}
