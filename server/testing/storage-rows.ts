/** Rows for tests of a storage: accounts, documents, and versions as they are stored. */

import {utf8Bytes} from '../../protocol/bytes.ts';
import {entityHash, makeVersion, type Version} from '../../protocol/entity.ts';
import {EMPTY_HASH} from '../../protocol/hash.ts';
import type {AccountRow, DocumentRow, WholeRow} from '../storage/port.ts';

export function rowOf(version: Version, seq: number, receivedMs = 1): WholeRow {
  return {...version, body: version.body ?? new Uint8Array(0), seq, bodySeq: seq, receivedMs};
}

export function erased(version: Version): Version {
  const meta = {type: 'tombstone', eraseAfterMs: 1} as const;
  const {parts, ...rest} = makeVersion({
    ...version,
    meta,
    deleted: true,
    data: new Uint8Array(0),
    body: new Uint8Array(0),
  });
  return {...rest, parts, hash: entityHash({...parts, data: EMPTY_HASH})};
}

export function account(id: string): AccountRow {
  return {id, username: id, usernameKey: `key-${id}`, passwordHash: 'hash', createdMs: 1};
}

export function document(): DocumentRow {
  return {headSeq: 0, headMark: 'none', root: 'empty', digests: utf8Bytes('digests'), floor: 0, lossy: [3, 17]};
}
