/** A message that stays in its place: what happened, what it means, what to do. Its icon and words say what its colour does. */

import type {ReactNode} from 'react';
import {Icon, type IconName} from './icon.tsx';

export type Tone = 'info' | 'good' | 'warn' | 'bad';

const ICON_BY_TONE: Record<Tone, IconName> = {info: 'info', good: 'check', warn: 'alert', bad: 'alert'};

interface BannerProps {
  readonly tone: Tone;
  readonly title?: ReactNode;
  /** Buttons or links of the next step. */
  readonly actions?: ReactNode;
  /** `alert`: read out at once, for the answer to what a person just did. */
  readonly announce?: 'alert' | 'no';
  readonly children?: ReactNode;
}

export function Banner({tone, title, actions, announce = 'no', children}: BannerProps) {
  return (
    <div className={`banner banner-${tone}`} role={announce === 'alert' ? 'alert' : undefined}>
      <Icon name={ICON_BY_TONE[tone]} />
      <div className="banner-main">
        <div className="banner-words">
          {title === undefined ? null : <p className="banner-title">{title}</p>}
          {children}
        </div>
        {actions === undefined ? null : <div className="banner-actions">{actions}</div>}
      </div>
    </div>
  );
}
