/** The text of a note, by its kind. The rich editor is a chunk of its own, loaded when the first note of text is opened. */

import {lazy, Suspense} from 'react';
import type {NoteView} from '../../../db/repositories.ts';
import {ErrorBoundary} from '../../parts/error-boundary.tsx';
import {AbsentText} from './absent-text.tsx';
import {kindOf} from './note-kind.ts';
import {currentOf, type Session} from './note-session.ts';
import type {NoteHandle} from './note-sessions.ts';
import {PlainText} from './plain-text.tsx';

const loadEditor = () => import('../editor/html-text.tsx');
const HtmlText = lazy(() => loadEditor().then(({HtmlText: component}) => ({default: component})));

/** Gets the editor's chunk while the tree is read, so that the first note opens at once. */
export function preloadEditor(): void {
  // Where it fails, ErrorBoundary says so when a note is opened.
  loadEditor().catch(() => undefined);
}

interface NoteBodyProps {
  readonly view: NoteView;
  readonly session: Session;
  readonly showing: number;
  readonly handle: NoteHandle;
  readonly onOpenNote: (noteId: string) => void;
}

export function NoteBody({view, session, showing, handle, onOpenNote}: NoteBodyProps) {
  const {text} = currentOf(session);
  const kind = kindOf({...view, text});
  switch (kind.kind) {
    case 'html':
      return (
        <ErrorBoundary
          resetKey={view.id}
          title="The editor could not be opened."
          text="The text of this note is kept as it is. If this device is offline, try again once it has a connection."
        >
          <Suspense fallback={<p className="note-hint">Opening the editor…</p>}>
            <HtmlText
              text={text ?? ''}
              showing={showing}
              onType={handle.typeText}
              onBlur={handle.flush}
              onOpenNote={onOpenNote}
            />
          </Suspense>
        </ErrorBoundary>
      );
    case 'plain':
      return (
        <PlainText
          text={text ?? ''}
          showing={showing}
          readOnly={kind.readOnly}
          onType={(typed) => handle.type({text: typed})}
          onBlur={handle.flush}
        />
      );
    case 'absent':
      return <AbsentText of={{kind: 'note', id: view.id}} />;
    case 'bytes':
      return (
        <p className="note-message">
          The bytes of pictures and files aren’t kept here yet. Import the same file again later to fill them in.
        </p>
      );
    case 'undecodable':
      return (
        <p className="note-message">
          This text isn’t readable as text. It is kept byte for byte and can’t be edited here.
        </p>
      );
    case 'empty':
      return <p className="note-message">This note has no text. What is inside it is in the tree.</p>;
  }
}
