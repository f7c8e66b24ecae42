/** What the menu of a row offers. A note under "Unfiled" has no place that could be moved or deleted: it is given one. */

import type {Row} from '../../../notes/tree-rows.ts';
import type {MenuItem} from '../menu/popup-menu.tsx';
import type {RowDialogName} from './row-dialog.tsx';

interface RowActions {
  readonly addInside: (row: Row) => void;
  readonly rename: (row: Row) => void;
  readonly open: (dialog: RowDialogName, row: Row) => void;
}

export function rowMenuItems(row: Row, {addInside, rename, open}: RowActions): MenuItem[] {
  const items: MenuItem[] = [
    {label: 'New note', icon: 'new-note', run: () => addInside(row)},
    {label: 'Rename', icon: 'edit', run: () => rename(row)},
    {label: 'Move to…', icon: 'move', run: () => open('move', row)},
  ];
  if (row.kind !== 'place') return items;
  return [
    ...items,
    {label: 'Also place in…', icon: 'copy', run: () => open('place', row)},
    {label: 'Delete note', icon: 'trash', run: () => open('delete', row)},
  ];
}
