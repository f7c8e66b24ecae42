/** The one line that the person reads, from what is stored and what runs. Pure and total: every situation has its words. */

import type {ErrorType, SyncError} from '../../protocol/errors.ts';
import type {StatusState, SyncStatus} from './api.ts';
import {isArriving, type Overview} from './ports.ts';

export interface Situation {
  readonly overview: Overview;
  readonly isOnline: boolean;
  /** A round runs, in whatever tab or in the worker. */
  readonly isSyncing: boolean;
  /** What failed here and couldn't be stored: it goes before what is stored, which is older. */
  readonly untold: SyncError | null;
}

/** Without a network the last round's failure is no news: it was another, or none yet. */
const OFFLINE: SyncError = {type: 'offline', message: 'this device has no network'};

export function statusOf(situation: Situation): SyncStatus {
  const {state, waiting, parked} = situation.overview;
  const shown = stateOf(situation);
  return {
    state: shown,
    waiting,
    parked,
    firstSync: state?.firstSync ?? null,
    arriving: state !== undefined && isArriving(state),
    problem: shown === 'offline' ? OFFLINE : problemOf(situation),
    lastSyncMs: state?.lastSyncMs ?? null,
    lastCheck: state?.lastCheck ?? null,
    lastVerification: state?.lastVerification ?? null,
    unresolved: state?.unresolved ?? [],
    clockOffsetMs: state?.clock?.offsetMs ?? null,
    replica: state ?? null,
  };
}

/**
 * What the person has to know first: that nothing can be sent (and why), then that something failed, then what runs, then
 * what was refused, then what waits. "Synced" is what is left: nothing waits, nothing is refused, the last round was good.
 */
function stateOf(situation: Situation): StatusState {
  const {overview, isOnline, isSyncing} = situation;
  const {state, waiting, parked} = overview;
  if (!state?.server) return 'not_set_up';
  if (state.server.token === null) return 'signed_out';
  if (state.paused) return 'paused';
  if (!isOnline) return 'offline';
  const problem = problemOf(situation);
  if (problem !== null) return problemState(problem.type);
  if (state.cursor === null) return 'syncing';
  if (isSyncing && (waiting > parked || state.firstSync !== null || state.lastSyncMs === null)) return 'syncing';
  if (parked > 0 || state.unresolved.length > 0) return 'problem';
  return waiting > 0 ? 'waiting' : 'synced';
}

function problemOf({overview, untold}: Situation): SyncError | null {
  return untold ?? overview.state?.problem ?? null;
}

function problemState(type: ErrorType): StatusState {
  switch (type) {
    case 'offline':
      return 'offline';
    case 'unreachable':
    case 'timeout':
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
