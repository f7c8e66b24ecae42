/** The formatting bar: one stop for Tab, arrows inside. It never takes the focus from the text when pressed. */

import type {Editor} from '@tiptap/core';
import {useEditorState} from '@tiptap/react';
import {type KeyboardEvent, useState} from 'react';
import {IconButton} from '../../parts/button.tsx';
import {PopupMenu} from '../menu/popup-menu.tsx';
import {LinkDialog} from './link-dialog.tsx';
import {HISTORY_ITEMS, insertTable, TOOLBAR_ITEMS, type ToolbarItem, tableItems} from './toolbar-items.ts';

export function Toolbar({editor}: {readonly editor: Editor}) {
  const [isLinking, setLinking] = useState(false);
  const on = useEditorState({
    editor,
    selector: ({editor: now}) => ({
      labels: TOOLBAR_ITEMS.filter(({isOn}) => isOn?.(now)).map(({label}) => label),
      isLink: now.isActive('link'),
      isTable: now.isActive('table'),
    }),
  });
  const button = ({label, icon, isOn, run}: ToolbarItem, index: number) => (
    <IconButton
      key={label}
      icon={icon}
      label={label}
      tabIndex={index === 0 ? 0 : -1}
      aria-pressed={isOn === null ? undefined : on.labels.includes(label)}
      onMouseDown={(event) => event.preventDefault()}
      onClick={() => run(editor)}
    />
  );
  return (
    <div className="toolbar" role="toolbar" aria-label="Formatting" aria-orientation="horizontal" onKeyDown={moveFocus}>
      {TOOLBAR_ITEMS.map(button)}
      <TableButton editor={editor} isInTable={on.isTable} />
      <IconButton icon="link" label="Link" tabIndex={-1} aria-pressed={on.isLink} onClick={() => setLinking(true)} />
      {HISTORY_ITEMS.map((item, index) => button(item, index + 1))}
      {isLinking ? <LinkDialog editor={editor} onClose={() => setLinking(false)} /> : null}
    </div>
  );
}

/** Makes a table; inside one it opens the menu of that table. */
function TableButton({editor, isInTable}: {readonly editor: Editor; readonly isInTable: boolean}) {
  const [anchor, setAnchor] = useState<DOMRect | null>(null);
  return (
    <>
      <IconButton
        icon="table"
        label="Table"
        tabIndex={-1}
        aria-pressed={isInTable}
        aria-haspopup={isInTable ? 'menu' : undefined}
        onMouseDown={(event) => event.preventDefault()}
        onClick={(event) => (isInTable ? setAnchor(event.currentTarget.getBoundingClientRect()) : insertTable(editor))}
      />
      {anchor === null ? null : (
        <PopupMenu label="Table" anchor={anchor} items={tableItems(editor)} onClose={() => setAnchor(null)} />
      )}
    </>
  );
}

function moveFocus(event: KeyboardEvent<HTMLElement>): void {
  const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
  const buttons = [...event.currentTarget.querySelectorAll<HTMLElement>(':scope > button')];
  const at = buttons.indexOf(event.target as HTMLElement);
  if (step === 0 || at < 0) return;
  event.preventDefault();
  buttons[(at + step + buttons.length) % buttons.length]?.focus();
}
