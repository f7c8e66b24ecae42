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

type Shown = Pick<SyncStatus, 'state' | 'waiting' | 'firstSync' | 'lastSyncMs'>;

const WORDS_BY_STATE: Record<StatusState, (status: Shown, nowMs: number) => StatusWords> = {
  synced: ({lastSyncMs}, nowMs) => ({
    state: 'Synced',
    detail: lastSyncMs === null ? '' : formatTime(lastSyncMs, nowMs),
    tone: 'good',
  }),
  syncing: (status) => ({state: 'Syncing', detail: progressWords(status), tone: 'busy'}),
  waiting: ({waiting}) => ({state: changesWaiting(waiting), detail: '', tone: 'busy'}),
  offline: ({waiting}) => ({state: 'Offline', detail: waitingWords(waiting), tone: 'calm'}),
  unreachable: ({waiting}) => ({state: 'Server not reachable', detail: waitingWords(waiting), tone: 'warn'}),
  signed_out: ({waiting}) => ({state: 'Signed out', detail: waitingWords(waiting), tone: 'warn'}),
  clock: ({waiting}) => ({state: 'Clock problem', detail: waitingWords(waiting), tone: 'bad'}),
  problem: ({waiting}) => ({state: 'Sync problem', detail: waitingWords(waiting), tone: 'bad'}),
  not_set_up: () => ({state: 'Not set up', detail: '', tone: 'calm'}),
  paused: ({waiting}) => ({state: changesWaiting(waiting), detail: 'paused', tone: 'calm'}),
};

export function statusWords(status: Shown, nowMs: number): StatusWords {
  return WORDS_BY_STATE[status.state](status, nowMs);
}

export function changesWaiting(waiting: number): string {
  return `${formatCount(waiting, 'change')} waiting`;
}

function waitingWords(waiting: number): string {
  return waiting === 0 ? '' : `${formatNumber(waiting)} waiting`;
}

function progressWords({firstSync, waiting}: Shown): string {
  if (firstSync !== null) return `${formatNumber(firstSync.received)} of ${formatNumber(firstSync.total)}`;
  return waiting === 0 ? '' : formatNumber(waiting);
}
