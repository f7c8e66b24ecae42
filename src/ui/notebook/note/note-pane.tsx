/** One note: its head, what must be known about it, its title and text. */

import {useEffect, useMemo, useSyncExternalStore} from 'react';
import {Link} from 'wouter';
import type {Tree} from '../../../notes/tree.ts';
import {useApp} from '../../app-context.ts';
import {Banner} from '../../parts/banner.tsx';
import {Button} from '../../parts/button.tsx';
import {ErrorBanner} from '../../parts/error-banner.tsx';
import {Icon} from '../../parts/icon.tsx';
import {NoteBody} from './note-body.tsx';
import {NoteHead} from './note-head.tsx';
import {currentOf} from './note-session.ts';
import type {NoteHandle, OpenNote} from './note-sessions.ts';
import {NoteTitle} from './note-title.tsx';
import {useNewConflicts} from './use-new-conflicts.ts';
import {useNoteSessions} from './use-note-sessions.ts';

interface NotePaneProps {
  readonly noteId: string;
  readonly tree: Tree;
  readonly onOpenNote: (noteId: string) => void;
  readonly onGone: () => void;
}

export function NotePane({noteId, tree, onOpenNote, onGone}: NotePaneProps) {
  const sessions = useNoteSessions();
  const handle = useMemo(() => sessions.of(noteId), [sessions, noteId]);
  useEffect(() => handle.retain(), [handle]);
  const note = useSyncExternalStore(handle.subscribe, handle.current);
  switch (note.state) {
    case 'loading':
      return <section className="note-pane" aria-label="Note" aria-busy="true" />;
    case 'missing':
      return <MissingNote noteId={noteId} isArriving={tree.arriving} />;
    case 'open':
      return <Sheet note={note} tree={tree} handle={handle} onOpenNote={onOpenNote} onGone={onGone} />;
  }
}

/** Before all notes are here, the one that is wanted is got by name; what is got is shown in place of this. */
function MissingNote({noteId, isArriving}: {readonly noteId: string; readonly isArriving: boolean}) {
  const {control} = useApp();
  useEffect(() => {
    if (isArriving) void control.fetchNotes([noteId]);
  }, [control, noteId, isArriving]);
  return (
    <section className="note-pane" aria-label="Note">
      <NoteHead note={null} />
      <div className="note-message">
        <h2>{isArriving ? 'This note isn’t here yet' : 'This note isn’t here'}</h2>
        <p>
          {isArriving
            ? 'The notes are still on their way to this device. It opens when it arrives.'
            : 'It may have been deleted, or it isn’t synced to this device yet.'}
        </p>
      </div>
    </section>
  );
}

interface SheetProps extends Omit<NotePaneProps, 'noteId'> {
  readonly note: OpenNote & {readonly state: 'open'};
  readonly handle: NoteHandle;
}

function Sheet({note, tree, handle, onOpenNote, onGone}: SheetProps) {
  const {view, session, showing} = note;
  const {title, text} = currentOf(session);
  useDocumentTitle(title);
  return (
    <section className="note-pane" aria-label="Note">
      <NoteHead note={note} tree={tree} handle={handle} onGone={onGone} />
      <Notices note={note} handle={handle} />
      <div className="note-scroll">
        <div className="note-sheet">
          <NoteTitle
            title={title}
            isNew={title === '' && text === ''}
            onType={(typed) => handle.type({title: typed})}
            onBlur={handle.flush}
            onEnter={focusText}
          />
          <NoteBody view={view} session={session} showing={showing} handle={handle} onOpenNote={onOpenNote} />
        </div>
      </div>
    </section>
  );
}

function Notices({note: {view, session}, handle}: Pick<SheetProps, 'note' | 'handle'>) {
  const conflicts = useNewConflicts(view.id);
  return (
    <div className="note-notices">
      {session.state === 'failed' ? (
        <ErrorBanner error={session.error} actions={<Button onClick={handle.retry}>Save again</Button>}>
          <p>Your text is still here, in this page.</p>
        </ErrorBanner>
      ) : null}
      {conflicts.count > 0 ? (
        <Banner
          tone="info"
          title="Another version was kept in Revisions"
          actions={
            <>
              <ConflictLink noteId={view.id} />
              <Button onClick={conflicts.dismiss}>OK</Button>
            </>
          }
        >
          <p>This note was changed in two places at once. The newer version is shown; the other is not lost.</p>
        </Banner>
      ) : conflicts.open > 0 ? (
        <Link className="note-conflict" href={`/conflicts?note=${view.id}`}>
          <Icon name="conflict" />
          This note has another version
          <span>Compare</span>
        </Link>
      ) : null}
      {view.deleted ? (
        <Banner tone="warn" title="This note was deleted">
          <p>Typing in it brings it back.</p>
        </Banner>
      ) : null}
    </div>
  );
}

function ConflictLink({noteId}: {readonly noteId: string}) {
  return (
    <Link className="button button-normal" href={`/conflicts?note=${noteId}`}>
      Compare
    </Link>
  );
}

function focusText(): void {
  document.querySelector<HTMLElement>('.note-pane [aria-label="Note text"]')?.focus();
}

function useDocumentTitle(title: string): void {
  useEffect(() => {
    document.title = title.trim() === '' ? 'Aster' : `${title} – Aster`;
    return () => {
      document.title = 'Aster';
    };
  }, [title]);
}
