/** The dialog that an item of a row's menu opens. */

import {useState} from 'react';
import type {Seen} from '../../../db/repositories.ts';
import type {Tree} from '../../../notes/tree.ts';
import type {Row} from '../../../notes/tree-rows.ts';
import {useApp} from '../../app-context.ts';
import {DeleteDialog} from './delete-dialog.tsx';
import {EarlyDialog} from './early-dialog.tsx';
import {PlaceDialog} from './place-dialog.tsx';
import {shownTitle} from './tree-row.tsx';

export type RowDialogName = 'delete' | 'move' | 'place';

export interface Opened {
  readonly dialog: RowDialogName;
  readonly row: Row;
}

interface RowDialogProps {
  readonly tree: Tree;
  readonly opened: Opened;
  readonly onClose: () => void;
}

export function RowDialog({tree, opened: {dialog, row}, onClose}: RowDialogProps) {
  const {notebook} = useApp();
  const [isEarly] = useState(tree.arriving);
  const {noteId, branchId} = row;
  const title = shownTitle(tree.title(noteId) ?? '');
  if (isEarly) return <EarlyDialog title={title} what={dialog} onClose={onClose} />;
  const add = (parent: string) => notebook.addPlace(noteId, {parent, position: 'last'});
  if (dialog === 'delete') {
    const remove = (seen: Seen) => notebook.deletePlace(branchId, seen);
    return <DeleteDialog tree={tree} noteId={noteId} title={title} what="place" onDelete={remove} onClose={onClose} />;
  }
  const move = (parent: string) => notebook.movePlace(branchId, {parent, position: 'last'});
  const isMove = dialog === 'move';
  return (
    <PlaceDialog
      heading={isMove ? `Move “${title}” to…` : `Also place “${title}” in…`}
      tree={tree}
      noteId={noteId}
      onChoose={isMove && row.kind === 'place' ? move : add}
      onClose={onClose}
    />
  );
}
