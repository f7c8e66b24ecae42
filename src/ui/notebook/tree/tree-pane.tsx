/** The left side: "New note", the tree, and the dialogs of its rows. */

import {useMemo, useState} from 'react';
import type {Placement} from '../../../db/repositories.ts';
import type {Tree} from '../../../notes/tree.ts';
import type {Row} from '../../../notes/tree-rows.ts';
import {useApp} from '../../app-context.ts';
import {IconButton} from '../../parts/button.tsx';
import {ErrorBanner} from '../../parts/error-banner.tsx';
import {useAction} from '../../parts/use-action.ts';
import {PopupMenu} from '../menu/popup-menu.tsx';
import {NoteTree} from './note-tree.tsx';
import {type Opened, RowDialog} from './row-dialog.tsx';
import {rowMenuItems} from './row-menu-items.ts';
import {type Renamed, shownTitle} from './tree-row.tsx';
import {useExpanded} from './use-expanded.ts';
import {useFetchShown} from './use-fetch-shown.ts';

interface TreePaneProps {
  readonly tree: Tree;
  readonly noteId: string | null;
  readonly onOpen: (noteId: string) => void;
  readonly onNewNote: (at: Placement) => void;
}

export function TreePane({tree, noteId, onOpen, onNewNote}: TreePaneProps) {
  const {notebook} = useApp();
  const expanded = useExpanded();
  const action = useAction();
  const [menu, setMenu] = useState<{readonly row: Row; readonly anchor: DOMRect} | null>(null);
  const [opened, setOpened] = useState<Opened | null>(null);
  const [renamedKey, setRenamedKey] = useState<string | null>(null);
  const rows = useMemo(() => tree.visibleRows(expanded.ids), [tree, expanded.ids]);
  useFetchShown(tree, rows);

  const rename = ({noteId}: Row, renamed: Renamed | null) => {
    setRenamedKey(null);
    if (renamed !== null) void action.run(() => notebook.renameNote(noteId, renamed.title, renamed.shown));
  };
  const move = (row: Row, to: Placement) => {
    if (tree.arriving) return setOpened({dialog: 'move', row}); // it says why not yet
    void action.run(() => notebook.movePlace(row.branchId, to));
  };
  const addInside = (row: Row) => {
    expanded.open([row.branchId]);
    onNewNote({parent: row.noteId, position: 'last'});
  };
  return (
    <section className="tree-pane" aria-label="Notebook">
      <header className="tree-head">
        <h1>Notes</h1>
        <IconButton icon="new-note" label="New note" onClick={() => onNewNote({parent: 'root', position: 'first'})} />
      </header>
      {action.error === null ? null : <ErrorBanner error={action.error} />}
      <NoteTree
        tree={tree}
        rows={rows}
        expanded={expanded}
        noteId={noteId}
        renamedKey={renamedKey}
        onOpen={(row) => onOpen(row.noteId)}
        onMenu={(row, anchor) => setMenu({row, anchor})}
        onStartRename={(row) => setRenamedKey(row.key)}
        onRename={rename}
        onDelete={(row) => setOpened({dialog: 'delete', row})}
        onMove={move}
      />
      {menu === null ? null : (
        <PopupMenu
          label={`More for ${shownTitle(menu.row.title)}`}
          anchor={menu.anchor}
          onClose={() => setMenu(null)}
          items={rowMenuItems(menu.row, {
            addInside,
            rename: (row) => setRenamedKey(row.key),
            open: (dialog, row) => setOpened({dialog, row}),
          })}
        />
      )}
      {opened === null ? null : <RowDialog tree={tree} opened={opened} onClose={() => setOpened(null)} />}
    </section>
  );
}
