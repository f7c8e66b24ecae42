/** What a row says of itself that queries need: the columns (or filters) that every storage derives alike. */

import {bucketOf, isCounted} from '../../protocol/digest.ts';
import {isErased} from '../../protocol/entity.ts';
import {EMPTY_HASH} from '../../protocol/hash.ts';
import type {EntityRow} from './port.ts';

export interface RowFacts {
  readonly bucket: number;
  readonly counted: boolean;
  readonly erased: boolean;
  readonly hasBodyBytes: boolean;
  /** When a tombstone with content may be erased. */
  readonly eraseAtMs: number | null;
  /** The note that a tombstone with content was deleted with. */
  readonly tombstoneOf: string | null;
  /** The entity of which this live revision is an unresolved conflict. */
  readonly openConflictOf: string | null;
}

export function factsOf(row: EntityRow): RowFacts {
  const erased = isErased(row);
  const tombstone = row.meta?.type === 'tombstone' && !erased ? row.meta : undefined;
  const revision = row.meta?.type === 'revision' && !row.deleted ? row.meta : undefined;
  return {
    bucket: bucketOf(row.id),
    counted: isCounted(row),
    erased,
    hasBodyBytes: row.parts.body !== EMPTY_HASH,
    eraseAtMs: tombstone === undefined ? null : row.receivedMs + tombstone.eraseAfterMs,
    tombstoneOf: tombstone?.of ?? null,
    openConflictOf: revision?.state === 'open' ? revision.of : null,
  };
}
