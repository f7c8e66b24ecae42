/** One version of a note to read: title and text. */

import {lazy, Suspense} from 'react';
import {shownTitle} from '../tree/tree-row.tsx';
import type {CurrentVersion} from './revisions-dialog.tsx';

const ReadOnlyHtml = lazy(() =>
  import('../editor/read-only-html.tsx').then(({ReadOnlyHtml: component}) => ({default: component})),
);

export function VersionText({
  version: {title, type, text},
  label,
}: {
  readonly version: CurrentVersion;
  readonly label: string;
}) {
  return (
    <div className="version">
      <p className="version-title">{shownTitle(title)}</p>
      <Words type={type} text={text} label={label} />
    </div>
  );
}

function Words({type, text, label}: {readonly type: string; readonly text: string | null; readonly label: string}) {
  if (text === null) return <p className="quiet">The text isn’t on this device yet.</p>;
  if (text === '') return <p className="quiet">No text.</p>;
  if (type !== 'text') {
    return (
      <article className="version-plain" aria-label={label}>
        {text}
      </article>
    );
  }
  return (
    <Suspense fallback={null}>
      <ReadOnlyHtml label={label} html={text} />
    </Suspense>
  );
}
