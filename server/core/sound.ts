/**
 * What a disk did to a row: a row that fails its own hash, or is no version at all (whether it is deleted is in no hash), counts
 * as absent. It is never served, as every receiver would refuse it, and its bytes are set aside before another version takes
 * its place.
 */

import {fromBase64Url} from '../../protocol/bytes.ts';
import {entityHash, metaHash} from '../../protocol/entity.ts';
import {STAMP_PATTERN} from '../../protocol/stamp.ts';
import {findShapeFault} from '../../protocol/wire.ts';
import type {EntityRow, WholeRow} from '../storage/port.ts';
import {nativeHashOf} from './native-hash.ts';

/** A body that wasn't read (null) isn't checked. No hash is over the stamp; one that isn't any would make a page unreadable. */
export function isSound(row: EntityRow): boolean {
  const {stamp, parts, meta, data, body} = row;
  if (!STAMP_PATTERN.test(stamp) || findShapeFault(row) !== undefined) return false;
  const bodyHash = body === null ? parts.body : nativeHashOf(body);
  if (fromBase64Url(bodyHash)?.length !== 32) return false;
  if (metaHash(meta) !== parts.meta || nativeHashOf(data) !== parts.data || bodyHash !== parts.body) return false;
  return entityHash(parts, nativeHashOf) === row.hash;
}

export function isSoundWhole(row: EntityRow): row is WholeRow {
  return row.body !== null && isSound(row);
}
