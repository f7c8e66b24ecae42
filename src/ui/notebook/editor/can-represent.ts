/**
 * Whether the editor can hold a stored text without losing any of it: read with the editor's schema, written back, and
 * compared as normal forms. What it can't hold is shown read-only and keeps its bytes; so editing is never lossy.
 */

import type {Node as DocumentNode} from '@tiptap/pm/model';
import {editorSchema} from './extensions.ts';
import {normalForm} from './normal-form.ts';
import {cleanHtml} from './sanitise.ts';
import {documentFromHtml, documentToHtml} from './stored-html.ts';

export type Representation = {readonly state: 'editable'; readonly doc: DocumentNode} | {readonly state: 'read_only'};

export function represent(html: string): Representation {
  const doc = documentFromHtml(editorSchema(), cleanHtml(html));
  return saysTheSame(html, documentToHtml(doc)) ? {state: 'editable', doc} : {state: 'read_only'};
}

/** For reports and tests: the first words that differ, or null. */
export function firstDifference(
  html: string,
): {readonly stored: string | undefined; readonly written: string | undefined} | null {
  const written = normalForm(documentToHtml(documentFromHtml(editorSchema(), cleanHtml(html))));
  const stored = normalForm(html);
  if (stored === null || written === null) return {stored: undefined, written: undefined};
  const at = stored.findIndex((word, index) => word !== written[index]);
  if (at < 0 && stored.length === written.length) return null;
  return {stored: stored[at < 0 ? stored.length : at], written: written[at < 0 ? stored.length : at]};
}

function saysTheSame(a: string, b: string): boolean {
  const [left, right] = [normalForm(a), normalForm(b)];
  if (left === null || right === null || left.length !== right.length) return false;
  return left.every((word, index) => word === right[index]);
}
