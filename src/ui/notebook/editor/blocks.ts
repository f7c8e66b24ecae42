/** Blocks of the editor's schema: TipTap's, made to write back what CKEditor and Trilium store (see the shape-*.ts files). */

import {type Attribute, Extension, mergeAttributes, Node, type NodeConfig} from '@tiptap/core';
import {TaskItem, TaskList} from '@tiptap/extension-list';
import {Table, TableCell, TableHeader, TableRow} from '@tiptap/extension-table';
import {attributesOf, readAttributes} from './inline-names.ts';
import {tagAttribute} from './marks.ts';

const CODE_INDENT = 2;

/** What changes in the blocks of the starter kit, by name. */
export const BLOCK_CHANGES: Readonly<Record<string, Partial<NodeConfig>>> = {
  /** `bare`: see shape-lines.ts. */
  paragraph: {
    addAttributes: () => ({
      bare: {
        default: 'auto',
        parseHTML: (element) => element.getAttribute('data-aster-bare') ?? 'no',
        renderHTML: ({bare}) => ({'data-aster-bare': bare === 'no' ? null : bare}),
      },
    }),
  },
  orderedList: {
    addAttributes() {
      const type: Attribute = {default: null, parseHTML: (element) => element.getAttribute('type')};
      return {...this.parent?.(), type};
    },
  },
  /** `code`: attributes of the <code> inside, as JSON; empty where there is none. */
  codeBlock: {
    addOptions() {
      return {...this.parent?.(), enableTabIndentation: true, tabSize: CODE_INDENT};
    },
    addAttributes() {
      const inherited: Record<string, Attribute> = this.parent?.() ?? {};
      return {
        language: {...inherited.language, rendered: false},
        code: {default: '{}', rendered: false, parseHTML: readCode},
      };
    },
    renderHTML({node, HTMLAttributes}) {
      const {code, language} = node.attrs;
      if (code === '') return ['pre', HTMLAttributes, 0];
      const named = language === null ? {} : {class: `language-${language}`};
      return ['pre', HTMLAttributes, ['code', mergeAttributes(readAttributes(code), named), 0]];
    },
  },
};

const Task = TaskItem.extend({
  addAttributes() {
    return {...this.parent?.(), shape: carried('shape', 'data-aster-task', '')};
  },
  renderHTML: ({HTMLAttributes}) => ['li', mergeAttributes(HTMLAttributes, {'data-type': 'taskItem'}), 0],
  addNodeView() {
    const inherited = this.parent?.();
    if (!inherited) return null;
    return (props) => {
      const view = inherited(props);
      if (view.dom instanceof HTMLElement) leaveOutOfTabOrder(view.dom);
      return view;
    };
  },
}).configure({nested: true});

/** Tab out of the text would go to the first of its checkboxes, and what is typed on tick it. By keyboard: TaskKeys. */
function leaveOutOfTabOrder(item: HTMLElement): void {
  for (const input of item.querySelectorAll('input')) input.tabIndex = -1;
}

/** Before the line break that the same keys make elsewhere. */
const TaskKeys = Extension.create({
  name: 'taskKeys',
  priority: 1_000,
  addKeyboardShortcuts() {
    return {
      'Mod-Enter': ({editor}) => {
        if (!editor.isActive('taskItem')) return false;
        return editor.commands.updateAttributes('taskItem', {
          checked: editor.getAttributes('taskItem').checked !== true,
        });
      },
    };
  },
});

const KeptTable = Table.extend({
  addAttributes: () => ({
    figure: carried('figure', 'data-aster-figure', JSON.stringify({class: 'table'})),
    caption: carried('caption', 'data-aster-caption', ''),
    columns: carried('columns', 'data-aster-columns', ''),
  }),
  renderHTML: ({HTMLAttributes}) => ['table', HTMLAttributes, ['tbody', 0]],
}).configure({resizable: false, View: null});

const Row = TableRow.extend({addAttributes: () => ({section: carried('section', 'data-aster-section', 'tbody')})});

/** Divisions around blocks, which imported notes have by the dozen. */
const Wrapper = Node.create({
  name: 'wrapper',
  group: 'block',
  content: 'block*',
  isolating: true,
  addAttributes: () => ({tag: tagAttribute('div')}),
  parseHTML: () =>
    ['div', 'section', 'article', 'aside', 'main', 'header', 'footer', 'nav', 'center'].map((tag) => ({
      tag: `${tag}:not([data-aster-kept])`,
    })),
  renderHTML: ({node, HTMLAttributes}) => [String(node.attrs.tag), HTMLAttributes, 0],
});

export const BLOCKS = [
  TaskList,
  Task,
  TaskKeys,
  KeptTable,
  Row,
  TableCell.extend({addAttributes: cellAttributes, parseHTML: () => [{tag: 'td'}]}),
  TableHeader.extend({addAttributes: cellAttributes, parseHTML: () => [{tag: 'th'}]}),
  Wrapper,
];

/** An attribute that only travels through the editor. Absent in what is read, it is empty; `made` is for what is made here. */
function carried(name: string, dataName: string, made: string): Attribute {
  return {
    default: made,
    parseHTML: (element) => element.getAttribute(dataName) ?? '',
    renderHTML: (attributes) => ({[dataName]: attributes[name] === '' ? null : attributes[name]}),
  };
}

function cellAttributes(): Record<string, Attribute> {
  return {
    colspan: span('colspan'),
    rowspan: span('rowspan'),
    colwidth: {default: null, rendered: false, parseHTML: () => null},
  };
}

function span(name: 'colspan' | 'rowspan'): Attribute {
  return {
    default: 1,
    parseHTML: (element) => Number(element.getAttribute(name) ?? 1) || 1,
    renderHTML: (attributes) => ({[name]: attributes[name] === 1 ? null : attributes[name]}),
  };
}

function readCode(element: HTMLElement): string {
  const code = element.querySelector(':scope > code');
  if (code === null) return '';
  const names = [...code.classList].filter((name) => !name.startsWith('language-'));
  const {class: _class, ...rest} = attributesOf(code);
  return JSON.stringify(names.length === 0 ? rest : {...rest, class: names.join(' ')});
}
