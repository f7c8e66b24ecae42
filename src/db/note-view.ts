/** One note as an editor shows it. */

import {parseStamp} from '../../protocol/stamp.ts';
import {loadedOf, noteDataOf, textOf} from './heads.ts';
import type {Query} from './live.ts';
import type {NoteView} from './repositories.ts';

/** Null for a note that this device doesn't know. */
export function queryNote(id: string): Query<NoteView | null> {
  return async ({entities, bodies, outbox}) => {
    const [row, body, held] = await Promise.all([
      entities('note').get(id),
      bodies.get({kind: 'note', id}),
      outbox.heldOf({kind: 'note', id}),
    ]);
    if (row === undefined) return null;
    return {
      ...noteDataOf(row),
      ...textOf(row, body),
      id,
      loaded: loadedOf(row),
      deleted: row.deleted,
      sync: syncOf(held),
      modifiedMs: parseStamp(row.stamp).millis,
    };
  };
}

function syncOf(held: 0 | 1 | undefined): NoteView['sync'] {
  if (held === undefined) return 'synced';
  return held === 0 ? 'saved' : 'refused';
}
