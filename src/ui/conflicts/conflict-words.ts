/** What is said of a conflict: what happened, what it means for the note, what a decision did. */

import type {ConflictChoice, ConflictHead, ConflictSide, ConflictView} from '../../db/repositories.ts';

/** What the last decision did. */
export interface Told {
  readonly title: string;
  readonly words: string;
  readonly link?: {readonly noteId: string; readonly words: string};
}

/** `deletion`: one side is gone, or both are, and the question is whether that stays so. */
export function questionOf({current, other}: Pick<ConflictView, 'current' | 'other'>): 'versions' | 'deletion' {
  return current === null || current.deleted || other.deleted ? 'deletion' : 'versions';
}

const NOUN_BY_KIND: Record<ConflictHead['ofKind'], string> = {
  note: 'note',
  attribute: 'tag or attribute',
  attachment: 'attachment',
};

/** "note", "tag or attribute", "attachment". */
export function nounOf({ofKind}: Pick<ConflictHead, 'ofKind'>): string {
  return NOUN_BY_KIND[ofKind];
}

export function whatHappened(conflict: ConflictView): string {
  const {current, other, ofKind} = conflict;
  const what =
    ofKind === 'note'
      ? 'This note'
      : ofKind === 'attribute'
        ? 'A tag or attribute of this note'
        : 'An attachment of this note';
  if (questionOf(conflict) === 'versions') {
    return `${what} was changed in two places, and neither had the other’s change. The newer version is the current one; the other is kept until you decide.`;
  }
  if (current === null) return `${what} isn’t on this device; a version of it was kept.`;
  if (current.deleted && other.deleted) return `${what} was deleted in two places, with different content.`;
  return `${what} was edited in one place and deleted in another. ${
    current.deleted ? 'It is deleted now' : 'It is here now'
  }; nothing of it is erased until you decide.`;
}

/** The two sides in a word or two. */
export function sideNames(conflict: ConflictView): readonly [string, string] {
  const isAsked = questionOf(conflict) === 'versions';
  const {current, other} = conflict;
  return [
    nameOf(current, isAsked ? 'Current version' : 'As it was edited'),
    nameOf(other, isAsked ? 'Other version' : 'As it was edited'),
  ];
}

export function settledWords(choice: ConflictChoice | 'taken', title: string): string {
  const note = `“${title}”`;
  switch (choice) {
    case 'current':
      return `${note} stays as it is. The other version is in its revisions.`;
    case 'other':
      return `${note} now has the other version. The one before is in its revisions.`;
    case 'both':
      return `${note} stays as it is, and the other version is a note of its own beside it.`;
    case 'back':
      return `${note} is back.`;
    case 'deleted':
      return `${note} stays deleted. Its versions are kept for now.`;
    case 'taken':
      return `Everything is taken over into ${note}. The text before is in its revisions.`;
  }
}

export const SETTLED_ELSEWHERE = 'Another device or tab decided this conflict a moment earlier.';

function nameOf(side: ConflictSide | null, otherwise: string): string {
  if (side === null) return 'Not on this device';
  return side.deleted ? 'As it was deleted' : otherwise;
}
