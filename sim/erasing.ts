/** Deletions whose time has passed, as the server's process erases them and, much later, forgets them. */

import {isErased, type Ref, refKey} from '../protocol/entity.ts';
import {ERASE_AFTER_MS} from './person.ts';
import {MINUTE, replicaAt, type Scene} from './scene.ts';
import {HORIZON_MS} from './server.ts';

const ERASES_EVERY_MS = 60 * MINUTE;

export function eraseRegularly(scene: Scene): void {
  scene.scheduler.after(ERASES_EVERY_MS, () => {
    if (scene.isHealing) return;
    eraseDue(scene);
    eraseRegularly(scene);
  });
}

/** What is erased is read at once: a device that knows nothing of the deletion may bring the note back. */
export function eraseDue(scene: Scene): void {
  if (!scene.server.isUp()) return;
  const before = erasedIn(scene);
  const note = () => {
    noteErased(scene);
    noteForgotten(scene, before);
  };
  const life = scene.server.life();
  life.onEnd(note);
  void life.whileAlive(() => scene.server.core().erase()).then(note);
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

function rowsIn({server}: Scene) {
  return [...server.storage.tables.entities.values()].flatMap((rows) => [...rows.values()].map(({row}) => row));
}

function erasedIn(scene: Scene): Ref[] {
  return rowsIn(scene).filter(isErased);
}

function noteErased(scene: Scene): void {
  for (const row of rowsIn(scene)) if (row.kind === 'note' && isErased(row)) scene.truth.erase(row.id);
}

/** Whoever edited such a note while away brings back the state that he knew. */
function noteForgotten(scene: Scene, before: readonly Ref[]): void {
  const now = new Set(rowsIn(scene).map(refKey));
  const forgotten = before.filter((ref) => !now.has(refKey(ref)));
  for (const {kind, id} of forgotten) if (kind === 'note') scene.truth.bringBack(id);
  scene.witness.forgotten(forgotten);
}
