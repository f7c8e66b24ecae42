/** What a first sync brings, put into a notebook's database as it does: pages of neighbours, packed, with where it is. */

import {utf8Bytes} from '../../../protocol/bytes.ts';
import {type Kind, makeVersion, toHead} from '../../../protocol/entity.ts';
import {writeData} from '../../notes/note-data.ts';
import type {EntityRow, FirstSync} from '../../sync/ports.ts';
import {type NotebookWorld, SERVER} from './notebook-world.ts';

const STAMP = '000000001-0000-elsewhere';

export type ArrivingRow = readonly [kind: Kind, id: string, data: Parameters<typeof writeData>[0]];

export const noteRow = (id: string): ArrivingRow => ['note', id, {title: id, type: 'text', mime: 'text/html'}];
export const placeRow = (note: string, parent: string): ArrivingRow => [
  'branch',
  `place-${note}`,
  {note, parent, key: 'a0'},
];

/** `rows` by kind and id, after those of earlier pages. `lane`: where the first sync is after this page; null: at its end. */
export async function arrivePage(
  world: NotebookWorld,
  rows: readonly ArrivingRow[],
  lane: FirstSync['lane'] | null = 'heads',
): Promise<void> {
  const head = {seq: 9, mark: 'mark-0009'};
  const entities = rows.map(([kind, id, data]): EntityRow => {
    const version = makeVersion({
      kind,
      id,
      stamp: STAMP,
      deleted: false,
      meta: null,
      data: writeData(data),
      body: utf8Bytes(''),
    });
    const known = {stamp: version.stamp, hash: version.hash, seq: 1, counted: true};
    return {...toHead(version), known, own: null, ownSent: null, revisedMs: null};
  });
  await world.store.transaction('write', async (tx) => {
    const state = await tx.state();
    if (state === undefined) throw new Error('no notebook');
    const place = lane === null ? {firstSync: null, cursor: head} : {firstSync: firstSyncIn(lane, head)};
    await tx.packEntities(entities);
    await tx.putState({...state, server: SERVER, seen: head, ...place});
  });
}

function firstSyncIn(lane: FirstSync['lane'], head: FirstSync['head']): FirstSync {
  return {head, lane, after: null, received: 0, total: 0};
}
