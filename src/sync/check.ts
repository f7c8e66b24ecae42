/**
 * The hash check of design section 8: when the cursor is at the head that a root was read with, both sides hold the same
 * or something is wrong. The cost doesn't grow with the number of notes.
 */

import {BUCKET_COUNT, rootDigest} from '../../protocol/digest.ts';
import {failed, ok, type Result} from '../../protocol/errors.ts';
import type {Hash} from '../../protocol/hash.ts';
import type {HashCheck, StoreTx} from './ports.ts';
import {notReturning} from './returning.ts';
import type {RoundPorts} from './round-ports.ts';
import type {Standing} from './standing.ts';

const ALL_BUCKETS = Array.from({length: BUCKET_COUNT}, (_, index) => index);

/** The root of what this replica counts; in the caller's transaction. */
export async function localRoot(tx: StoreTx): Promise<Hash> {
  const buckets = await tx.buckets(ALL_BUCKETS);
  return rootDigest((index) => buckets[index]);
}

/** Compares and stores the result. Null: not comparable now, since the cursor isn't at `standing`'s head. */
export async function checkHash(
  {store, time}: RoundPorts,
  {head, root: serverRoot}: Standing,
): Promise<Result<HashCheck | null>> {
  const check = await store.transaction('write', async (tx) => {
    const state = await tx.state();
    if (state?.cursor?.seq !== head.seq || (state.seen?.seq ?? 0) > head.seq) return null;
    const root = await localRoot(tx);
    const made: HashCheck = {
      atMs: time.wallMs(),
      result: root === serverRoot ? 'equal' : 'different',
      root,
      serverRoot,
    };
    await tx.putState({...(made.result === 'equal' ? notReturning(state) : state), lastCheck: made});
    return made;
  });
  if (check?.result !== 'different') return ok(check);
  return failed({type: 'hash_mismatch', message: 'this device and the server hold different notes'});
}
