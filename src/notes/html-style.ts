/**
 * The part of `style` and `class` that notes keep: colours, alignment and widths; classes that Aster's or Trilium's editor
 * gives a meaning. Anything else could lay itself over the app or take its looks.
 */

const KEYWORD = /^[a-z]+$/i;
const HEX = /^#(?:[0-9a-f]{3,4}|[0-9a-f]{6}|[0-9a-f]{8})$/i;
/** Bounded: two runs of the same characters take time by their product. */
const FUNCTION = /^(?:rgb|rgba|hsl|hsla)\([\d\s.,%/-]{0,60}(?:deg)?[\d\s.,%/-]{0,60}\)$/i;
const LENGTH = /^\d{1,4}(?:\.\d{1,4})?(?:px|%|em)$/;

const KEEPS_BY_PROPERTY: Readonly<Record<string, (value: string) => boolean>> = {
  color: isColour,
  'background-color': isColour,
  background: isColour,
  'border-color': isColour,
  'text-align': (value) => /^(?:left|right|center|justify)$/.test(value),
  'vertical-align': (value) => /^(?:top|middle|bottom)$/.test(value),
  width: (value) => LENGTH.test(value),
  'min-width': (value) => LENGTH.test(value),
  height: (value) => LENGTH.test(value),
  'list-style-type': (value) => /^[a-z-]{1,30}$/.test(value),
};

const CLASS_PATTERN = new RegExp(
  `^(?:${[
    'language-[\\w+#.-]{1,60}',
    'todo-list(?:__[\\w-]+)?',
    'image(?:-inline|_resized|-style-[a-z-]+)?',
    'table(?:_resized|-style-[a-z-]+)?',
    'ck-table-resized',
    'media',
    'text-(?:tiny|small|big|huge)',
    'marker-(?:yellow|green|pink|blue)',
    'pen-(?:red|green)',
    'math-tex',
    'include-note',
    'box-size-[a-z]+',
    'reference-link',
    'admonition|note|tip|important|caution|warning',
    'footnotes?|footnote-[a-z-]+',
    'page-break(?:__label)?',
  ].join('|')})$`,
);

/** Null when nothing of it is kept. A text that is kept whole stays as it is, byte for byte. */
export function keptStyle(style: string): string | null {
  const declarations = style
    .split(';')
    .map((declaration) => declaration.trim())
    .filter((declaration) => declaration !== '');
  const kept = declarations.filter(isKeptDeclaration);
  if (kept.length === 0) return null;
  return kept.length === declarations.length ? style : kept.join(';');
}

/** Null when no class is kept. */
export function keptClasses(classes: string): string | null {
  const names = classes.split(/\s+/).filter((name) => name !== '');
  const kept = names.filter((name) => CLASS_PATTERN.test(name));
  if (kept.length === 0) return null;
  return kept.length === names.length ? classes : kept.join(' ');
}

function isKeptDeclaration(declaration: string): boolean {
  const colon = declaration.indexOf(':');
  const property = declaration.slice(0, colon).trim().toLowerCase();
  const value = declaration.slice(colon + 1).trim();
  return Object.hasOwn(KEEPS_BY_PROPERTY, property) && KEEPS_BY_PROPERTY[property]?.(value) === true;
}

function isColour(value: string): boolean {
  return KEYWORD.test(value) || HEX.test(value) || FUNCTION.test(value);
}
