/**
 * What the editor shows but can't edit: pictures with their captions, formulas, included notes, definition lists. Such an
 * element is one piece in the editor and keeps its source; the text around it can be edited.
 */

import {isTableFigure} from './shape-tables.ts';

const KEPT_BLOCKS = 'figure, details, dl, section.include-note, address, fieldset, hgroup, audio, video';
const KEPT_INLINE = 'span.math-tex, ruby, math, svg, picture';
const KEPT = 'data-aster-kept';

/** Stored to editor; before all other shapes, as it takes elements with all that is in them. */
export function wrapKept(body: Element): void {
  for (const element of body.querySelectorAll(`${KEPT_BLOCKS}, ${KEPT_INLINE}`)) {
    if (!body.contains(element) || isTableFigure(element)) continue;
    const holder = body.ownerDocument.createElement(element.matches(KEPT_INLINE) ? 'span' : 'div');
    holder.setAttribute(KEPT, element.outerHTML);
    element.replaceWith(holder);
  }
}

/** Editor to stored. */
export function unwrapKept(body: Element): void {
  for (const holder of body.querySelectorAll(`[${KEPT}]`)) {
    const template = body.ownerDocument.createElement('template');
    template.innerHTML = holder.getAttribute(KEPT) ?? '';
    holder.replaceWith(template.content);
  }
}
