/** Stored and pasted HTML made safe to show, by the rules of src/notes/html-rules.ts. Never stored back by itself. */

import DOMPurify from 'dompurify';
import {createCleaner} from '../../../notes/html-rules.ts';
import {absentPicture, nameOf} from './pictures.ts';

let cleaner: ((html: string) => string) | undefined;

export function cleanHtml(html: string): string {
  cleaner ??= createCleaner(DOMPurify(window));
  return cleaner(html);
}

/** For reading: pictures whose bytes aren't in the note are replaced by their name, so that nothing is loaded from elsewhere. */
export function cleanForShow(html: string): DocumentFragment {
  const template = document.createElement('template');
  template.innerHTML = cleanHtml(html);
  for (const image of template.content.querySelectorAll('img')) {
    const source = image.getAttribute('src') ?? '';
    if (!source.startsWith('data:image/')) image.replaceWith(absentPicture(image.alt || nameOf(source)));
  }
  for (const box of template.content.querySelectorAll('input')) box.disabled = true;
  return document.importNode(template.content, true);
}
