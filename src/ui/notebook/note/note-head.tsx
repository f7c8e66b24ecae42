/** Above a note: the way back to the tree on phones, whether it is saved, and what can be done with it. */

import {lazy, Suspense, useState} from 'react';
import {Link} from 'wouter';
import type {Seen} from '../../../db/repositories.ts';
import type {Tree} from '../../../notes/tree.ts';
import {useApp} from '../../app-context.ts';
import {IconButton} from '../../parts/button.tsx';
import {ErrorBoundary} from '../../parts/error-boundary.tsx';
import {Icon} from '../../parts/icon.tsx';
import {DeleteDialog} from '../tree/delete-dialog.tsx';
import {EarlyDialog} from '../tree/early-dialog.tsx';
import {shownTitle} from '../tree/tree-row.tsx';
import {NoteDetails} from './note-details.tsx';
import {currentOf} from './note-session.ts';
import type {NoteHandle, OpenNote} from './note-sessions.ts';
import {SavedState} from './saved-state.tsx';

/** A chunk of its own: most visits look at no older version. */
const RevisionsDialog = lazy(async () => ({
  default: (await import('../revisions/revisions-dialog.tsx')).RevisionsDialog,
}));

type Shown = OpenNote & {readonly state: 'open'};

interface OpenHeadProps {
  readonly note: Shown;
  readonly tree: Tree;
  readonly handle: NoteHandle;
  readonly onGone: () => void;
}

export function NoteHead(props: OpenHeadProps | {readonly note: null}) {
  return (
    <header className="note-head">
      <Link className="icon-button note-back" href="/" aria-label="Back to notes" title="Back to notes">
        <Icon name="back" />
      </Link>
      {props.note === null ? null : <OpenHead {...props} />}
    </header>
  );
}

function OpenHead({note: {view, session}, tree, handle, onGone}: OpenHeadProps) {
  const {notebook} = useApp();
  const [opened, setOpened] = useState<'revisions' | 'details' | 'delete' | 'early' | null>(null);
  const close = () => setOpened(null);
  const current = currentOf(session);
  // What this page is saving would count as written by somebody else while it asks.
  const isSaving = session.state === 'typing' || session.state === 'saving';
  const open = (what: typeof opened) => {
    handle.flush();
    setOpened(what);
  };
  const remove = async (seen: Seen) => {
    for (const {branchId} of tree.places(view.id)) await notebook.deletePlace(branchId, seen);
    onGone();
  };
  return (
    <>
      <SavedState session={session} sync={view.sync} />
      <IconButton icon="history" label="Revisions" onClick={() => open('revisions')} />
      <IconButton icon="details" label="Details" onClick={() => open('details')} />
      <IconButton
        icon="trash"
        label="Delete note"
        disabled={!tree.arriving && tree.places(view.id).length === 0}
        onClick={() => open(tree.arriving ? 'early' : 'delete')}
      />
      {opened === 'revisions' ? (
        <ErrorBoundary
          resetKey={view.id}
          title="The revisions could not be opened."
          text="They are kept as they are. If this device is offline, try again once it has a connection."
        >
          <Suspense>
            <RevisionsDialog noteId={view.id} current={{...current, type: view.type}} onClose={close} />
          </Suspense>
        </ErrorBoundary>
      ) : null}
      {opened === 'details' ? <NoteDetails view={view} text={current.text} tree={tree} onClose={close} /> : null}
      {opened === 'early' ? <EarlyDialog title={shownTitle(current.title)} what="delete" onClose={close} /> : null}
      {opened === 'delete' && !isSaving ? (
        <DeleteDialog
          tree={tree}
          noteId={view.id}
          title={current.title}
          what="note"
          onDelete={remove}
          onClose={close}
        />
      ) : null}
    </>
  );
}
