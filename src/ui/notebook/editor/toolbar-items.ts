/** What the formatting bar offers. Each is also had by a Markdown shortcut or a key. */

import type {Editor} from '@tiptap/core';
import type {IconName} from '../../parts/icon.tsx';
import type {MenuItem} from '../menu/popup-menu.tsx';

export interface ToolbarItem {
  readonly label: string;
  readonly icon: IconName;
  /** Null: it is never on. */
  readonly isOn: ((editor: Editor) => boolean) | null;
  readonly run: (editor: Editor) => void;
}

const toggle = (
  label: string,
  icon: IconName,
  name: string,
  run: (editor: Editor) => void,
  attributes = {},
): ToolbarItem => ({
  label,
  icon,
  isOn: (editor) => editor.isActive(name, attributes),
  run,
});
const act = (label: string, icon: IconName, run: (editor: Editor) => void): ToolbarItem => ({
  label,
  icon,
  isOn: null,
  run,
});
const at = (editor: Editor) => editor.chain().focus();

export const TOOLBAR_ITEMS: readonly ToolbarItem[] = [
  toggle('Bold', 'bold', 'bold', (editor) => at(editor).toggleBold().run()),
  toggle('Italic', 'italic', 'italic', (editor) => at(editor).toggleItalic().run()),
  toggle('Strikethrough', 'strike', 'strike', (editor) => at(editor).toggleStrike().run()),
  toggle('Highlight', 'highlight', 'highlight', (editor) => at(editor).toggleHighlight().run()),
  toggle('Heading', 'heading', 'heading', (editor) => at(editor).toggleHeading({level: 2}).run()),
  toggle('Bullet list', 'list-bullet', 'bulletList', (editor) => at(editor).toggleBulletList().run()),
  toggle('Numbered list', 'list-number', 'orderedList', (editor) => at(editor).toggleOrderedList().run()),
  toggle('Task list', 'list-task', 'taskList', (editor) => at(editor).toggleTaskList().run()),
  toggle('Quote', 'quote', 'blockquote', (editor) => at(editor).toggleBlockquote().run()),
  toggle('Code block', 'code', 'codeBlock', (editor) => at(editor).toggleCodeBlock().run()),
  act('Line', 'rule', (editor) => at(editor).setHorizontalRule().run()),
];

export const HISTORY_ITEMS: readonly ToolbarItem[] = [
  act('Undo', 'undo', (editor) => at(editor).undo().run()),
  act('Redo', 'redo', (editor) => at(editor).redo().run()),
];

export function insertTable(editor: Editor): void {
  at(editor).insertTable({rows: 3, cols: 3, withHeaderRow: true}).run();
}

/** For the table that the cursor is in. */
export function tableItems(editor: Editor): MenuItem[] {
  return [
    {label: 'Add row', icon: 'plus', run: () => at(editor).addRowAfter().run()},
    {label: 'Add column', icon: 'plus', run: () => at(editor).addColumnAfter().run()},
    {label: 'Delete row', icon: 'cross', run: () => at(editor).deleteRow().run()},
    {label: 'Delete column', icon: 'cross', run: () => at(editor).deleteColumn().run()},
    {label: 'Delete table', icon: 'trash', run: () => at(editor).deleteTable().run()},
  ];
}
