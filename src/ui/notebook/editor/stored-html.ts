/**
 * The two ways between stored HTML and the editor's document. Nothing here touches the page: all DOM is made in inert
 * documents, so that no image loads and no script runs.
 */

import {DOMSerializer, type Node as DocumentNode, DOMParser as DocumentParser, type Schema} from '@tiptap/pm/model';
import {restoreStyles} from './kept-attributes.ts';
import {unwrapKept, wrapKept} from './shape-kept.ts';
import {keepSpaces, unwrapBareLines, wrapBareLines} from './shape-lines.ts';
import {closeTables, openTables} from './shape-tables.ts';
import {closeTasks, openTasks} from './shape-tasks.ts';

export function parseHtml(html: string): Document {
  return new DOMParser().parseFromString(html, 'text/html');
}

/** `html` must be sanitised. */
export function documentFromHtml(schema: Schema, html: string): DocumentNode {
  const {body} = parseHtml(html);
  openShapes(body);
  return DocumentParser.fromSchema(schema).parse(body);
}

export function documentToHtml(doc: DocumentNode): string {
  if (isBlankDocument(doc)) return '';
  const {body} = parseHtml('');
  DOMSerializer.fromSchema(doc.type.schema).serializeFragment(doc.content, {document: body.ownerDocument}, body);
  closeShapes(body);
  return body.innerHTML;
}

/** Stored to editor, in place. Lines last: what is inline is known then. */
export function openShapes(body: Element): void {
  wrapKept(body);
  openTables(body);
  openTasks(body);
  wrapBareLines(body);
}

/** Editor to stored, in place. Tasks before lines: a task's first line goes into its label. */
export function closeShapes(body: Element): void {
  restoreStyles(body);
  keepSpaces(body);
  closeTasks(body);
  unwrapBareLines(body);
  closeTables(body);
  unwrapKept(body);
}

/** The one empty line that the editor makes where nothing is stored. */
function isBlankDocument(doc: DocumentNode): boolean {
  const line = doc.firstChild;
  return doc.childCount === 1 && line?.type.name === 'paragraph' && line.content.size === 0 && line.attrs.bare !== 'no';
}
