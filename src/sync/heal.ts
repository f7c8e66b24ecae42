/**
 * What follows when the server has another history than this device has seen: it was put back to an older copy, or restored
 * from a backup (design section 8). Both sides are compared before anything else and brought together: what only one has
 * goes to the other, of two versions the higher stamp stands and a sound loser is kept. What is damaged here is counted no
 * more, so that no difference may tell of it: it is looked for first. Idempotent; several devices may do it at once. What waits here is pushed by the round that goes on afterwards.
 */

import {failed, ok, type Result, type SyncError} from '../../protocol/errors.ts';
import {ALL_BUCKETS, recount} from './recount.ts';
import {repair} from './repair.ts';
import {OTHER_HISTORY} from './repair-ground.ts';
import type {RoundPorts} from './round-ports.ts';
import {linkOf} from './standing.ts';

/** Others heal or go on writing meanwhile; revisions that the server makes of what it replaces come with the next attempt. */
const MAX_ATTEMPTS = 5;

/** `error`: what the server said, and the outcome where it can't be healed now. */
export async function healHistory(ports: RoundPorts, error: SyncError): Promise<Result<void>> {
  const link = linkOf(await ports.store.transaction('read', (tx) => tx.state()));
  if (!link.ok) return link;
  const {damaged} = await recount(ports, ALL_BUCKETS, () => undefined);
  for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
    const repaired = await repair(ports, 'differing', {ground: OTHER_HISTORY, damaged});
    if (!repaired.ok) return repaired;
    if (repaired.value.outcome === 'equal') return ok(undefined);
  }
  return failed(error);
}
