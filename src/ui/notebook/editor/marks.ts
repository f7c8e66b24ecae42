/**
 * Marks of the editor's schema: TipTap's, made to keep which of several equal elements was stored (b or strong), and one for
 * all other inline elements. Priorities are the order in which they nest, outermost first, as CKEditor writes it.
 */

import {type Attribute, Mark, type MarkConfig} from '@tiptap/core';

const OTHER_TAGS = 'span sub sup small big kbd samp var abbr cite q dfn time data ins font tt bdi bdo'.split(' ');

/** Inline elements without a meaning to the editor: their look is kept, with all attributes. */
export const Tagged = Mark.create({
  name: 'tagged',
  priority: 900,
  excludes: '',
  addAttributes: () => ({tag: tagAttribute('span')}),
  parseHTML: () => [...OTHER_TAGS.map((tag) => ({tag: `${tag}:not([data-aster-kept])`})), {tag: 'a:not([href])'}],
  renderHTML: ({mark, HTMLAttributes}) => [String(mark.attrs.tag), HTMLAttributes, 0],
});

/** What changes in the marks of the starter kit, by name. Read by element only: a style stays with the element that has it. */
export const MARK_CHANGES: Readonly<Record<string, Partial<MarkConfig>>> = {
  link: {excludes: '', inclusive: false},
  code: {priority: 800, excludes: ''},
  italic: {priority: 700, ...taggedAs('em', ['em', 'i'])},
  strike: {priority: 600, ...taggedAs('s', ['s', 'del', 'strike'])},
  bold: {priority: 550, ...taggedAs('strong', ['strong', 'b'])},
  underline: {priority: 500, parseHTML: () => [{tag: 'u'}]},
};

/** Below italic, above strike. */
export const HIGHLIGHT_PRIORITY = 650;

function taggedAs(preferred: string, tags: readonly string[]): Partial<MarkConfig> {
  return {
    addAttributes: () => ({tag: tagAttribute(preferred)}),
    parseHTML: () => tags.map((tag) => ({tag})),
    renderHTML: ({mark, HTMLAttributes}) => [String(mark.attrs.tag), HTMLAttributes, 0],
  };
}

/** Which of several elements it was. */
export function tagAttribute(preferred: string): Attribute {
  return {default: preferred, rendered: false, parseHTML: (element) => element.localName};
}
