/** Finding what differs: bucket digests, then the leaves of the buckets that differ (design section 8). */

import {toBase64Url} from '../../protocol/bytes.ts';
import {bucketOf, EMPTY_BUCKET, isCounted, leafOf, leafPrefix, withLeaves} from '../../protocol/digest.ts';
import type {Ref} from '../../protocol/entity.ts';
import {ok, type Result} from '../../protocol/errors.ts';
import {MAX_PULL_ROWS, PULL_PAGE_BYTES} from '../../protocol/limits.ts';
import type {CallAnswer, CallRequest, PulledEntity} from '../../protocol/messages.ts';
import type {StorageReads} from '../storage/port.ts';
import {isCountedIn} from './commit.ts';
import {encodeRow} from './encode.ts';
import {readDocument, readStanding, standingOf} from './history.ts';
import type {CorePorts, Device} from './ports.ts';
import type {Recomputed} from './recompute.ts';
import {isSoundWhole} from './sound.ts';

export async function listBuckets(
  {storage}: CorePorts,
  recompute: (accountId: string) => Promise<Recomputed>,
  {accountId}: Device,
  request: CallRequest<'buckets'>,
): Promise<Result<CallAnswer<'buckets'>>> {
  if (request.recompute) {
    const {digests, stale, ...standing} = await recompute(accountId);
    return ok({...standing, digests: toBase64Url(digests), stale: [...stale]});
  }
  return storage.read(async (tx) => {
    const document = await readDocument(tx, accountId);
    return ok({...(await standingOf(tx, accountId, document)), digests: toBase64Url(document.digests)});
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
    const {missing, lacking, damaged, lossy} = await compare(tx, accountId, buckets);
    for (const ref of damaged) log('error', 'a stored row fails its own hash and is not served', {accountId, ...ref});
    const rows: PulledEntity[] = [];
    let bytes = 0;
    let done = true;
    for (const ref of missing) {
      done = bytes < PULL_PAGE_BYTES && rows.length < MAX_PULL_ROWS;
      if (!done) break;
      const row = await tx.entity(accountId, ref);
      if (row === undefined) continue;
      rows.push(encodeRow(row));
      bytes += row.data.length + (row.body?.length ?? 0);
    }
    return ok({...standing, rows, lacking, damaged, lossy, done});
  });
}

interface Compared {
  readonly missing: Ref[];
  readonly lacking: string[];
  readonly damaged: Ref[];
  readonly lossy: number[];
}

/** A row that fails its own hash counts as absent: lacking here where the replica has it, damaged where it lacks it too. */
async function compare(
  tx: StorageReads,
  accountId: string,
  buckets: CallRequest<'items'>['buckets'],
): Promise<Compared> {
  const compared: Compared = {missing: [], lacking: [], damaged: [], lossy: []};
  const document = await readDocument(tx, accountId);
  for (const {bucket, prefixes} of buckets) {
    const asked = new Set(prefixes);
    const here = new Set<string>();
    const leaves: Uint8Array[] = [];
    for (const {kind, id, ...counted} of await tx.counted(accountId, bucket)) {
      const leaf = leafOf({kind, id, ...counted});
      const prefix = leafPrefix(leaf);
      const row = await tx.entity(accountId, {kind, id});
      const isWhole = row !== undefined && isSoundWhole(row);
      if (isWhole && (bucketOf(id) !== bucket || !isCounted(row))) continue; // filed wrongly: it counts elsewhere, or nowhere
      if (isWhole) {
        here.add(prefix);
        leaves.push(leaf);
      }
      if (!asked.has(prefix)) (isWhole ? compared.missing : compared.damaged).push({kind, id});
    }
    for (const prefix of prefixes) if (!here.has(prefix)) compared.lacking.push(prefix);
    const isComplete = isCountedIn(document, bucket, withLeaves(EMPTY_BUCKET, {added: leaves, removed: []}));
    if (!isComplete || document.lossy.includes(bucket)) compared.lossy.push(bucket);
  }
  return compared;
}
