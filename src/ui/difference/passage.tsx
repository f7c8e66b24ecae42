/** Blocks of one version, as they are read: rich text, or lines as they stand. */

import {lazy, Suspense, useLayoutEffect, useRef} from 'react';
import type {PassageFormat} from './compare.ts';
import {emphasise} from './emphasis.ts';

const HtmlPassage = lazy(() => import('./html-passage.tsx').then(({HtmlPassage: component}) => ({default: component})));

interface PassageProps {
  readonly show: PassageFormat;
  readonly blocks: readonly string[];
  /** The blocks beside them: words that those lack are marked. */
  readonly against?: readonly string[];
}

export function Passage({show, blocks, against}: PassageProps) {
  const [text, other] = [blocks.join(''), against?.join('')];
  if (show === 'plain') return <PlainPassage text={text} against={other} />;
  return (
    <Suspense fallback={null}>
      <HtmlPassage html={text} against={other} />
    </Suspense>
  );
}

function PlainPassage({text, against}: {readonly text: string; readonly against: string | undefined}) {
  const ref = useRef<HTMLPreElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another text has other words to be marked.
  useLayoutEffect(() => {
    if (ref.current === null || against === undefined) return;
    return emphasise(ref.current, against);
  }, [text, against]);
  return (
    <pre ref={ref} className="passage-plain">
      {text}
    </pre>
  );
}
