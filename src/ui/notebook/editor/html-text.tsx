/** A note of rich text: in the editor where it can be held without loss (can-represent.ts), else to read. */

import './html-text.css';
import {useMemo} from 'react';
import {represent} from './can-represent.ts';
import {ReadOnlyHtml} from './read-only-html.tsx';
import {RichEditor} from './rich-editor.tsx';

interface HtmlTextProps {
  readonly text: string;
  /** Grows when the text was replaced by another device's; else what is typed here comes back as `text`. */
  readonly showing: number;
  readonly onType: (read: () => string) => void;
  readonly onBlur: () => void;
  readonly onOpenNote: (noteId: string) => void;
}

export function HtmlText({text, showing, onType, onBlur, onOpenNote}: HtmlTextProps) {
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is typed here is in the editor already.
  const stored = useMemo(() => ({text, ...represent(text)}), [showing]);
  if (stored.state === 'editable') {
    return <RichEditor stored={stored} onType={onType} onBlur={onBlur} onOpenNote={onOpenNote} />;
  }
  return (
    <>
      <p className="note-hint">
        This note has parts that the editor can’t hold yet without losing some of them, so it opens for reading only. It
        is kept exactly as it is.
      </p>
      <ReadOnlyHtml label="Note text" html={stored.text} onOpenNote={onOpenNote} />
    </>
  );
}
