/** "Save" of a server's address. A server that isn't reachable now may be right all the same; what answers and is none, isn't. */

import {ok, type Result, type SyncError} from '../../protocol/errors.ts';
import type {AddressError} from './address-error.ts';
import type {SavedServer} from './api.ts';
import {findServer, isUnreached} from './find-server.ts';
import type {ReplicaState, Store} from './ports.ts';
import type {Probe} from './probe.ts';
import {changeState} from './replica-state.ts';
import {serversMeant} from './server-addresses.ts';

export interface SavePorts {
  readonly store: Store;
  readonly probe: Probe;
}

export async function saveServer(
  {store, probe}: SavePorts,
  typed: string,
  timeoutMs: number,
): Promise<Result<SavedServer, SyncError | AddressError>> {
  const state = await store.transaction('read', (tx) => tx.state());
  const meant = await addressOf(probe, typed.trim(), state?.server?.address ?? state?.address ?? null);
  if (meant.ok) await changeState(store, (state) => withAddress(state, meant.value.address, timeoutMs));
  return meant;
}

async function addressOf(
  probe: Probe,
  typed: string,
  saved: string | null,
): Promise<Result<SavedServer, SyncError | AddressError>> {
  if (typed === saved) return ok({address: saved, isReached: true});
  const meant = serversMeant(typed);
  if (!meant.ok) return meant;
  const found = await findServer(probe, typed);
  if (found.ok) return ok({address: found.value.address, isReached: true});
  const likeliest = meant.value[0]?.addresses[0];
  return isUnreached(found.error) && likeliest !== undefined ? ok({address: likeliest, isReached: false}) : found;
}

/** The address of the account that this replica has may change (the server moved); who it is is checked by every answer. */
function withAddress(state: ReplicaState, address: string, timeoutMs: number): ReplicaState {
  return {...state, address, timeoutMs, server: state.server && {...state.server, address}};
}
