/** "Note edited", "Place in the tree created": what is said of a change, or of an entity, without its title. */

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
  return `${kindWords(kind)} ${change}`;
}

export function kindWords(kind: Kind): string {
  return WORD_BY_KIND[kind];
}
