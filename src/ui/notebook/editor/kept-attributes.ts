/**
 * Every attribute of stored HTML that an extension doesn't read itself is kept with its node or mark and written back:
 * classes, colours, widths, ids. What comes here was sanitised before.
 */

import {Extension} from '@tiptap/core';
import {attributesOf} from './inline-names.ts';

const EXACT_STYLE = 'data-aster-style';

type Kept = Record<string, string> | null;

/** Names that an extension reads and writes itself, by node or mark. */
const OWN_NAMES: Readonly<Record<string, readonly string[]>> = {
  blockquote: [],
  bulletList: [],
  codeBlock: [],
  hardBreak: [],
  heading: ['style.text-align'],
  horizontalRule: [],
  image: ['src', 'alt', 'title', 'width', 'height'],
  listItem: [],
  orderedList: ['start', 'type'],
  paragraph: ['style.text-align'],
  table: [],
  tableRow: [],
  tableCell: ['colspan', 'rowspan'],
  tableHeader: ['colspan', 'rowspan'],
  taskItem: ['data-type', 'data-checked'],
  taskList: ['data-type'],
  wrapper: [],
  bold: [],
  code: [],
  highlight: [],
  italic: [],
  link: ['href', 'target', 'rel', 'class', 'title'],
  strike: [],
  tagged: [],
  underline: [],
};

/** Made by the editor, not read: what stored HTML of that kind has by custom. */
const NEW: Readonly<Record<string, Record<string, string>>> = {taskList: {class: 'todo-list'}};

/** An item's own attributes name that item; the one split off is another. */
const NOT_SPLIT = new Set(['listItem', 'taskItem', 'heading']);

export const KeptAttributes = Extension.create({
  name: 'keptAttributes',
  addGlobalAttributes() {
    return Object.entries(OWN_NAMES).map(([type, own]) => ({
      types: [type],
      attributes: {
        kept: {
          default: null,
          keepOnSplit: !NOT_SPLIT.has(type),
          parseHTML: (element: HTMLElement) => readKept(element, own),
          renderHTML: ({kept}: Record<string, unknown>) => withExactStyle((kept as Kept) ?? NEW[type] ?? {}),
        },
      },
    }));
  },
});

/** A DOM rewrites colours when it takes a style; the exact one travels beside it. */
function withExactStyle(kept: Record<string, string>): Record<string, string> {
  return kept.style === undefined ? {...kept} : {...kept, [EXACT_STYLE]: kept.style};
}

/** Editor to stored. */
export function restoreStyles(body: Element): void {
  for (const element of body.querySelectorAll<HTMLElement>(`[${EXACT_STYLE}]`)) {
    const exact = element.getAttribute(EXACT_STYLE) ?? '';
    const align = element.style.textAlign;
    const isAdded = align !== '' && !/(?:^|;)\s*text-align\s*:/i.test(exact);
    element.setAttribute('style', isAdded ? `${exact.replace(/;\s*$/, '')};text-align:${align}` : exact);
    element.removeAttribute(EXACT_STYLE);
  }
}

function readKept(element: HTMLElement, own: readonly string[]): Kept {
  const kept = attributesOf(element, own);
  if (!own.includes('style.text-align') || kept.style === undefined) return kept;
  const style = kept.style
    .split(';')
    .filter((declaration) => !/^\s*text-align\s*:\s*(left|center|right|justify)\s*$/i.test(declaration));
  const {style: _all, ...rest} = kept;
  const left = style.join(';').trim();
  return left === '' ? rest : {...rest, style: left};
}
