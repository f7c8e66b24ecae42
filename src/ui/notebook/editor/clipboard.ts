/**
 * Copy and paste. What is copied leaves in the stored form, as other programs know it; what is pasted is sanitised and
 * brought into the editor's form, wherever it comes from.
 */

import {DOMSerializer, type Fragment, type Schema} from '@tiptap/pm/model';
import {cleanHtml} from './sanitise.ts';
import {closeShapes, openShapes, parseHtml} from './stored-html.ts';

export class StoredFormSerializer extends DOMSerializer {
  static of(schema: Schema): StoredFormSerializer {
    return new StoredFormSerializer(DOMSerializer.nodesFromSchema(schema), DOMSerializer.marksFromSchema(schema));
  }

  override serializeFragment(fragment: Fragment): DocumentFragment {
    const {body} = parseHtml('');
    super.serializeFragment(fragment, {document: body.ownerDocument}, body);
    closeShapes(body);
    const copied = document.createDocumentFragment();
    copied.append(...[...body.childNodes].map((node) => document.importNode(node, true)));
    return copied;
  }
}

/** Lines without a paragraph become what the place where they are pasted makes of them. */
export function pastedHtml(html: string): string {
  const {body} = parseHtml(cleanHtml(html));
  openShapes(body);
  for (const line of body.querySelectorAll('[data-aster-bare]')) line.setAttribute('data-aster-bare', 'auto');
  return body.innerHTML;
}
