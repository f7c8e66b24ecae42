/** A screen of words and forms: one column, its heading focused when it opens, so that keyboard and voice start there. */

import {type ReactNode, useEffect, useRef} from 'react';

interface PageProps {
  readonly title: ReactNode;
  /** `wide`: for what stands side by side. */
  readonly width?: 'text' | 'wide';
  readonly children: ReactNode;
}

export function Page({title, width = 'text', children}: PageProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus({preventScroll: true}), []);
  return (
    <main className="page">
      <div className={width === 'wide' ? 'page-column page-wide' : 'page-column'}>
        <h1 ref={heading} tabIndex={-1}>
          {title}
        </h1>
        {children}
      </div>
    </main>
  );
}
