/**
 * Asks before a note, or one of its places, goes; says what goes with it and how long it is kept. What is written elsewhere while it asks
 * is not deleted unseen: it stays as a conflict.
 */

import {useEffect, useMemo, useState} from 'react';
import type {Seen} from '../../../db/repositories.ts';
import type {Tree} from '../../../notes/tree.ts';
import {useApp} from '../../app-context.ts';
import {formatCount} from '../../formats.ts';
import {Button} from '../../parts/button.tsx';
import {Dialog} from '../../parts/dialog.tsx';
import {ErrorBanner} from '../../parts/error-banner.tsx';
import {useAction} from '../../parts/use-action.ts';
import {useLive} from '../../use-live.ts';
import {notesWithin} from './tree-moves.ts';
import {shownTitle} from './tree-row.tsx';

interface DeleteDialogProps {
  readonly tree: Tree;
  readonly noteId: string;
  readonly title: string;
  /** One place of several, or the note with all its places. */
  readonly what: 'place' | 'note';
  /** `seen`: what was there when the question was put. */
  readonly onDelete: (seen: Seen) => Promise<void>;
  readonly onClose: () => void;
}

export function DeleteDialog({tree, noteId, title, what, onDelete, onClose}: DeleteDialogProps) {
  const {notebook} = useApp();
  const lifetimes = useLive(useMemo(() => notebook.watchLifetimes(), [notebook]));
  const seen = useSeen(noteId);
  const action = useAction();
  const otherPlaces = what === 'place' ? tree.places(noteId).length - 1 : 0;
  const remove = () =>
    action.run(async () => {
      await onDelete(await seen);
      onClose();
    });
  return (
    <Dialog title={otherPlaces > 0 ? 'Remove from here?' : 'Delete note?'} onClose={onClose}>
      <div className="dialog-flow">
        {otherPlaces > 0 ? (
          <p>
            “{shownTitle(title)}” is removed from this place. It stays in {formatCount(otherPlaces, 'other place')}.
          </p>
        ) : (
          <p>
            “{shownTitle(title)}”{withBelow(notesWithin(tree, noteId).size - 1)} from all your devices.
            {lifetimes && ` The text is kept for ${formatCount(lifetimes.deletedDays, 'day')} before it is erased.`}
          </p>
        )}
        {action.error === null ? null : <ErrorBanner error={action.error} />}
        <div className="dialog-buttons">
          <Button onClick={onClose} data-autofocus>
            Cancel
          </Button>
          <Button look="danger" busy={action.busy} onClick={remove}>
            {otherPlaces > 0 ? 'Remove' : 'Delete'}
          </Button>
        </div>
      </div>
    </Dialog>
  );
}

/** A failed reading is told when it is needed. */
function useSeen(noteId: string): Promise<Seen> {
  const {notebook} = useApp();
  const [seen] = useState(() => notebook.readSeen(noteId));
  useEffect(() => void seen.catch(() => undefined), [seen]);
  return seen;
}

function withBelow(count: number): string {
  return count === 0 ? ' goes' : ` and what is only below it (up to ${formatCount(count, 'note')}) go`;
}
