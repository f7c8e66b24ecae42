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

/** What changed; an option, whose title is its key, by what it is for. */
export function titleWords({kind, title}: Pick<WaitingChange, 'kind' | 'title'>): string {
  if (kind === 'option' && title.startsWith('device.')) return 'Name of a device';
  if (kind === 'option' && title.startsWith('lifetime.')) return 'Revision and deletion times';
  return title === '' ? 'Untitled' : title;
}

export function changeWords({kind, change}: Pick<WaitingChange, 'kind' | 'change'>): string {
  return `${kindWords(kind)} ${change}`;
}

export function kindWords(kind: Kind): string {
  return WORD_BY_KIND[kind];
}
