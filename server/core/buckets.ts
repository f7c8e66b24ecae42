/** Finding what differs: bucket digests, then the leaves of the buckets that differ (design section 8). */

import {toBase64Url} from '../../protocol/bytes.ts';
import {leafOf, leafPrefix} from '../../protocol/digest.ts';
import type {Ref} from '../../protocol/entity.ts';
import {ok, type Result} from '../../protocol/errors.ts';
import {MAX_PULL_ROWS, PULL_PAGE_BYTES} from '../../protocol/limits.ts';
import type {CallAnswer, CallRequest, PulledEntity} from '../../protocol/messages.ts';
import type {StorageReads} from '../storage/port.ts';
import {encodeRow} from './encode.ts';
import {readDocument, readStanding} from './history.ts';
import type {CorePorts, Device} from './ports.ts';
import {isSound} from './sound.ts';

export async function listBuckets({storage}: CorePorts, {accountId}: Device): Promise<Result<CallAnswer<'buckets'>>> {
  return storage.read(async (tx) => {
    const standing = await readStanding(tx, accountId);
    const {digests} = await readDocument(tx, accountId);
    return ok({...standing, digests: toBase64Url(digests)});
  });
}

/** Not `done`: ask again, the rows of this page named among the prefixes. */
export async function listItems(
  {storage, log}: CorePorts,
  {accountId}: Device,
  {buckets}: CallRequest<'items'>,
): Promise<Result<CallAnswer<'items'>>> {
  return storage.read(async (tx) => {
    const standing = await readStanding(tx, accountId);
    const {missing, lacking} = await compare(tx, accountId, buckets);
    const rows: PulledEntity[] = [];
    let bytes = 0;
    let done = true;
    for (const ref of missing) {
      done = bytes < PULL_PAGE_BYTES && rows.length < MAX_PULL_ROWS;
      if (!done) break;
      const row = await tx.entity(accountId, ref);
      if (row !== undefined && isSound(row)) {
        rows.push(encodeRow(row));
        bytes += row.data.length + (row.body?.length ?? 0);
        continue;
      }
      log('error', 'a stored row fails its own hash and is not served', {accountId, ...ref});
    }
    return ok({...standing, rows, lacking, done});
  });
}

async function compare(
  tx: StorageReads,
  accountId: string,
  buckets: CallRequest<'items'>['buckets'],
): Promise<{missing: Ref[]; lacking: string[]}> {
  const missing: Ref[] = [];
  const lacking: string[] = [];
  for (const {bucket, prefixes} of buckets) {
    const asked = new Set(prefixes);
    const here = new Set<string>();
    for (const counted of await tx.counted(accountId, bucket)) {
      const prefix = leafPrefix(leafOf(counted));
      here.add(prefix);
      if (!asked.has(prefix)) missing.push({kind: counted.kind, id: counted.id});
    }
    lacking.push(...prefixes.filter((prefix) => !here.has(prefix)));
  }
  return {missing, lacking};
}
