/** What all screens share: the header with the status always in view, banners, how far a first sync is, the bottom bar. */

import type {ReactNode} from 'react';
import {Link} from 'wouter';
import {Icon} from '../parts/icon.tsx';
import {ArrivingStrip} from './arriving-strip.tsx';
import {BottomBar} from './bottom-bar.tsx';
import {ConflictsLink} from './conflicts-link.tsx';
import {FailureBanner} from './failure-banner.tsx';
import {Mark} from './mark.tsx';
import {SignedOutBanner} from './signed-out-banner.tsx';
import {StatusControl} from './status-control.tsx';
import {UnsavedBanner} from './unsaved-banner.tsx';
import {UpdateBanner} from './update-banner.tsx';

interface FrameProps {
  /** Without a notebook there is nothing to go to: no options, no bar. */
  readonly notebook: 'here' | 'none';
  readonly children: ReactNode;
}

export function Frame({notebook, children}: FrameProps) {
  const hasNotebook = notebook === 'here';
  return (
    <div className="frame">
      <header className="frame-header">
        <Link className="brand" href="/">
          <Mark size={22} />
          <span>Aster</span>
        </Link>
        <StatusControl />
        <nav className="frame-links" aria-label="App">
          {hasNotebook ? <ConflictsLink /> : null}
          {hasNotebook ? <HeaderLink href="/options/sync" icon="settings" label="Options" /> : null}
          <HeaderLink href="/help" icon="help" label="Help" />
        </nav>
      </header>
      <FailureBanner />
      <UpdateBanner />
      {hasNotebook ? <SignedOutBanner /> : null}
      {hasNotebook ? <UnsavedBanner /> : null}
      <div className="frame-content">{children}</div>
      {hasNotebook ? <ArrivingStrip /> : null}
      {hasNotebook ? <BottomBar /> : null}
    </div>
  );
}

function HeaderLink(props: {readonly href: string; readonly icon: 'settings' | 'help'; readonly label: string}) {
  return (
    <Link className="icon-button" href={props.href} aria-label={props.label} title={props.label}>
      <Icon name={props.icon} />
    </Link>
  );
}
