/** Which HTML elements stand in a line of text, for the shapes that the editor knows. */

const INLINE_NAMES = new Set(
  `a abbr b bdi bdo big br cite code data del dfn em font i img input ins kbd label mark math picture q rp rt ruby s samp small
   span strike strong sub sup svg time tt u var wbr`.split(/\s+/),
);

export function isElement(node: Node | null | undefined): node is Element {
  return node?.nodeType === 1;
}

export function isText(node: Node | null | undefined): node is Text {
  return node?.nodeType === 3;
}

/** Text, or an element that stands in text. */
export function isInline(node: Node | null | undefined): boolean {
  return isText(node) || (isElement(node) && INLINE_NAMES.has(node.localName));
}

/** The white space that HTML folds; a no-break space isn't. */
export const FOLDED_SPACE = /[ \t\r\n\f]+/g;

export function isBlank(text: string): boolean {
  return text.replace(FOLDED_SPACE, '') === '';
}

export function attributesOf(element: Element, except: readonly string[] = []): Record<string, string> {
  const kept = [...element.attributes].filter(({name}) => !except.includes(name) && !name.startsWith('data-aster-'));
  return Object.fromEntries(kept.map(({name, value}) => [name, value]));
}

export function setAttributes(element: Element, attributes: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
}

/** What `attributesOf` wrote as JSON into an attribute; anything else is no attributes. */
export function readAttributes(json: string | null): Record<string, string> {
  try {
    const value: unknown = JSON.parse(json ?? '');
    if (typeof value !== 'object' || value === null) return {};
    return Object.fromEntries(
      Object.entries(value).filter(([name]) => /^[a-z][\w-]*$/.test(name) && !name.startsWith('on')),
    );
  } catch {
    return {};
  }
}
