/** Chooses the note under which something goes: "Move to…" and "Also place in…". */

import {useMemo, useState} from 'react';
import {ROOT_NOTE_ID} from '../../../../protocol/ids.ts';
import type {Tree} from '../../../notes/tree.ts';
import {formatCount} from '../../formats.ts';
import {Dialog} from '../../parts/dialog.tsx';
import {ErrorBanner} from '../../parts/error-banner.tsx';
import {Field} from '../../parts/field.tsx';
import {Icon} from '../../parts/icon.tsx';
import {useAction} from '../../parts/use-action.ts';
import {findTargets, type Target} from './place-targets.ts';
import {shownTitle} from './tree-row.tsx';

interface PlaceDialogProps {
  readonly heading: string;
  readonly tree: Tree;
  readonly noteId: string;
  readonly onChoose: (parentId: string) => Promise<void>;
  readonly onClose: () => void;
}

export function PlaceDialog({heading, tree, noteId, onChoose, onClose}: PlaceDialogProps) {
  const [filter, setFilter] = useState('');
  const action = useAction();
  const {targets, more} = useMemo(() => findTargets(tree, noteId, filter), [tree, noteId, filter]);
  const choose = (parentId: string) =>
    action.run(async () => {
      await onChoose(parentId);
      onClose();
    });
  return (
    <Dialog title={heading} onClose={onClose}>
      <div className="dialog-flow">
        <Field
          label="Find a note"
          type="search"
          value={filter}
          data-autofocus
          onChange={(event) => setFilter(event.target.value)}
          onKeyDown={(event) => {
            const first = targets[0];
            if (event.key === 'Enter' && first !== undefined && filter !== '') void choose(first.noteId);
          }}
        />
        {action.error === null ? null : <ErrorBanner error={action.error} />}
        <ul className="place-list" aria-label="Notes to choose from">
          {filter === '' ? (
            <TargetRow target={{noteId: ROOT_NOTE_ID, title: 'Notes (top level)', path: ''}} onChoose={choose} />
          ) : null}
          {targets.map((target) => (
            <TargetRow key={target.noteId} target={target} onChoose={choose} />
          ))}
        </ul>
        {targets.length === 0 && filter !== '' ? <p className="quiet">No note has this in its title.</p> : null}
        {more > 0 ? <p className="quiet small">{formatCount(more, 'more note')}: type a part of the title.</p> : null}
      </div>
    </Dialog>
  );
}

function TargetRow({
  target,
  onChoose,
}: {
  readonly target: Target;
  readonly onChoose: (noteId: string) => Promise<void>;
}) {
  return (
    <li>
      <button type="button" className="place-target" onClick={() => void onChoose(target.noteId)}>
        <Icon name={target.noteId === ROOT_NOTE_ID ? 'notes' : 'note'} />
        <span className="place-title">{shownTitle(target.title)}</span>
        {target.path === '' ? null : <span className="place-path">{target.path}</span>}
      </button>
    </li>
  );
}
