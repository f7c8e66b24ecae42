/** "Verify everything": every hash from the stored bytes, on both sides; what differs is repaired, what can't be is named. */

import {useApp} from '../app-context.ts';
import {formatTime} from '../formats.ts';
import {Unresolved} from '../frame/unresolved.tsx';
import {Banner} from '../parts/banner.tsx';
import {Button} from '../parts/button.tsx';
import {ErrorBanner} from '../parts/error-banner.tsx';
import {useAction} from '../parts/use-action.ts';
import {VerifyProgressBar} from '../parts/verify-progress.tsx';
import {useLive} from '../use-live.ts';
import {useNow} from '../use-now.ts';
import {useStatus} from '../use-status.tsx';
import {checkedWords, verificationWords} from '../verification-words.ts';

export function VerifyEverything() {
  const {control} = useApp();
  const {replica} = useStatus();
  const runs = (useLive(control.verifying) ?? null) !== null;
  const action = useAction();
  return (
    <>
      <p>
        {replica?.server == null
          ? 'Reads every note of this device and checks it against its hash.'
          : 'This device and the server read everything they have and check it against its hash. What is damaged or missing on one side comes from the other; no note gets a new version by it.'}
      </p>
      <div className="actions">
        <Button icon="check" busy={action.busy || runs} onClick={() => action.run(() => control.verify())}>
          Verify everything
        </Button>
      </div>
      <VerifyProgressBar />
      {action.error === null ? null : <ErrorBanner error={action.error} meaning="So only this device was checked." />}
      <div className="panel-part" aria-live="polite">
        {runs ? null : <LastVerification />}
      </div>
      <Unresolved />
    </>
  );
}

function LastVerification() {
  const status = useStatus();
  const nowMs = useNow(30_000);
  const {lastVerification} = status;
  if (lastVerification === null) return <p className="quiet">Not verified on this device yet.</p>;
  const {title, tone} = verificationWords(lastVerification, status);
  return (
    <Banner tone={tone} title={title}>
      <p className="quiet small numbers">
        {checkedWords(lastVerification)}, {formatTime(lastVerification.atMs, nowMs)}
      </p>
    </Banner>
  );
}
