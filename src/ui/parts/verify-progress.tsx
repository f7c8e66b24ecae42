/** How far "Verify everything" has come; nothing while none runs in this tab. */

import {useApp} from '../app-context.ts';
import {useLive} from '../use-live.ts';
import {progressWords} from '../verification-words.ts';
import {ProgressBar} from './progress-bar.tsx';

export function VerifyProgressBar() {
  const {control} = useApp();
  const progress = useLive(control.verifying) ?? null;
  if (progress === null) return null;
  const isCounted = progress.phase === 'device';
  return (
    <ProgressBar
      label="Verify everything"
      value={progress.done}
      total={isCounted ? progress.total : null}
      words={progressWords(progress)}
    />
  );
}
