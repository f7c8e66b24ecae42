/**
 * A strict reader of the HTML that notes hold, for places without a DOM (a service worker merges). It reads only what every
 * browser reads in the one way that is written there: all that HTML's error handling would move or close makes it give up.
 * Sources are kept, so that what isn't changed keeps its bytes.
 */

export interface HtmlElement {
  readonly type: 'element';
  /** In lower case. */
  readonly name: string;
  /** The start tag and the end tag as they are written; a void element has no end tag. */
  readonly open: string;
  readonly close: string;
  readonly children: readonly HtmlNode[];
}

export interface HtmlText {
  readonly type: 'text';
  readonly source: string;
}

export type HtmlNode = HtmlElement | HtmlText;

const BLOCK_NAMES = new Set(
  (
    'p div section article aside header footer main nav address blockquote pre hr h1 h2 h3 h4 h5 h6 ul ol li dl dt dd ' +
    'details summary figure figcaption table caption colgroup col thead tbody tfoot tr td th'
  ).split(' '),
);
const VOID_NAMES = new Set(['br', 'hr', 'img', 'input', 'wbr', 'col']);
/** What closes or moves something when it stands where it may not. */
const NO_BLOCKS_INSIDE = new Set(['p', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'pre', 'a', 'button', 'option']);
const NO_TEXT_INSIDE = new Set(['table', 'thead', 'tbody', 'tfoot', 'tr', 'colgroup', 'ul', 'ol', 'dl']);
const CHILDREN_BY_NAME: Readonly<Record<string, readonly string[]>> = {
  ul: ['li'],
  ol: ['li'],
  dl: ['dt', 'dd', 'div'],
  table: ['caption', 'colgroup', 'thead', 'tbody', 'tfoot'],
  colgroup: ['col'],
  thead: ['tr'],
  tbody: ['tr'],
  tfoot: ['tr'],
  tr: ['td', 'th'],
};
const PARENTS_BY_NAME: Readonly<Record<string, readonly string[]>> = parentsByName();
/** Text in these isn't markup; their like isn't in notes. */
const UNREAD_NAMES = new Set(
  'script style textarea title iframe noscript template svg math select frameset'.split(' '),
);

/** Browsers nest no deeper than 512. */
const MAX_DEPTH = 500;

const TOKEN =
  /<(\/)?([a-zA-Z][a-zA-Z0-9-]*)((?:\s+[^\s"'<>/=]+(?:\s*=\s*(?:"[^"]*"|'[^']*'|[^\s"'=<>`]+))?)*)\s*(\/)?>|[^<]+/y;

interface Opened {
  readonly name: string;
  readonly open: string;
  readonly children: HtmlNode[];
}

/** Undefined where it isn't plainly nested HTML. */
export function parseHtml(html: string): readonly HtmlNode[] | undefined {
  const root: Opened = {name: '', open: '', children: []};
  const stack: Opened[] = [root];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < html.length) {
    const found = TOKEN.exec(html);
    if (found === null || !take(stack, found)) return undefined;
  }
  return stack.length === 1 ? root.children : undefined;
}

export function sourceOf(node: HtmlNode): string {
  return node.type === 'text' ? node.source : `${node.open}${node.children.map(sourceOf).join('')}${node.close}`;
}

export function isBlock(node: HtmlNode): node is HtmlElement {
  return node.type === 'element' && BLOCK_NAMES.has(node.name);
}

export function isBlank(node: HtmlNode): node is HtmlText {
  return node.type === 'text' && /^[ \t\r\n\f]*$/.test(node.source);
}

function take(stack: Opened[], [source, slash, tag, attributes, selfClosing]: RegExpExecArray): boolean {
  const parent = stack.at(-1) as Opened;
  if (tag === undefined) return addText(parent, source);
  const name = tag.toLowerCase();
  if (UNREAD_NAMES.has(name)) return false;
  if (slash !== undefined) return attributes === '' && selfClosing === undefined && close(stack, name, source);
  if (stack.length > MAX_DEPTH || !mayStandIn(stack, name)) return false;
  if (VOID_NAMES.has(name)) {
    parent.children.push({type: 'element', name, open: source, close: '', children: []});
    return true;
  }
  stack.push({name, open: source, children: []});
  return selfClosing === undefined;
}

function addText(parent: Opened, source: string): boolean {
  const text: HtmlText = {type: 'text', source};
  if (NO_TEXT_INSIDE.has(parent.name) && !isBlank(text)) return false;
  parent.children.push(text);
  return true;
}

function close(stack: Opened[], name: string, source: string): boolean {
  const [parent, closed] = [stack.at(-2), stack.pop()];
  if (parent === undefined || closed === undefined || closed.name !== name) return false;
  parent.children.push({type: 'element', name, open: closed.open, close: source, children: closed.children});
  return true;
}

function mayStandIn(stack: readonly Opened[], name: string): boolean {
  const parent = stack.at(-1)?.name ?? '';
  const children = CHILDREN_BY_NAME[parent];
  if (children !== undefined && !children.includes(name)) return false;
  const parents = PARENTS_BY_NAME[name];
  if (parents !== undefined && !parents.includes(parent)) return false;
  if (name === 'a' && stack.some((one) => one.name === 'a')) return false;
  return !BLOCK_NAMES.has(name) || !stack.some((one) => NO_BLOCKS_INSIDE.has(one.name) || isInline(one.name));
}

function isInline(name: string): boolean {
  return name !== '' && !BLOCK_NAMES.has(name);
}

function parentsByName(): Record<string, string[]> {
  const parents: Record<string, string[]> = {};
  for (const [parent, names] of Object.entries(CHILDREN_BY_NAME)) {
    for (const name of names) if (name !== 'div') parents[name] = [...(parents[name] ?? []), parent];
  }
  return parents;
}
