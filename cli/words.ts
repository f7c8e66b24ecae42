/** How the commands say what a database holds. */

import type {DataFileFacts} from '../server/storage/data-file.ts';
import type {Tally} from '../server/verify.ts';

/** Times in UTC, as backups travel. */
export function contentWords({accounts, notes, newestMs}: DataFileFacts): string {
  const counts = `${counted(accounts, 'account')} and ${counted(notes, 'note')}`;
  if (newestMs === null) return counts;
  return `${counts}; its newest change arrived at ${new Date(newestMs).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

/** What SQLite's own check of a copy passes over; undefined where all is well. `where`: where else it is so. */
export function damageWords(tally: Tally | undefined, where = ''): string | undefined {
  if (tally === undefined) return 'Its rows were not checked, as it is of an older Aster.';
  const {damagedRows, differences} = tally;
  if (differences === 0) return undefined;
  const found = damagedRows > 0 ? counted(damagedRows, 'damaged row') : counted(differences, 'difference');
  return `It has ${found}${where}. \`npm run aster -- verify\` names what is wrong and says what to do.`;
}

export function counted(count: number, noun: string): string {
  return `${count.toLocaleString('en')} ${noun}${count === 1 ? '' : 's'}`;
}
