/** A screen of words and forms: one column, its heading focused when it opens, so that keyboard and voice start there. */

import {type ReactNode, useEffect, useRef} from 'react';

export function Page({title, children}: {readonly title: ReactNode; readonly children: ReactNode}) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus({preventScroll: true}), []);
  return (
    <main className="page">
      <div className="page-column">
        <h1 ref={heading} tabIndex={-1}>
          {title}
        </h1>
        {children}
      </div>
    </main>
  );
}
