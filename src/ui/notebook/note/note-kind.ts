/** How a note's text is shown and whether it can be edited, from its type and its text. */

import type {NoteView} from '../../../db/repositories.ts';

export type NoteKind =
  | {readonly kind: 'html'}
  | {readonly kind: 'plain'; readonly readOnly: string | null}
  | {readonly kind: 'absent' | 'undecodable' | 'bytes' | 'empty'};

const PLAIN_TYPES = new Set(['code', 'mermaid', 'markdown']);
const BYTE_TYPES = new Set(['image', 'file']);

const CARRIAGE_RETURNS =
  'This text has line ends of another system. It can’t be edited here yet without changing them.';
const UNKNOWN_TYPE = 'Notes of this kind can’t be edited here yet. The text is kept exactly as it is.';

export function kindOf({type, text, undecodable}: Pick<NoteView, 'type' | 'text' | 'undecodable'>): NoteKind {
  if (BYTE_TYPES.has(type)) return {kind: 'bytes'};
  if (undecodable) return {kind: 'undecodable'};
  if (text === null) return {kind: 'absent'};
  if (type === 'text') return {kind: 'html'};
  if (PLAIN_TYPES.has(type)) return {kind: 'plain', readOnly: text.includes('\r') ? CARRIAGE_RETURNS : null};
  return text.trim() === '' ? {kind: 'empty'} : {kind: 'plain', readOnly: UNKNOWN_TYPE};
}
