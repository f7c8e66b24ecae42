/**
 * Merging rich text: blocks first, then what is inside a block that both sides changed, down to the words of a paragraph.
 * A paragraph's words carry the marks (bold, links, …) that they stand in, and are written out anew, so that the result is
 * always plainly nested.
 */

import {type HtmlElement, type HtmlNode, parseHtml, sourceOf} from './html-tree.ts';
import {type Item, itemsOf, sourceOfAll} from './text-blocks.ts';
import {type Merging, mergeSequences} from './three-way.ts';
import {likenessOf, wordsOf} from './words.ts';

/** A word, or a picture, line break or formula, inside its marks: start tags from the outermost to the innermost. */
interface Piece {
  readonly marks: readonly HtmlElement[];
  readonly source: string;
}

/** Null where the sides overlap, or one of them isn't plainly nested HTML. */
export function mergeHtml(base: string, older: string, newer: string): string | null {
  const [from, a, b] = [base, older, newer].map(parseHtml);
  if (from === undefined || a === undefined || b === undefined) return null;
  const merged = mergeChildren(from, a, b);
  return merged === null ? null : checked(sourceOfAll(merged));
}

/** Without a text that both were made from: the older one's blocks, then those of the newer one that it lacks. */
export function joinHtml(older: string, newer: string): string | null {
  const [a, b] = [older, newer].map(parseHtml);
  if (a === undefined || b === undefined) return null;
  const [first, second] = [itemsOf(a), itemsOf(b)];
  const joined = joinBlocks(first.items, second.items);
  return joined === null ? null : checked(written(joined, first.tail));
}

/** What was put together is read once more: a merge is valid or it isn't made. */
function checked(html: string): string | null {
  return parseHtml(html) === undefined ? null : html;
}

function mergeChildren(
  base: readonly HtmlNode[],
  older: readonly HtmlNode[],
  newer: readonly HtmlNode[],
): readonly HtmlNode[] | null {
  const [from, a, b] = [itemsOf(base), itemsOf(older), itemsOf(newer)];
  const merged = mergeSequences(from.items, a.items, b.items, BLOCKS);
  if (merged === null || hasRunsSideBySide(merged)) return null;
  const tail = pick(from.tail, a.tail, b.tail) ?? a.tail;
  return [...merged.flatMap(nodesOf), ...textOf(tail)];
}

const BLOCKS: Merging<Item> = {
  keyOf: ({key}) => key,
  likeness: (a, b) => (nameOf(a) === nameOf(b) ? likenessOf(wordsIn(a), wordsIn(b)) : 0),
  mergeItem: mergeItems,
  isBlank: (item) => wordsIn(item).every((word) => word.trim() === ''),
  join: joinBlocks,
  touching: 'apart',
};

function mergeItems(base: Item, older: Item, newer: Item): Item | null {
  if (base.type === 'run') return mergeRuns(base, older, newer);
  const [from, a, b] = [base, older, newer].map(({nodes}) => nodes[0]);
  if (from?.type !== 'element' || a?.type !== 'element' || b?.type !== 'element') return null;
  const open = pick(from.open, a.open, b.open);
  const children = mergeChildren(from.children, a.children, b.children);
  if (open === null || children === null) return null;
  const nodes = [{...from, open, children}];
  return {type: 'block', lead: pick(base.lead, older.lead, newer.lead) ?? older.lead, nodes, key: sourceOfAll(nodes)};
}

function mergeRuns(base: Item, older: Item, newer: Item): Item | null {
  const [from, a, b] = [base, older, newer].map(({nodes}) => piecesOf(nodes, []));
  if (from === undefined || a === undefined || b === undefined) return null;
  const merged = mergeSequences(from, a, b, WORDS);
  if (merged === null) return null;
  const nodes = parseHtml(withMarks(merged));
  return nodes === undefined ? null : {type: 'run', lead: older.lead, nodes, key: sourceOfAll(nodes)};
}

const WORDS: Merging<Piece> = {
  keyOf: ({marks, source}) => `${marks.map(({open}) => open).join('')} ${source}`,
  likeness: () => 0,
  mergeItem: () => null,
  isBlank: () => false,
  join: () => null,
  touching: 'overlapping',
};

function joinBlocks(older: readonly Item[], newer: readonly Item[]): readonly Item[] | null {
  const keys = new Set(older.map(({key}) => key));
  const added = newer.filter(({key}) => !keys.has(key));
  return hasRunsSideBySide([...older, ...added]) ? null : [...older, ...added];
}

/** Words of two sides would run into each other. */
function hasRunsSideBySide(items: readonly Item[]): boolean {
  return items.some(({type}, at) => type === 'run' && items[at + 1]?.type === 'run');
}

function nameOf({type, nodes: [node]}: Item): string {
  return type === 'run' || node?.type !== 'element' ? type : node.name;
}

function wordsIn({nodes}: Item): readonly string[] {
  return nodes.flatMap(function words(node): readonly string[] {
    if (node.type === 'text') return wordsOf(node.source);
    return node.close === '' ? [node.open] : node.children.flatMap(words);
  });
}

function piecesOf(nodes: readonly HtmlNode[], marks: readonly HtmlElement[]): readonly Piece[] {
  return nodes.flatMap((node): readonly Piece[] => {
    if (node.type === 'text') return wordsOf(node.source).map((source) => ({marks, source}));
    if (node.children.length === 0 || isWhole(node)) return [{marks, source: sourceOf(node)}];
    return piecesOf(node.children, [...marks, node]);
  });
}

/** A formula isn't cut, nor joined with the one beside it. */
function isWhole({name, open}: HtmlElement): boolean {
  return name === 'span' && /\bmath/.test(open);
}

function withMarks(pieces: readonly Piece[]): string {
  let html = '';
  let opened: readonly HtmlElement[] = [];
  for (const {marks, source} of [...pieces, {marks: [], source: ''}]) {
    const shared = sharedMarks(opened, marks);
    for (const {close} of opened.slice(shared).reverse()) html += close;
    for (const {open} of marks.slice(shared)) html += open;
    html += source;
    opened = marks;
  }
  return html;
}

function sharedMarks(a: readonly HtmlElement[], b: readonly HtmlElement[]): number {
  let at = 0;
  while (at < a.length && at < b.length && a[at]?.open === b[at]?.open) at++;
  return at;
}

function written(items: readonly Item[], tail: string): string {
  return sourceOfAll([...items.flatMap(nodesOf), ...textOf(tail)]);
}

function nodesOf({lead, nodes}: Item): readonly HtmlNode[] {
  return [...textOf(lead), ...nodes];
}

function textOf(source: string): readonly HtmlNode[] {
  return source === '' ? [] : [{type: 'text', source}];
}

/** What at most one side changed; null where both did, differently. */
function pick(base: string, older: string, newer: string): string | null {
  if (older === newer || newer === base) return older;
  return older === base ? newer : null;
}
