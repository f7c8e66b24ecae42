/** What "Verify everything" is doing and what it found, in words. Pure. */

import type {SyncStatus, VerifyProgress} from '../sync/api.ts';
import type {Verification} from '../sync/ports.ts';
import {formatCount, formatNumber} from './formats.ts';
import type {Tone} from './parts/banner.tsx';

export interface VerificationWords {
  readonly title: string;
  readonly tone: Tone;
}

export function progressWords({phase, done, total}: VerifyProgress): string {
  switch (phase) {
    case 'device':
      return total === 0 ? 'Syncing first' : `${formatNumber(done)} of ${formatNumber(total)} checked on this device`;
    case 'server':
      return 'The server checks its side';
    case 'repair':
      return total === 0 ? 'Both sides are compared' : `${formatCount(total, 'part')} of 256 differ and are repaired`;
  }
}

type Standing = Pick<SyncStatus, 'replica' | 'unresolved'>;

export function verificationWords(verification: Verification, {replica, unresolved}: Standing): VerificationWords {
  const {result, repaired} = verification;
  switch (result) {
    case 'equal':
      return {title: 'Everything is whole, and the same here and on the server.', tone: 'good'};
    case 'repaired':
      return {title: `${repairedWords(repaired)}. Both sides hold the same again.`, tone: 'good'};
    case 'unresolved':
      return unresolved.length === 0
        ? {title: 'What could not be repaired then is settled since.', tone: 'info'}
        : {title: 'Not everything could be repaired.', tone: 'bad'};
    case 'moved':
      return {title: 'Notes kept changing meanwhile: verify again when nobody writes.', tone: 'info'};
    case 'device_only':
      if (unresolved.length > 0) return {title: 'Something on this device is damaged.', tone: 'bad'};
      if (replica?.server == null) return {title: 'Everything on this device is whole.', tone: 'good'};
      return {title: 'Everything on this device is whole; the server could not be asked.', tone: 'warn'};
  }
}

export function checkedWords({checked}: Verification): string {
  return `${formatCount(checked, 'entry', 'entries')} of this device computed anew`;
}

function repairedWords(repaired: number): string {
  return `${formatCount(repaired, 'entry was', 'entries were')} damaged or missing on one side and repaired`;
}
