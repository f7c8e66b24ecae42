/** Everything that is stored of the notebook, for an export: also a hundred thousand notes, so it is read in pieces, each of one moment. */

import {KINDS, type Kind, NO_BYTES, type Ref} from '../../protocol/entity.ts';
import {type Query, readOnce} from './live.ts';
import {type AsideRecord, recordToEntity} from './records.ts';
import type {NotebookEntry} from './repositories.ts';
import type {Database} from './schema.ts';
import {bodyOf} from './unsynced-changes.ts';
import {readTitles, titleOf} from './waiting-changes.ts';

const ROWS_PER_PIECE = 200;

/** By kind and id. Rejects with SyncFailure. */
export async function* readNotebook(db: Database): AsyncIterable<readonly NotebookEntry[]> {
  for (const kind of KINDS) {
    for (let after: string | null = null; ; ) {
      const {ids, entries}: Piece = await readOnce(db, queryPiece(kind, after));
      if (entries.length > 0) yield entries;
      if (ids.length < ROWS_PER_PIECE) break;
      after = ids.at(-1) ?? null;
    }
  }
  const aside = await readOnce(db, (tables) => tables.aside.toArray());
  if (aside.length > 0) yield aside.map(asideToEntry);
}

/** Nothing else has these bytes any more, perhaps. */
function asideToEntry({entity, body}: AsideRecord): NotebookEntry {
  const data = entity.data instanceof Uint8Array ? entity.data : NO_BYTES;
  return {title: 'Set aside as damaged', version: {...entity, data, body: body?.body ?? null}};
}

interface Piece {
  readonly ids: readonly string[];
  readonly entries: readonly NotebookEntry[];
}

function queryPiece(kind: Kind, after: string | null): Query<Piece> {
  return async (tables) => {
    const ids = await tables.entities(kind).ids(after, ROWS_PER_PIECE);
    const refs = ids.map((id): Ref => ({kind, id}));
    const [found, bodies] = await Promise.all([tables.entities(kind).bulkGet(ids), tables.bodies.bulkGet(refs)]);
    const heads = new Map(found.flatMap((head, n) => (head === undefined ? [] : [[`${n}`, head] as const])));
    const titles = await readTitles(tables, heads);
    const entries = found.flatMap((head, n) =>
      head === undefined
        ? []
        : [{title: titleOf(head, titles), version: {...recordToEntity(head), body: bodyOf(head, bodies[n])}}],
    );
    return {ids, entries};
  };
}
