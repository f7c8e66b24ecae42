/** The one line that the person reads, from what is stored and what runs. Pure and total: every situation has its words. */

import type {ErrorType} from '../../protocol/errors.ts';
import type {StatusState, SyncStatus} from './api.ts';
import type {Overview} from './ports.ts';

export interface Situation {
  readonly overview: Overview;
  readonly isOnline: boolean;
  /** A round runs in this tab. */
  readonly isSyncing: boolean;
}

export function statusOf(situation: Situation): SyncStatus {
  const {state, waiting, parked} = situation.overview;
  return {
    state: stateOf(situation),
    waiting,
    parked,
    firstSync: state?.firstSync ?? null,
    problem: state?.problem ?? null,
    lastSyncMs: state?.lastSyncMs ?? null,
    lastCheck: state?.lastCheck ?? null,
    lastVerification: state?.lastVerification ?? null,
    unresolved: state?.unresolved ?? [],
    clockOffsetMs: state?.clock?.offsetMs ?? null,
    replica: state ?? null,
  };
}

function stateOf({overview: {state, waiting, parked}, isOnline, isSyncing}: Situation): StatusState {
  if (!state?.server) return 'not_set_up';
  if (state.server.token === null) return 'signed_out';
  if (state.paused) return 'paused';
  if (!isOnline) return 'offline';
  if (state.problem) return problemState(state.problem.type);
  if (isSyncing && (waiting > 0 || state.firstSync !== null || state.lastSyncMs === null)) return 'syncing';
  if (parked > 0 || state.unresolved.length > 0) return 'problem';
  return waiting > 0 || state.cursor === null ? 'waiting' : 'synced';
}

function problemState(type: ErrorType): StatusState {
  switch (type) {
    case 'offline':
      return 'offline';
    case 'unreachable':
    case 'timeout':
    case 'server_error':
    case 'busy':
      return 'unreachable';
    case 'clock_skew':
      return 'clock';
    case 'signed_out':
    case 'device_removed':
      return 'signed_out';
    default:
      return 'problem';
  }
}
