/** One version of a note to read: title and text. */

import {lazy, Suspense} from 'react';
import type {Ref} from '../../../../protocol/entity.ts';
import {AbsentText} from '../note/absent-text.tsx';
import {shownTitle} from '../tree/tree-row.tsx';

const ReadOnlyHtml = lazy(() =>
  import('../editor/read-only-html.tsx').then(({ReadOnlyHtml: component}) => ({default: component})),
);

export interface ShownVersion {
  readonly title: string;
  readonly type: string;
  /** Null while it isn't on this device. */
  readonly text: string | null;
}

interface VersionTextProps {
  readonly of: Ref;
  readonly version: ShownVersion;
  readonly label: string;
}

export function VersionText({of, version: {title, type, text}, label}: VersionTextProps) {
  return (
    <div className="version">
      <p className="version-title">{shownTitle(title)}</p>
      {text === null ? <AbsentText of={of} /> : <Words type={type} text={text} label={label} />}
    </div>
  );
}

function Words({type, text, label}: {readonly type: string; readonly text: string; readonly label: string}) {
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
