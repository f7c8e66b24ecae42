/**
 * The whole outbox with all contents, for an export: also thousands of changes with large texts, so it is read in pieces.
 * What the server acknowledges while the export runs may be left out: it isn't unsynced any more.
 */

import {hasBody, NO_BYTES, refKey} from '../../protocol/entity.ts';
import {EMPTY_HASH} from '../../protocol/hash.ts';
import {type Query, readOnce} from './live.ts';
import {type BodyRecord, recordToEntity} from './records.ts';
import type {UnsyncedChange} from './repositories.ts';
import type {RefKey} from './rows-of-keys.ts';
import type {Database} from './schema.ts';
import {changeOf, readHeads, readTitles, titleOf} from './waiting-changes.ts';

const CHANGES_PER_PIECE = 50;

/** Rejects with SyncFailure. */
export async function* readUnsynced(db: Database): AsyncIterable<readonly UnsyncedChange[]> {
  const keys = await readOnce(db, queryKeys);
  for (let at = 0; at < keys.length; at += CHANGES_PER_PIECE) {
    yield await readOnce(db, queryChanges(keys.slice(at, at + CHANGES_PER_PIECE)));
  }
}

const queryKeys: Query<RefKey[]> = async ({outbox}) => {
  const [refused, others] = await Promise.all([outbox.keys(1), outbox.keys(0)]);
  return [...refused, ...others];
};

function queryChanges(keys: readonly RefKey[]): Query<readonly UnsyncedChange[]> {
  return async (tables) => {
    const waiting = await tables.outbox.bulkGet(keys.map(([kind, id]) => ({kind, id})));
    const rows = waiting.filter((row) => row !== undefined);
    const heads = await readHeads(tables, rows);
    const [titles, bodies] = await Promise.all([readTitles(tables, heads), tables.bodies.bulkGet(rows)]);
    return rows.flatMap((row, n) => {
      const head = heads.get(refKey(row));
      if (head === undefined) return [];
      const version = {...recordToEntity(head), body: bodyOf(head, bodies[n])};
      return [{title: titleOf(head, titles), change: changeOf(row, head), row, version}];
    });
  };
}

/** Null where the text that the head names isn't here. */
export function bodyOf({kind, parts}: Parameters<typeof recordToEntity>[0], body: BodyRecord | undefined) {
  if (!hasBody(kind) || parts.body === EMPTY_HASH) return NO_BYTES;
  return body?.hash === parts.body ? body.body : null;
}
