/** The sanitiser of imports: DOMPurify with the rules of notes. For the page: a worker has no DOM. */

import DOMPurify, {type RemovedAttribute, type RemovedElement} from 'dompurify';
import {createCleaner} from '../notes/html-rules.ts';
import type {Sanitize} from './plan-trilium.ts';

export function createSanitizer(): Sanitize {
  const purifier = DOMPurify(window);
  let cut = 0;
  const clean = createCleaner(purifier, () => cut++);
  return (dirty) => {
    cut = 0;
    const html = clean(dirty);
    return {html, removed: cut + purifier.removed.filter(isWorthTelling).length};
  };
}

/** Comments are left out as well, but nobody saw them; `remove` is DOMPurify's own (FORCE_BODY). */
function isWorthTelling(removed: RemovedElement | RemovedAttribute): boolean {
  return !('element' in removed) || !['#comment', 'REMOVE'].includes(removed.element.nodeName);
}
