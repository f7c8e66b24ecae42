/** The one row about the replica itself: how it begins, and how a part of it changes. */

import {NEVER_SCRUBBED, type ReplicaState, type Store} from './ports.ts';

export const DEFAULT_TIMEOUT_MS = 30_000;

/** What a replica knows of a server that it has never seen. */
export const NOTHING_KNOWN = {
  epoch: null,
  cursor: null,
  seen: null,
  firstSync: null,
  clock: null,
  clockChoice: 'own',
  lastSyncMs: null,
  lastCheck: null,
  lastVerification: null,
  unresolved: [],
  givenUp: null,
  protocol: null,
  returning: null,
  pulledFrom: null,
} as const satisfies Partial<ReplicaState>;

/** Of a replica that has seen no server, or of one that is about to see its first. */
export function newReplicaState(
  known: Pick<ReplicaState, 'replica' | 'deviceName' | 'createdMs' | 'address' | 'server'>,
): ReplicaState {
  return {
    ...NOTHING_KNOWN,
    ...known,
    timeoutMs: DEFAULT_TIMEOUT_MS,
    scrub: NEVER_SCRUBBED,
    problem: null,
    paused: false,
  };
}

/** In a transaction of its own; nothing where there is no replica. */
export async function changeState(store: Store, edit: (state: ReplicaState) => ReplicaState): Promise<void> {
  await store.transaction('write', async (tx) => {
    const state = await tx.state();
    if (state !== undefined) await tx.putState(edit(state));
  });
}
