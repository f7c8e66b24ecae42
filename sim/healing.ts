/**
 * Nothing goes wrong any more: everybody comes back, syncs, and is left alone until each side has read all it has. Then a
 * further round moves nothing.
 */

import {refKey} from '../protocol/entity.ts';
import {EMPTY_HASH} from '../protocol/hash.ts';
import {restOf} from './invariants.ts';
import type {Replica} from './replica.ts';
import {BACK_WITHIN_MS, MINUTE, ROUND_LIMIT_MS, type Scene, tabOf} from './scene.ts';
import {Violation} from './witness.ts';

/** Within it each side reads everything once, at least. */
const DAY = 24 * 60 * MINUTE;
/** What was late has arrived, what was dead is back, and no stamp is ahead of a server whose clock was set back by an hour. */
const CAUGHT_UP_MS = 90 * MINUTE;

export async function heal(scene: Scene): Promise<void> {
  const {scheduler, server, replicas} = scene;
  scene.isHealing = true;
  server.skewMs = 0;
  server.life().endIn(Number.POSITIVE_INFINITY);
  if (!server.isUp()) await scheduler.pass(BACK_WITHIN_MS);
  for (const replica of replicas) {
    Object.assign(replica.clock, {offsetMs: 0, drift: 0});
    replica.isFull = false;
    replica.line.faultOnceIn = 0;
    replica.line.faults.length = 0;
    for (const {life} of replica.tabs) {
      life.endIn(Number.POSITIVE_INFINITY);
      life.endAt(null);
    }
    for (const tab of replica.tabs) tab.setVisible(true);
    replica.setOnline(true);
  }
  await scheduler.pass(CAUGHT_UP_MS);
  for (const replica of replicas) {
    await scheduler.until(tabOf(replica, 0).control.resume(), MINUTE);
    await scheduler.until(tabOf(replica, 0).control.chooseClock('own'), MINUTE);
  }
  for (let pass = 0; pass < 4; pass++) await everybodySyncs(scene);
  if (await somebodyDecided(scene)) await everybodySyncs(scene);
  for (const replica of replicas) await readsRevisions(scene, replica);
  await scrubHeals(scene);
}

/** Nobody asks for anything: what is damaged is found by reading, on either side, and repaired. */
async function scrubHeals(scene: Scene): Promise<void> {
  const {scheduler, replicas, harmed} = scene;
  await scheduler.pass(DAY);
  if (harmed.size === 0) {
    const finds = replicas.map(({store}) => store.snapshot().state?.scrub.last?.found);
    if (finds.some((found) => found !== 0)) throw new Violation('a scrub found what nobody damaged', `${finds}`);
    return;
  }
  // One side may have waited for the other to be whole.
  await scheduler.pass(DAY);
}

/** What nobody has whole any more, and what can't be sent for that, is kept as it is. */
async function somebodyDecided({scheduler, replicas}: Scene): Promise<boolean> {
  let isDecided = false;
  for (const replica of replicas) {
    const {state, outbox} = replica.store.snapshot();
    const stuck = (state?.unresolved ?? []).filter((one) => {
      const row = outbox.get(refKey(one));
      return row === undefined ? one.where === 'device' : row.parked?.type === 'not_whole';
    });
    for (const one of stuck) await scheduler.until(tabOf(replica, 0).control.resolve(one, 'keep'), MINUTE);
    isDecided ||= stuck.length > 0;
  }
  return isDecided;
}

/** A revision of a note whose text wasn't here yet has none here either: whoever opens it gets it. */
async function readsRevisions({scheduler}: Scene, replica: Replica): Promise<void> {
  const {entities, bodies} = replica.store.snapshot();
  const missing = [...entities.values()].filter(
    ({kind, parts, deleted, ...ref}) =>
      kind === 'revision' && !deleted && parts.body !== EMPTY_HASH && !bodies.has(refKey({kind, ...ref})),
  );
  for (const ref of missing) await scheduler.until(tabOf(replica, 0).control.fetchBody(ref), ROUND_LIMIT_MS);
}

/** A server that was put back may not know the token any more: a person signs in again. Whose notebook is elsewhere brings it. */
async function signedIn({scheduler, server}: Scene, replica: Replica): Promise<void> {
  const link = (await scheduler.until(replica.state(), MINUTE))?.server;
  const isHere = link != null && server.storage.tables.documents.has(link.account.id);
  if (isHere && link.token !== null) return;
  if (link != null && !isHere) await scheduler.until(replica.disconnect(), MINUTE);
  await scheduler.until(replica.connect('join account'), ROUND_LIMIT_MS);
}

export async function everybodySyncs(scene: Scene): Promise<void> {
  const {scheduler, replicas} = scene;
  for (const replica of replicas) {
    await signedIn(scene, replica);
    const {control} = tabOf(replica, 0);
    await scheduler.until(control.retry(), MINUTE);
    await scheduler.until(control.syncNow(), ROUND_LIMIT_MS);
  }
  await scheduler.pass(MINUTE);
}

export async function nothingMoves(scene: Scene): Promise<void> {
  const before = restOf(scene.server, scene.replicas);
  await everybodySyncs(scene);
  if (restOf(scene.server, scene.replicas) !== before) throw new Violation('a further round moved something', '');
}
