/** "Note edited", "Place created": a waiting change in two words. */

import type {Kind} from '../../../protocol/entity.ts';
import type {WaitingChange} from '../../db/repositories.ts';

const WORD_BY_KIND: Record<Kind, string> = {
  note: 'Note',
  branch: 'Place in the tree',
  attribute: 'Tag or attribute',
  attachment: 'Attachment',
  revision: 'Revision',
  option: 'Setting',
};

export function changeWords({kind, change}: Pick<WaitingChange, 'kind' | 'change'>): string {
  return `${WORD_BY_KIND[kind]} ${change}`;
}
