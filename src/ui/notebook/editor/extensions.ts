/** All of the editor's schema and behaviour; the same list reads stored HTML without an editor (can-represent.ts). */

import {type AnyExtension, type Extensions, getSchema, Mark, Node} from '@tiptap/core';
import {Highlight} from '@tiptap/extension-highlight';
import {TextAlign} from '@tiptap/extension-text-align';
import type {Schema} from '@tiptap/pm/model';
import {StarterKit} from '@tiptap/starter-kit';
import {AfterPaste} from './after-paste.ts';
import {BLOCK_CHANGES, BLOCKS} from './blocks.ts';
import {KeptAttributes} from './kept-attributes.ts';
import {KeptBlock, KeptInline, Picture} from './kept-nodes.ts';
import {KeySelection} from './key-selection.ts';
import {HIGHLIGHT_PRIORITY, MARK_CHANGES, Tagged} from './marks.ts';

/** Without the trailing empty line: it would be written. */
const Kit = StarterKit.extend({
  addExtensions() {
    return (this.parent?.() ?? []).map(adapt);
  },
}).configure({
  trailingNode: false,
  link: {openOnClick: false, autolink: true, linkOnPaste: true, HTMLAttributes: {target: null, rel: null, class: null}},
});

export const EXTENSIONS: Extensions = [
  Kit,
  Tagged,
  Highlight.extend({priority: HIGHLIGHT_PRIORITY}),
  ...BLOCKS,
  KeptBlock,
  KeptInline,
  Picture,
  TextAlign.configure({types: ['heading', 'paragraph']}),
  KeptAttributes,
  AfterPaste,
  KeySelection,
];

let schema: Schema | undefined;

export function editorSchema(): Schema {
  schema ??= getSchema(EXTENSIONS);
  return schema;
}

function adapt(extension: AnyExtension): AnyExtension {
  if (extension instanceof Mark) return extension.extend(MARK_CHANGES[extension.name] ?? {});
  if (extension instanceof Node) return extension.extend(BLOCK_CHANGES[extension.name] ?? {});
  return extension;
}
