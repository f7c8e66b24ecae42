/** The notebook: the tree at the left, the note beside it; on phones one of them at a time, by the address. */

import './notebook.css';
import {useCallback, useEffect, useMemo} from 'react';
import {useLocation} from 'wouter';
import {ROOT_NOTE_ID} from '../../../protocol/ids.ts';
import type {Placement} from '../../db/repositories.ts';
import {buildTree, type Tree} from '../../notes/tree.ts';
import {useApp} from '../app-context.ts';
import {Button} from '../parts/button.tsx';
import {ErrorBanner} from '../parts/error-banner.tsx';
import {useAction} from '../parts/use-action.ts';
import {useLive} from '../use-live.ts';
import {preloadEditor} from './note/note-body.tsx';
import {NotePane} from './note/note-pane.tsx';
import {useDraftsOfArriving} from './note/use-note-sessions.ts';
import {TreePane} from './tree/tree-pane.tsx';

const AT_TOP: Placement = {parent: ROOT_NOTE_ID, position: 'first'};

export function NotebookScreen({noteId}: {readonly noteId: string | null}) {
  const {notebook} = useApp();
  const [, navigate] = useLocation();
  const tree = useTree();
  const action = useAction();
  useEffect(preloadEditor, []);
  useDraftsOfArriving(tree);
  const openNote = useCallback((id: string) => navigate(`/n/${id}`), [navigate]);
  const addNote = (at: Placement) =>
    void action.run(async () => {
      openNote(await notebook.createNote(at, {title: ''}));
    });
  useNewNoteKey(() => addNote(AT_TOP));
  if (tree === undefined) return <main className="notebook" aria-busy="true" />;
  return (
    <main
      className="notebook"
      data-arriving={tree.arriving || undefined}
      data-pane={noteId !== null ? 'note' : tree.noteCount === 0 && !tree.arriving ? 'empty' : 'tree'}
    >
      <TreePane tree={tree} noteId={noteId} onOpen={openNote} onNewNote={addNote} />
      <div className="note-side">
        {action.error === null ? null : <ErrorBanner error={action.error} />}
        {noteId === null ? (
          <NoNote tree={tree} onFirst={() => addNote(AT_TOP)} />
        ) : (
          <NotePane key={noteId} noteId={noteId} tree={tree} onOpenNote={openNote} onGone={() => navigate('/')} />
        )}
      </div>
    </main>
  );
}

function NoNote({tree, onFirst}: {readonly tree: Tree; readonly onFirst: () => void}) {
  if (tree.noteCount > 0 || tree.arriving) return <p className="no-note quiet">Choose a note at the left.</p>;
  return (
    <div className="no-note">
      <h2>A quiet place for notes</h2>
      <p className="quiet">They are kept on this device and work without a connection.</p>
      <Button look="primary" icon="new-note" onClick={onFirst}>
        Write the first note
      </Button>
    </div>
  );
}

function useTree(): Tree | undefined {
  const {notebook} = useApp();
  const source = useLive(useMemo(() => notebook.watchTree(), [notebook]));
  return useMemo(() => (source === undefined ? undefined : buildTree(source)), [source]);
}

/** Ctrl or Cmd, Alt and N, wherever the focus is. */
function useNewNoteKey(onKey: () => void): void {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      // AltGr, which comes as Ctrl and Alt, types letters.
      if (event.getModifierState('AltGraph') || event.repeat) return;
      if (!event.altKey || !(event.ctrlKey || event.metaKey) || event.code !== 'KeyN') return;
      event.preventDefault();
      onKey();
    };
    addEventListener('keydown', onKeyDown);
    return () => removeEventListener('keydown', onKeyDown);
  });
}
