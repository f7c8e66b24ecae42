/** Why a version was kept, for people. */

import type {RevisionView} from '../../../db/repositories.ts';

export function reasonWords({
  reason,
  state,
  wasDeleted,
}: Pick<RevisionView, 'reason' | 'state' | 'wasDeleted'>): string {
  const words = WORDS_BY_REASON[reason];
  if (reason !== 'conflict') return words;
  if (wasDeleted) return 'Conflict: kept because it was deleted while someone edited it';
  if (state === 'merged') return 'Conflict: merged into the newer text';
  return state === 'resolved' ? `${words}; settled` : words;
}

const WORDS_BY_REASON: Record<RevisionView['reason'], string> = {
  edit: 'Kept while it was edited',
  conflict: 'Conflict: kept because a newer change won',
  merge: 'Kept before another version was merged in',
  restore: 'Kept before an older version was restored',
  import: 'Kept before an import changed it',
  named: 'Saved by hand',
};
