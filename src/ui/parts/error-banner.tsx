/** A failure in words: what happened, what it means for the notes, what to do. */

import type {ReactNode} from 'react';
import type {ToldError} from '../told-error.ts';
import {errorWords} from '../words.ts';
import {Banner, type Tone} from './banner.tsx';

interface ErrorBannerProps {
  readonly error: ToldError;
  readonly tone?: Tone;
  /** In place of the table's own, where this screen knows better what it means. */
  readonly meaning?: string;
  readonly announce?: 'alert' | 'no';
  readonly actions?: ReactNode;
  readonly children?: ReactNode;
}

export function ErrorBanner({error, tone = 'bad', meaning, announce = 'alert', actions, children}: ErrorBannerProps) {
  const words = errorWords(error);
  return (
    <Banner tone={tone} title={words.what} announce={announce} actions={actions}>
      <p>{meaning ?? words.meaning}</p>
      <p>{words.cure}</p>
      {children}
    </Banner>
  );
}
