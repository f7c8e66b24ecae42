import type {ReplicaState, Store} from './ports.ts';

/** In a transaction of its own; nothing where there is no replica. */
export async function changeState(store: Store, edit: (state: ReplicaState) => ReplicaState): Promise<void> {
  await store.transaction('write', async (tx) => {
    const state = await tx.state();
    if (state !== undefined) await tx.putState(edit(state));
  });
}
