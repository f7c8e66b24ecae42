/** Pieces that are shown but not edited (shape-kept.ts), and pictures, of which only those inside the note are loaded. */

import {type Attribute, Node} from '@tiptap/core';
import {Image} from '@tiptap/extension-image';
import {absentPicture, nameOf, pictureOf} from './pictures.ts';
import {cleanForShow} from './sanitise.ts';

const KEPT = 'data-aster-kept';

export const KeptBlock = keptNode('keptBlock', 'div', 'block');
export const KeptInline = keptNode('keptInline', 'span', 'inline');

export const Picture = Image.extend({
  parseHTML: () => [{tag: 'img'}],
  addNodeView:
    () =>
    ({node}) => ({
      dom: pictureOf(node.attrs) ?? absentPicture(node.attrs.alt || nameOf(String(node.attrs.src ?? ''))),
    }),
}).configure({inline: true, allowBase64: true});

function keptNode(name: string, tag: 'div' | 'span', group: 'block' | 'inline') {
  return Node.create({
    name,
    group,
    inline: group === 'inline',
    atom: true,
    selectable: true,
    draggable: true,
    addAttributes: () => ({html: htmlAttribute()}),
    parseHTML: () => [{tag: `${tag}[${KEPT}]`, priority: 100}],
    renderHTML: ({HTMLAttributes}) => [tag, HTMLAttributes],
    addNodeView:
      () =>
      ({node}) => {
        const dom = document.createElement(tag);
        dom.className = `kept kept-${group}`;
        dom.contentEditable = 'false';
        dom.append(cleanForShow(String(node.attrs.html)));
        return {dom};
      },
  });
}

function htmlAttribute(): Attribute {
  return {
    default: '',
    parseHTML: (element) => element.getAttribute(KEPT) ?? '',
    renderHTML: ({html}) => ({[KEPT]: html}),
  };
}
