/** Blocks of one version, as they are read: rich text, or lines as they stand. */

import {lazy, Suspense} from 'react';
import type {PassageFormat} from './compare.ts';

const HtmlPassage = lazy(() => import('./html-passage.tsx').then(({HtmlPassage: component}) => ({default: component})));

interface PassageProps {
  readonly show: PassageFormat;
  readonly blocks: readonly string[];
}

export function Passage({show, blocks}: PassageProps) {
  const text = blocks.join('');
  if (show === 'plain') return <pre className="passage-plain">{text}</pre>;
  return (
    <Suspense fallback={null}>
      <HtmlPassage html={text} />
    </Suspense>
  );
}
