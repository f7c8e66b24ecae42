/** What can be decided about a conflict, in the order of its buttons. */

import type {ConflictChoice, ConflictView} from '../../db/repositories.ts';
import {questionOf} from './conflict-words.ts';

export interface Choice {
  readonly choice: ConflictChoice;
  readonly words: string;
}

/** Without what needs a text that isn't on this device yet. */
export function choicesOf(conflict: ConflictView): readonly Choice[] {
  return questionOf(conflict) === 'deletion' ? forDeletion(conflict) : forVersions(conflict);
}

function forVersions({ofKind, other: {content}}: ConflictView): Choice[] {
  const keep: Choice = {choice: 'current', words: 'Keep current'};
  if (isAbsent(content)) return [keep];
  const choices: Choice[] = [keep, {choice: 'other', words: 'Use the other version'}];
  const isReadable = content.kind === 'note' && content.text !== null;
  return ofKind === 'note' && isReadable ? [...choices, {choice: 'both', words: 'Keep both as two notes'}] : choices;
}

function forDeletion({ofKind, isNoteDeleted, current, other}: ConflictView): Choice[] {
  const leave: Choice = {choice: 'deleted', words: 'Leave it deleted'};
  const needsOther = (current === null || current.deleted) && !other.deleted;
  if (needsOther && isAbsent(other.content)) return [leave];
  const what = ofKind === 'note' || isNoteDeleted ? 'Bring the note back' : 'Bring it back';
  return [{choice: 'back', words: what}, leave];
}

function isAbsent(content: ConflictView['other']['content']): boolean {
  return content.kind === 'note' && content.text === null && !content.undecodable;
}
