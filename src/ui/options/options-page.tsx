/** The frame of the options: the way between them, then one page of words and forms. */

import type {ReactNode} from 'react';
import {Link, useLocation} from 'wouter';
import {Page} from '../parts/page.tsx';

const PAGES = [
  {href: '/options/sync', name: 'Sync'},
  {href: '/options/data', name: 'Data'},
  {href: '/options/about', name: 'About'},
] as const;

export function OptionsPage({title, children}: {readonly title: string; readonly children: ReactNode}) {
  const [path] = useLocation();
  return (
    <div className="options">
      <nav className="options-nav" aria-label="Options">
        {PAGES.map(({href, name}) => (
          <Link key={href} href={href} aria-current={path === href ? 'page' : undefined}>
            {name}
          </Link>
        ))}
      </nav>
      <Page title={title}>{children}</Page>
    </div>
  );
}
