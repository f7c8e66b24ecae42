/** The status control's words (ui.md "Sync status"), and which tone goes with them. Pure. */

import type {StatusState, SyncStatus} from '../../sync/api.ts';
import {formatCount, formatNumber, formatTime} from '../formats.ts';

export type StatusTone = 'good' | 'busy' | 'calm' | 'warn' | 'bad';

export interface StatusWords {
  readonly state: string;
  /** Time or count beside it; empty when there is none. */
  readonly detail: string;
  readonly tone: StatusTone;
}

type Shown = Pick<SyncStatus, 'state' | 'waiting' | 'parked' | 'firstSync' | 'lastSyncMs'>;

const WORDS_BY_STATE: Record<StatusState, (status: Shown, nowMs: number) => StatusWords> = {
  synced: ({lastSyncMs}, nowMs) => ({
    state: 'Synced',
    detail: lastSyncMs === null ? '' : formatTime(lastSyncMs, nowMs),
    tone: 'good',
  }),
  syncing: (status) => ({state: 'Syncing', detail: progressWords(status), tone: 'busy'}),
  waiting: ({waiting}) => ({state: changesWaiting(waiting), detail: '', tone: 'busy'}),
  offline: (status) => ({state: 'Offline', detail: unsentWords(status), tone: 'calm'}),
  unreachable: (status) => ({state: 'Server not reachable', detail: unsentWords(status), tone: 'warn'}),
  signed_out: (status) => ({state: 'Signed out', detail: unsentWords(status), tone: 'warn'}),
  clock: (status) => ({state: 'Clock problem', detail: unsentWords(status), tone: 'bad'}),
  problem: (status) => ({state: 'Sync problem', detail: unsentWords(status), tone: 'bad'}),
  not_set_up: () => ({state: 'Not set up', detail: '', tone: 'calm'}),
  paused: ({waiting}) =>
    waiting === 0
      ? {state: 'Paused', detail: '', tone: 'calm'}
      : {state: changesWaiting(waiting), detail: 'paused', tone: 'calm'},
};

export function statusWords(status: Shown, nowMs: number): StatusWords {
  return WORDS_BY_STATE[status.state](status, nowMs);
}

export function changesWaiting(waiting: number): string {
  return `${formatCount(waiting, 'change')} waiting`;
}

/** What the server doesn't have yet, and of it apart what it refused: only that needs a person. */
function unsentWords({waiting, parked}: Shown): string {
  const unsent = waiting > parked ? [`${formatNumber(waiting - parked)} waiting`] : [];
  const refused = parked > 0 ? [`${formatNumber(parked)} refused`] : [];
  return [...unsent, ...refused].join(', ');
}

function progressWords({firstSync, waiting, parked}: Shown): string {
  if (firstSync !== null) return `${formatNumber(firstSync.received)} of ${formatNumber(firstSync.total)}`;
  return waiting > parked ? formatNumber(waiting - parked) : '';
}
