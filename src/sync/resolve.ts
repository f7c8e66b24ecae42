/**
 * What a person decides about an entity that no side has whole. The damaged bytes stay set aside, whatever is chosen.
 */

import {NO_BYTES, type Ref, refKey} from '../../protocol/entity.ts';
import type {ResolveChoice} from './api.ts';
import {asAbsent} from './inspect.ts';
import {writeVersion, writingBy} from './local-version.ts';
import type {Store, StoreTx, Time} from './ports.ts';
import {Workset} from './workset.ts';

export async function resolve(
  {store, time}: {readonly store: Store; readonly time: Time},
  ref: Ref,
  choice: ResolveChoice,
): Promise<void> {
  await store.transaction('write', async (tx) => {
    const state = await tx.state();
    const named = state?.unresolved.find((one) => refKey(one) === refKey(ref));
    if (state === undefined || named === undefined) return;
    const isHere = named.where !== 'server';
    if (isHere && choice === 'keep') await keepAsEdit(tx, ref, time.wallMs());
    if (isHere && choice === 'remove') await remove(tx, ref);
    await tx.putState({...state, unresolved: state.unresolved.filter((one) => one !== named)});
  });
}

/** As a new version with hashes of what is stored now, made from none that others may have whole; it goes out like any edit. */
async function keepAsEdit(tx: StoreTx, ref: Ref, wallMs: number): Promise<void> {
  const state = await tx.state();
  const ws = new Workset(tx);
  await ws.load([ref]);
  const entity = ws.entity(ref);
  if (state === undefined || entity === undefined) return;
  const {deleted, meta, data} = entity;
  const row = ws.outbox(ref);
  if (row !== undefined) ws.setOutbox(ref, {...row, parked: null, sendWhole: true, base: null, baseVersion: null});
  const body = ws.body(ref)?.body ?? NO_BYTES;
  // Bytes of its own: those of the stored version would keep the hash that they fail.
  writeVersion(ws, ref, {deleted, meta, data: data.slice(), body}, writingBy(state, wallMs));
  await ws.flush();
}

/** What is counted leaves the digest first: the server has it still, and the next check brings it back. */
async function remove(tx: StoreTx, ref: Ref): Promise<void> {
  const ws = new Workset(tx);
  await ws.load([ref]);
  const entity = ws.entity(ref);
  if (entity !== undefined) ws.setEntity(asAbsent(entity));
  await ws.flush();
  await tx.deleteOutbox([ref]);
  await tx.deleteBodies([ref]);
  await tx.deleteEntities([ref]);
}
