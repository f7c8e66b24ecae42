/** Deletions whose time has passed, as the server's process erases them and, much later, forgets them. */

import {isErased, type Ref, type RevisionMeta, refKey} from '../protocol/entity.ts';
import {isOwnDeleted} from '../src/sync/inspect.ts';
import type {EntityRow} from '../src/sync/ports.ts';
import {everybodySyncs} from './healing.ts';
import type {Replica} from './replica.ts';
import {MINUTE, replicaAt, type Scene} from './scene.ts';
import {ERASE_AFTER_MS, HORIZON_MS} from './server.ts';
import {Violation} from './witness.ts';

const ERASES_EVERY_MS = 60 * MINUTE;

/** What is deleted on one device alone, as what it brought into an account, is erased there. */
export function watchOwnErasing({truth}: Scene, {store}: Replica): void {
  const partsBefore = new Map<string, EntityRow['parts']>();
  store.watch(() => {
    for (const {kind, id, meta, parts} of [...store.snapshot().entities.values()].filter(isOwnDeleted)) {
      if (!isErased({deleted: true, parts})) {
        partsBefore.set(id, parts);
        continue;
      }
      const before = partsBefore.get(id);
      if (kind === 'note') truth.erase(id);
      if (kind === 'revision' && before !== undefined && meta?.of !== undefined)
        truth.remove(meta.of, [truth.valueOf(before.data), truth.valueOf(before.body)]);
      partsBefore.delete(id);
    }
  });
}

export function eraseRegularly(scene: Scene): void {
  scene.scheduler.after(ERASES_EVERY_MS, () => {
    if (scene.isHealing) return;
    eraseDue(scene, 'by trusted time');
    eraseRegularly(scene);
  });
}

/** What is erased is read at once: a device that knows nothing of the deletion may bring the note back. */
export function eraseDue(scene: Scene, how: 'by the clock' | 'by trusted time' = 'by the clock'): void {
  if (!scene.server.isUp()) return;
  const before = erasedIn(scene);
  const kept = keptIn(scene);
  const note = () => {
    noteErased(scene, kept, before);
    noteForgotten(scene, before);
  };
  const life = scene.server.life();
  life.onEnd(note);
  const core = scene.server.core();
  const erase = how === 'by the clock' ? core.erase : async () => core.erase(await core.trustedTime());
  void life.whileAlive(() => erase()).then(note);
}

/** Long enough for what is deleted now to be erased and forgotten; one device is away, until it is back online. */
export async function passDays(scene: Scene, away: number): Promise<void> {
  replicaAt(scene, away).setOnline(false);
  for (const passedMs of [ERASE_AFTER_MS, HORIZON_MS]) {
    await scene.scheduler.pass(passedMs);
    eraseDue(scene);
    await scene.scheduler.pass(MINUTE);
  }
}

/**
 * All deletions are over, and all devices have heard: nothing is kept of what was erased, unless somebody is still asked about
 * it.
 */
export async function eraseAll(scene: Scene): Promise<void> {
  eraseDue(scene);
  await scene.scheduler.pass(MINUTE);
  await everybodySyncs(scene);
  const disputed = new Set(keptIn(scene).flatMap(({meta}) => (meta.state === 'open' ? [meta.of] : [])));
  const erased = new Set(erasedIn(scene).map(refKey));
  for (const {key, meta} of keptIn(scene)) {
    // What a repair replaced stays where it isn't known that whoever deleted has seen it.
    if (meta.reason === 'restore') continue;
    if (erased.has(refKey({kind: meta.ofKind, id: meta.of})) && !disputed.has(meta.of))
      throw new Violation('a revision is left of what was erased', `${key} ${JSON.stringify(meta)}`);
  }
}

interface Kept {
  readonly key: string;
  readonly stamp: string;
  readonly meta: RevisionMeta;
  readonly parts: {readonly data: string; readonly body: string};
}

function keptIn(scene: Scene): Kept[] {
  return rowsIn(scene).flatMap(({stamp, meta, parts, ...ref}) =>
    meta?.type === 'revision' ? [{key: refKey(ref), stamp, meta, parts}] : [],
  );
}

function rowsIn({server}: Scene) {
  return [...server.storage.tables.entities.values()].flatMap((rows) => [...rows.values()].map(({row}) => row));
}

function erasedIn(scene: Scene): Ref[] {
  return rowsIn(scene).filter(isErased);
}

/** What was kept of a note goes with it, but what somebody is still asked about. The note's deletion may be forgotten by then. */
function noteErased(scene: Scene, kept: readonly Kept[], before: readonly Ref[]): void {
  const stampByKey = new Map(rowsIn(scene).flatMap((row) => (isErased(row) ? [[refKey(row), row.stamp]] : [])));
  const erased = new Set([...before.map(refKey), ...stampByKey.keys()]);
  for (const {key, stamp, meta, parts} of kept) {
    if (!stampByKey.has(key) || !erased.has(refKey({kind: meta.ofKind, id: meta.of}))) continue;
    if (meta.state === 'open' && stampByKey.get(key) === stamp) continue; // nobody has decided in between
    scene.truth.remove(meta.of, [scene.truth.valueOf(parts.data), scene.truth.valueOf(parts.body)]);
  }
  for (const row of rowsIn(scene)) if (row.kind === 'note' && isErased(row)) scene.truth.erase(row.id);
}

/** Whoever edited such a note while away brings back the state that he knew. */
function noteForgotten(scene: Scene, before: readonly Ref[]): void {
  const now = new Set(rowsIn(scene).map(refKey));
  const forgotten = before.filter((ref) => !now.has(refKey(ref)));
  for (const {kind, id} of forgotten) if (kind === 'note') scene.truth.bringBack(id);
  scene.witness.forgotten(forgotten);
}
