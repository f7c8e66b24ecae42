/** Some blocks of rich text to read. A chunk of its own, as it brings the cleaner of HTML. */

import '../notebook/editor/html-text.css';
import {useLayoutEffect, useRef} from 'react';
import {followLink} from '../notebook/editor/links.ts';
import {cleanForShow} from '../notebook/editor/sanitise.ts';

export function HtmlPassage({html}: {readonly html: string}) {
  const ref = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => ref.current?.replaceChildren(cleanForShow(html)), [html]);
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
