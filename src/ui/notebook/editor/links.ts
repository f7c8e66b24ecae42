/** Links in notes: to another note they open it here, to the world in a tab of its own. */

import {isAllowedHref, parseLinkHref} from '../../../notes/html-links.ts';

/** True when the click was on a link: the caller then keeps the browser from following it by itself. */
export function followLink(target: EventTarget | null, onOpenNote: ((noteId: string) => void) | undefined): boolean {
  const href = target instanceof Element ? target.closest('a[href]')?.getAttribute('href') : undefined;
  if (href == null) return false;
  const link = parseLinkHref(href);
  if (link?.kind === 'note') onOpenNote?.(link.id);
  else if (isElsewhere(href)) open(href, '_blank', 'noopener,noreferrer');
  return true;
}

/** Relative addresses of an import mean nothing here. */
function isElsewhere(href: string): boolean {
  return /^(?:https?:|mailto:|tel:)/i.test(href) && isAllowedHref(href);
}
