/**
 * Finds and rewrites tags in HTML text, for what has to be known before the sanitiser sees it. No parser: it reads what
 * editors write, leaves alone what it doesn't understand, and decides nothing about safety, which comes after it.
 */

export interface Tag {
  /** In lower case. */
  readonly name: string;
  readonly isClosing: boolean;
  /** Values decoded; names in lower case. Empty for closing tags. */
  readonly attributes: ReadonlyMap<string, string>;
  /** Where it is in the text, end not included. */
  readonly start: number;
  readonly end: number;
}

const NAME = /[a-zA-Z][a-zA-Z0-9-]*/y;
const ATTRIBUTE = /[\s/]*([^\s/>="'<]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'=<>`]+)))?/y;
const END_OF_TAG = /[\s/]*>/y;

/** All complete tags, in order, except those in comments. */
export function* scanTags(html: string): Generator<Tag> {
  for (let at = html.indexOf('<'); at >= 0; at = html.indexOf('<', at)) {
    if (html.startsWith('<!--', at)) {
      const end = html.indexOf('-->', at + 4);
      if (end < 0) return;
      at = end + 3;
      continue;
    }
    const tag = tagAt(html, at);
    if (tag === undefined) at++;
    else {
      yield tag;
      at = tag.end;
    }
  }
}

/** Replaces the tags for which `rewrite` gives a text; all else stays as it is, byte for byte. */
export function rewriteTags(html: string, rewrite: (tag: Tag) => string | undefined): string {
  let rewritten = '';
  let from = 0;
  for (const tag of scanTags(html)) {
    const replacement = rewrite(tag);
    if (replacement === undefined) continue;
    rewritten += html.slice(from, tag.start) + replacement;
    from = tag.end;
  }
  return rewritten + html.slice(from);
}

export function writeTag(name: string, attributes: ReadonlyMap<string, string>): string {
  const written = [...attributes].map(([attribute, value]) => ` ${attribute}="${escapeHtml(value)}"`);
  return `<${name}${written.join('')}>`;
}

export function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function tagAt(html: string, start: number): Tag | undefined {
  const isClosing = html[start + 1] === '/';
  const name = matchAt(NAME, html, start + (isClosing ? 2 : 1));
  if (name === null) return undefined;
  const attributes = new Map<string, string>();
  let at = NAME.lastIndex;
  while (matchAt(END_OF_TAG, html, at) === null) {
    const attribute = matchAt(ATTRIBUTE, html, at);
    if (attribute === null) return undefined;
    const [, key = '', double, single, bare] = attribute;
    // Of two with one name browsers take the first.
    if (!attributes.has(key.toLowerCase())) attributes.set(key.toLowerCase(), decode(double ?? single ?? bare ?? ''));
    at = ATTRIBUTE.lastIndex;
  }
  return {name: name[0].toLowerCase(), isClosing, attributes, start, end: END_OF_TAG.lastIndex};
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

const CHARACTER_BY_ENTITY: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: '\u00a0',
};

function decode(value: string): string {
  return value.replace(/&(?:#(\d{1,7})|#x([\da-f]{1,6})|([a-z]{2,4}));/gi, (entity, decimal, hex, name) => {
    if (name !== undefined) return CHARACTER_BY_ENTITY[String(name)] ?? entity;
    const code = decimal === undefined ? Number.parseInt(hex, 16) : Number(decimal);
    return code <= 0x10ffff ? String.fromCodePoint(code) : entity;
  });
}
