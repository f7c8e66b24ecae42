/** What befalls one side as a whole: its rows, its history or its store. One kind in a run, as its schedule says. */

import {toBase64Url} from '../protocol/bytes.ts';
import {rootDigest} from '../protocol/digest.ts';
import type {Tables} from '../server/storage/memory-storage.ts';
import {createMemoryStore} from '../src/sync/memory-store.ts';
import type {Replica} from './replica.ts';
import {BACK_WITHIN_MS, type Scene, unlessFailed} from './scene.ts';
import type {Schedule} from './steps.ts';

export function befalls({schedule, witness}: Scene, calamity: Schedule['calamity']): boolean {
  if (schedule.calamity !== calamity) return false;
  if (calamity === 'damage') witness.damaged();
  if (calamity === 'put back') witness.putBack();
  return true;
}

export function putBack({server, random}: Scene, copy: Tables, epoch: 'same' | 'new'): void {
  server.life().end();
  server.storage.restore(copy);
  if (epoch === 'new') server.storage.tables.meta.set('epoch', toBase64Url(random.bytes(16)));
}

/** The server has everything that this device has: then nothing is lost with it. */
export function isSettled({server}: Scene, {store}: Replica): boolean {
  const {outbox, buckets, state} = store.snapshot();
  const root = rootDigest((index) => buckets.get(index));
  const isThere = [...server.storage.tables.documents.values()].some((document) => document.root === root);
  return state?.cursor != null && outbox.size === 0 && isThere;
}

export function evict({scheduler}: Scene, replica: Replica): void {
  for (const {life} of replica.tabs) life.end();
  replica.store.restore(createMemoryStore().snapshot());
  scheduler.after(BACK_WITHIN_MS, () => void replica.connect('sign in').catch(unlessFailed));
}
