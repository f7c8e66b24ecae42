/** One note as an editor shows it. */

import {parseStamp} from '../../protocol/stamp.ts';
import {loadedOf, noteDataOf, textOf} from './heads.ts';
import type {Query} from './live.ts';
import type {OutboxRecord} from './records.ts';
import type {NoteView} from './repositories.ts';

/** Null for a note that this device doesn't know. */
export function queryNote(id: string): Query<NoteView | null> {
  return async ({entities, bodies, outbox}) => {
    const [row, body, waiting] = await Promise.all([
      entities('note').get(id),
      bodies.get({kind: 'note', id}),
      outbox.get(['note', id]),
    ]);
    if (row === undefined) return null;
    return {
      ...noteDataOf(row),
      ...textOf(row, body),
      id,
      loaded: loadedOf(row),
      deleted: row.deleted,
      sync: syncOf(waiting),
      modifiedMs: parseStamp(row.stamp).millis,
    };
  };
}

function syncOf(waiting: OutboxRecord | undefined): NoteView['sync'] {
  if (waiting === undefined) return 'synced';
  return waiting.parked === null ? 'saved' : 'refused';
}
