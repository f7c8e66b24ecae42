/** How the commands say what a database holds. */

import type {DataFileFacts} from '../server/storage/data-file.ts';

/** Times in UTC, as backups travel. */
export function contentWords({accounts, notes, newestMs}: DataFileFacts): string {
  const counts = `${counted(accounts, 'account')} and ${counted(notes, 'note')}`;
  if (newestMs === null) return counts;
  return `${counts}; its newest change arrived at ${new Date(newestMs).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

export function counted(count: number, noun: string): string {
  return `${count.toLocaleString('en')} ${noun}${count === 1 ? '' : 's'}`;
}
