/** Deletions whose time has passed, as the server's process erases them. */

import {isErased} from '../protocol/entity.ts';
import {MINUTE, type Scene} from './scene.ts';

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
  const life = scene.server.life();
  life.onEnd(() => noteErased(scene));
  void life.whileAlive(() => scene.server.core().erase()).then(() => noteErased(scene));
}

function noteErased({server, truth}: Scene): void {
  for (const {row} of [...server.storage.tables.entities.values()].flatMap((rows) => [...rows.values()])) {
    if (row.kind === 'note' && isErased(row)) truth.erase(row.id);
  }
}
