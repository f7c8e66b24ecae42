/** Puts another device's text into a running editor: only what differs is replaced, so cursor, scroll and undo stay. */

import type {Editor} from '@tiptap/core';
import type {Node as DocumentNode} from '@tiptap/pm/model';
import type {Transaction} from '@tiptap/pm/state';

const FROM_STORE = 'asterFromStore';

export function replaceDocument(editor: Editor, next: DocumentNode): void {
  const {doc, tr} = editor.state;
  const start = doc.content.findDiffStart(next.content);
  if (start === null) return;
  const ends = doc.content.findDiffEnd(next.content) ?? {a: doc.content.size, b: next.content.size};
  // The equal ends may overlap the equal start where something is repeated.
  const overlap = Math.max(0, start - Math.min(ends.a, ends.b));
  tr.replace(start, ends.a + overlap, next.slice(start, ends.b + overlap));
  if (!tr.doc.eq(next)) {
    tr.replaceWith(0, tr.doc.content.size, next.content);
  }
  editor.view.dispatch(tr.setMeta(FROM_STORE, true).setMeta('addToHistory', false));
}

export function isFromStore(transaction: Transaction): boolean {
  return transaction.getMeta(FROM_STORE) === true;
}
