/**
 * A note's text cut into blocks: paragraphs, list items as a whole list, tables, … of rich text; lines of Markdown and code.
 * What a merge puts together and what a person compares is made of these.
 */

import {type HtmlNode, isBlank, isBlock, parseHtml, sourceOf} from './html-tree.ts';

export type TextFormat = 'html' | 'markdown' | 'code';

/** Null for what is no text to be merged or compared: pictures, files, canvases. */
export function formatOf({type, mime}: {readonly type: string; readonly mime: string}): TextFormat | null {
  if (type === 'text') return 'html';
  if (type === 'mermaid') return 'code';
  if (type !== 'code') return null;
  return /markdown/i.test(mime) ? 'markdown' : 'code';
}

/** Their sources; joined they are the text, byte for byte. Null where the text can't be cut up: it stands as a whole. */
export function splitBlocks(format: TextFormat, text: string): readonly string[] | null {
  if (format !== 'html') return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
  const nodes = parseHtml(text);
  if (nodes === undefined) return null;
  const {items, tail} = itemsOf(nodes);
  const sources = items.map(({lead, nodes: own}) => lead + sourceOfAll(own));
  if (tail === '') return sources;
  const last = sources.pop() ?? '';
  return [...sources, last + tail];
}

/** A block, or a run of what stands in lines (words, marks, pictures), with the white space before it. */
export interface Item {
  readonly type: 'block' | 'run';
  readonly lead: string;
  readonly nodes: readonly HtmlNode[];
  /** What tells it from others: its source without `lead`. */
  readonly key: string;
}

export interface Items {
  readonly items: readonly Item[];
  /** White space after the last block. */
  readonly tail: string;
}

/** The children of a block, or of a note, as a sequence. */
export function itemsOf(nodes: readonly HtmlNode[]): Items {
  const items: Item[] = [];
  let [lead, run]: [string, HtmlNode[]] = ['', []];
  const endRun = () => {
    if (run.length === 0) return;
    items.push(itemOf('run', lead, run));
    [lead, run] = ['', []];
  };
  for (const node of nodes) {
    if (isBlock(node)) {
      endRun();
      items.push(itemOf('block', lead, [node]));
      lead = '';
    } else if (isBlank(node) && run.length === 0) lead += node.source;
    else run.push(node);
  }
  endRun();
  return {items, tail: lead};
}

export function sourceOfAll(nodes: readonly HtmlNode[]): string {
  return nodes.map(sourceOf).join('');
}

function itemOf(type: Item['type'], lead: string, nodes: readonly HtmlNode[]): Item {
  return {type, lead, nodes, key: sourceOfAll(nodes)};
}
