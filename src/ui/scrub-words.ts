/** When this device's data was last read through by itself, and what was found, in words. Pure. */

import type {SyncStatus} from '../sync/api.ts';
import type {ScrubPass} from '../sync/ports.ts';
import {formatCount, formatTime} from './formats.ts';

type Standing = Pick<SyncStatus, 'replica' | 'unresolved' | 'lastCheck'>;

/** The pass that runs is told of as soon as it found something; else the last one. */
export function scrubWords(status: Standing, nowMs: number): string {
  const {pass = null, last = null} = status.replica?.scrub ?? {};
  if (pass !== null && pass.foundMs !== null) return `${formatTime(pass.foundMs, nowMs)}: ${foundWords(pass, status)}`;
  if (last !== null) return `${formatTime(last.endedMs, nowMs)}: ${foundWords(last, status)}`;
  return pass === null ? 'Not yet' : `${Math.floor((pass.nextBucket * 100) / 256)} % so far`;
}

function foundWords({found, foundMs}: ScrubPass, {replica, unresolved, lastCheck}: Standing): string {
  if (found === 0) return 'Everything on this device is whole.';
  const many = formatCount(found, 'entry was', 'entries were');
  if (unresolved.length > 0) return `${many} damaged or missing. Not everything could be repaired.`;
  if (replica?.server == null) return `${many} damaged or missing, which is settled since.`;
  const isRepaired = lastCheck?.result === 'equal' && lastCheck.atMs >= (foundMs ?? 0);
  return isRepaired
    ? `${many} damaged or missing, and repaired.`
    : `${many} damaged or missing. The next sync repairs what the server has.`;
}
