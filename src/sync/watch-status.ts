/** The status as it changes: from what is stored, from who holds the round's lock, and from what the browser says of its network. */

import type {SyncError} from '../../protocol/errors.ts';
import type {SyncStatus} from './api.ts';
import type {Connectivity, Locks, Overview, Store} from './ports.ts';
import {ROUND_LOCK} from './round-lock.ts';
import {statusOf} from './status.ts';

export interface StatusPorts {
  readonly store: Pick<Store, 'watch'>;
  readonly locks: Pick<Locks, 'watch'>;
  readonly connectivity: Pick<Connectivity, 'isOnline' | 'watch'>;
}

/** Tells what failed here and couldn't be stored, and null when that is over; until the returned function is called. */
export type WatchFailure = (listener: (failure: SyncError | null) => void) => () => void;

/** Calls `listener` as soon as the store has answered, then on every change; until the returned function is called. */
export function watchStatus(
  {store, connectivity, locks}: StatusPorts,
  watchFailure: WatchFailure,
  listener: (status: SyncStatus) => void,
): () => void {
  let overview: Overview | undefined;
  let isSyncing = false;
  let untold: SyncError | null = null;
  const tell = () => {
    const isOnline = connectivity.isOnline();
    if (overview) listener(statusOf({overview, isOnline, isSyncing, untold}));
  };
  const stops = [
    store.watch((next) => {
      if (next.state?.lastSyncMs !== overview?.state?.lastSyncMs) untold = null; // a round since, here or elsewhere, was good
      overview = next;
      tell();
    }),
    locks.watch(ROUND_LOCK, (isHeld) => {
      isSyncing = isHeld;
      tell();
    }),
    connectivity.watch(tell),
    watchFailure((failure) => {
      untold = failure;
      tell();
    }),
  ];
  return () => {
    for (const stop of stops) stop();
  };
}
