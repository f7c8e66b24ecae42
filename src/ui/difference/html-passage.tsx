/** Some blocks of rich text to read. A chunk of its own, as it brings the cleaner of HTML. */

import '../notebook/editor/html-text.css';
import {useLayoutEffect, useRef} from 'react';
import {followLink} from '../notebook/editor/links.ts';
import {cleanForShow} from '../notebook/editor/sanitise.ts';
import {emphasise} from './emphasis.ts';

interface HtmlPassageProps {
  readonly html: string;
  /** The passage beside it: words that it lacks are marked. */
  readonly against?: string | undefined;
}

export function HtmlPassage({html, against}: HtmlPassageProps) {
  const ref = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    ref.current?.replaceChildren(cleanForShow(html));
    if (ref.current === null || against === undefined) return;
    return emphasise(ref.current, cleanForShow(against).textContent);
  }, [html, against]);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: only links inside take clicks.
    // biome-ignore lint/a11y/useKeyWithClickEvents: the links inside take keys by themselves, and those come as clicks.
    <div
      ref={ref}
      className="note-text read-only"
      onClick={(event) => {
        if (followLink(event.target, undefined)) event.preventDefault();
      }}
    />
  );
}
