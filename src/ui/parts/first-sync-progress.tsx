/** How far a first sync is, in counts and bytes. */

import type {SyncStatus} from '../../sync/api.ts';
import {formatBytes, formatNumber} from '../formats.ts';
import {ProgressBar} from './progress-bar.tsx';

export function FirstSyncProgress({firstSync}: Pick<SyncStatus, 'firstSync'>) {
  const isKnown = firstSync !== null && firstSync.total > 0;
  return (
    <ProgressBar
      label="First sync"
      value={firstSync?.received ?? 0}
      total={isKnown ? firstSync.total : null}
      words={
        !isKnown
          ? 'Nothing received yet'
          : `${formatNumber(firstSync.received)} of ${formatNumber(firstSync.total)} received, ${formatBytes(firstSync.bytes ?? 0)}`
      }
    />
  );
}
