/**
 * Puts another text into a running editor: only what differs is replaced, block by block and inside a block, so that cursor,
 * scroll and undo stay.
 */

import type {Editor} from '@tiptap/core';
import type {Node as DocumentNode} from '@tiptap/pm/model';
import type {Transaction} from '@tiptap/pm/state';
import {pairAlike} from '../../../notes/pair-alike.ts';
import {diffSequences, type Hunk} from '../../../notes/sequence-diff.ts';
import {likenessOf, wordsOf} from '../../../notes/words.ts';
import {editorSchema} from './extensions.ts';
import {documentFromHtml, documentToHtml} from './stored-html.ts';

const FROM_STORE = 'asterFromStore';

export function replaceDocument(editor: Editor, next: DocumentNode): void {
  const {tr} = editor.state;
  const doc = asStored(editor.state.doc);
  const hunks = diffSequences(doc.children.map(keyOf), next.children.map(keyOf));
  // From the end, so that positions before a change stay what they are.
  for (const hunk of hunks.toReversed()) replaceBlocks(tr, doc, next, hunk);
  if (!tr.docChanged) return;
  if (!asStored(tr.doc).eq(next)) tr.replaceWith(0, tr.doc.content.size, next.content);
  // TipTap would make an empty text, put in where all was selected, one of its own making.
  tr.setMeta('preventClearDocument', true);
  editor.view.dispatch(tr.setMeta(FROM_STORE, true).setMeta('addToHistory', false));
}

export function isFromStore(transaction: Transaction): boolean {
  return transaction.getMeta(FROM_STORE) === true;
}

/**
 * As it would come back from the store: what was typed here has attributes of the editor's own making (shape-lines.ts), which are no
 * difference. Every place in it is the same place in `doc`.
 */
function asStored(doc: DocumentNode): DocumentNode {
  const {schema} = doc.type;
  const stored = schema.nodeFromJSON(documentFromHtml(editorSchema(), documentToHtml(doc)).toJSON());
  return hasSamePlaces(doc, stored) ? stored : doc;
}

function hasSamePlaces(a: DocumentNode, b: DocumentNode): boolean {
  if (a.type !== b.type || a.text !== b.text || a.childCount !== b.childCount) return false;
  return a.children.every((child, index) => hasSamePlaces(child, b.child(index)));
}

function keyOf(block: DocumentNode): string {
  return JSON.stringify(block.toJSON());
}

/** From the last block to the first: those that became others inside, what is between them as a whole. */
function replaceBlocks(tr: Transaction, doc: DocumentNode, next: DocumentNode, {start, end, from, to}: Hunk): void {
  const [before, after] = [doc.children.slice(start, end), next.children.slice(from, to)];
  let [below, nextBelow] = [before.length, after.length];
  const replaceBetween = (x: number, y: number) => {
    if (x < below || y < nextBelow)
      tr.replaceWith(placeOf(doc, start + x), placeOf(doc, start + below), after.slice(y, nextBelow));
  };
  for (const [x, y] of pairAlike(before, after, likeness).toReversed()) {
    replaceBetween(x + 1, y + 1);
    replaceBlock(tr, doc, start + x, next.child(from + y));
    [below, nextBelow] = [x, y];
  }
  replaceBetween(0, 0);
}

function likeness(a: DocumentNode, b: DocumentNode): number {
  return a.type === b.type ? likenessOf(wordsOf(a.textContent), wordsOf(b.textContent)) : 0;
}

function replaceBlock(tr: Transaction, doc: DocumentNode, index: number, next: DocumentNode): void {
  const [block, place] = [doc.child(index), placeOf(doc, index)];
  const start = block.content.findDiffStart(next.content);
  const ends = block.content.findDiffEnd(next.content);
  if (!block.sameMarkup(next) || start === null || ends === null) {
    tr.replaceWith(place, place + block.nodeSize, next);
    return;
  }
  // The equal ends may overlap the equal start where something is repeated.
  const overlap = Math.max(0, start - Math.min(ends.a, ends.b));
  tr.replace(place + 1 + start, place + 1 + ends.a + overlap, next.slice(start, ends.b + overlap));
}

function placeOf(doc: DocumentNode, index: number): number {
  return doc.children.slice(0, index).reduce((place, block) => place + block.nodeSize, 0);
}
