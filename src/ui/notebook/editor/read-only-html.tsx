/** Stored HTML to read: sanitised, with links to notes that open here. */

import {useLayoutEffect, useRef} from 'react';
import {followLink} from './links.ts';
import {cleanForShow} from './sanitise.ts';

interface ReadOnlyHtmlProps {
  readonly label: string;
  readonly html: string;
  /** Without it links to notes do nothing. */
  readonly onOpenNote?: (noteId: string) => void;
}

export function ReadOnlyHtml({label, html, onOpenNote}: ReadOnlyHtmlProps) {
  const ref = useRef<HTMLElement>(null);
  useLayoutEffect(() => ref.current?.replaceChildren(cleanForShow(html)), [html]);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the links inside take keys by themselves, and those come as clicks.
    <article
      ref={ref}
      className="note-text read-only"
      aria-label={label}
      onClick={(event) => {
        if (followLink(event.target, onOpenNote)) event.preventDefault();
      }}
    />
  );
}
