/**
 * HTML as a list of words that is the same for two texts that say the same: attribute order, folded white space, empty
 * attributes, the nesting of plain emphasis and boolean attributes don't count; everything else does. If in doubt, it counts.
 */

import {FOLDED_SPACE, isElement, isInline, isText} from './inline-names.ts';
import {parseHtml} from './stored-html.ts';

/** Emphasis that looks the same in whatever order it is nested. */
const PLAIN = /^(?:b|strong|i|em|sub|sup|small|code|kbd|var|samp|tt)$/;
const ATOMS = /^(?:img|br|input|wbr)$/;
const BOOLEAN = /^(?:checked|disabled|nowrap|open|controls|reversed)$/;
const NEUTRAL = new Map([
  ['start', '1'],
  ['colspan', '1'],
  ['rowspan', '1'],
]);

/**
 * Null where the text is more than a body: a head, a doctype, or what a parser would change for good; and where it has a
 * form, whose named fields hide the properties of its element from whoever walks it.
 */
export function normalForm(html: string): readonly string[] | null {
  if (html.includes('\0') || /<\/?(?:html|head|body|form|!doctype)\b/i.test(html)) return null;
  const document = parseHtml(html);
  if (document.head.childNodes.length > 0) return null;
  const words: Word[] = [];
  walk(document.body, [], words, 'folded');
  return finish(words);
}

interface Word {
  readonly kind: 'block' | 'atom' | 'text' | 'exact';
  readonly text: string;
  /** The inline elements around it. */
  readonly marks: string;
}

function walk(parent: Node, marks: readonly string[], words: Word[], spaces: 'folded' | 'exact'): void {
  for (const node of parent.childNodes) {
    if (isText(node))
      words.push({kind: spaces === 'exact' ? 'exact' : 'text', text: node.data, marks: marksKey(marks)});
    else if (!isElement(node)) words.push({kind: 'block', text: `<!--${node.nodeValue}-->`, marks: ''});
    else if (ATOMS.test(node.localName)) words.push({kind: 'atom', text: tagOf(node), marks: marksKey(marks)});
    else if (isInline(node)) walkInline(node, marks, words, spaces);
    else walkBlock(node, marks, words);
  }
}

function walkInline(element: Element, marks: readonly string[], words: Word[], spaces: 'folded' | 'exact'): void {
  const tag = tagOf(element);
  const isAnchor = element.localName === 'a' || element.attributes.length > 0;
  if (isAnchor && element.childNodes.length === 0)
    words.push({kind: 'atom', text: `${tag} empty`, marks: marksKey(marks)});
  walk(element, PLAIN.test(element.localName) && marks.includes(tag) ? marks : [...marks, tag], words, spaces);
}

function walkBlock(element: Element, marks: readonly string[], words: Word[]): void {
  const name = element.localName;
  words.push({kind: 'block', text: `${tagOf(element)} in ${marksKey(marks)}`, marks: ''});
  walk(element, [], words, name === 'pre' || name === 'textarea' ? 'exact' : 'folded');
  words.push({kind: 'block', text: `</${name}>`, marks: ''});
}

/** Order-free for plain emphasis; in their order for links, colours, lines. */
function marksKey(marks: readonly string[]): string {
  const isPlain = (mark: string) => PLAIN.test(/^[\w-]+/.exec(mark)?.[0] ?? '');
  return [...marks.filter((mark) => !isPlain(mark)), '|', ...marks.filter(isPlain).sort()].join(' ');
}

function tagOf(element: Element): string {
  const attributes = [...element.attributes]
    .map(({name, value}) => attributeOf(name, value))
    .filter((text) => text !== null);
  return [element.localName, ...attributes.sort()].join(' ');
}

function attributeOf(name: string, value: string): string | null {
  if (BOOLEAN.test(name)) return name;
  if (NEUTRAL.get(name) === value) return null;
  const normal = name === 'class' ? classOf(value) : name === 'style' ? styleOf(value) : value;
  if (normal === '' && (name === 'class' || name === 'style')) return null;
  return `${name}=${JSON.stringify(normal)}`;
}

function classOf(value: string): string {
  return value.split(/\s+/).filter(Boolean).sort().join(' ');
}

/** Declarations in order of their first word; those that share it (margin, margin-left) keep their order. */
function styleOf(value: string): string {
  const declarations = value.split(';').map((text) =>
    text
      .replace(/\s+/g, ' ')
      .replace(/^ ?([^:]*?) ?: ?/, lowerName)
      .trim(),
  );
  const group = (text: string) => /^-?\w*/.exec(text)?.[0] ?? '';
  return declarations
    .filter(Boolean)
    .sort((a, b) => (group(a) < group(b) ? -1 : group(a) > group(b) ? 1 : 0))
    .join('; ');
}

function lowerName(_whole: string, name: string): string {
  return `${name.toLowerCase()}: `;
}

/** Joins neighbouring text of the same marks, and folds white space as a browser does at lines' ends. */
function finish(words: readonly Word[]): string[] {
  const folded: Word[] = [];
  let isAfterSpace = true;
  for (const word of words) {
    if (word.kind !== 'text') {
      if (word.kind === 'block' || word.text.startsWith('br')) trimEnd(folded);
      isAfterSpace = word.kind === 'block' || word.text.startsWith('br');
      folded.push(word);
      continue;
    }
    const all = word.text.replace(FOLDED_SPACE, ' ');
    const text = isAfterSpace && all.startsWith(' ') ? all.slice(1) : all;
    if (text === '') continue;
    isAfterSpace = text.endsWith(' ');
    folded.push({...word, text});
  }
  trimEnd(folded);
  return join(folded).map(({kind, marks, text}) => `${kind} ${marks} ${text}`);
}

/** Takes the space away that ends a line; it may stand in several marks. */
function trimEnd(words: Word[]): void {
  for (let last = words.at(-1); last?.kind === 'text' && last.text.endsWith(' '); last = words.at(-1)) {
    words.pop();
    if (last.text !== ' ') words.push({...last, text: last.text.slice(0, -1)});
  }
}

function join(words: readonly Word[]): Word[] {
  const joined: Word[] = [];
  for (const word of words) {
    const last = joined.at(-1);
    const isMore =
      last?.kind === word.kind && last.marks === word.marks && (word.kind === 'text' || word.kind === 'exact');
    if (isMore) joined[joined.length - 1] = {...word, text: last.text + word.text};
    else joined.push(word);
  }
  return joined;
}
