/**
 * Below a notebook whose tree is still arriving: how far it is, what waits for it, and where it stopped, why. It stands below the
 * screens, so that nothing that is being read moves when it goes.
 */

import {useApp} from '../app-context.ts';
import {Button} from '../parts/button.tsx';
import {FirstSyncProgress} from '../parts/first-sync-progress.tsx';
import {useAction} from '../parts/use-action.ts';
import {useStatus} from '../use-status.tsx';
import {errorWords} from '../words.ts';

export function ArrivingStrip() {
  const status = useStatus();
  if (!status.arriving) return null;
  return (
    <section className="arriving" aria-labelledby="arriving">
      <div className="arriving-words">
        <h2 id="arriving">Sync in progress</h2>
        {status.problem === null || status.state === 'syncing' ? (
          <p className="quiet small arriving-hint">Notes show as they arrive. Moving and deleting wait for the rest.</p>
        ) : (
          <p className="quiet small">Stopped. {errorWords(status.problem).what}</p>
        )}
      </div>
      <FirstSyncProgress firstSync={status.firstSync} />
      {status.problem === null ? null : <TryAgain isBusy={status.state === 'syncing'} />}
    </section>
  );
}

function TryAgain({isBusy}: {readonly isBusy: boolean}) {
  const {control} = useApp();
  const action = useAction();
  return (
    <Button busy={action.busy || isBusy} onClick={() => action.run(() => control.syncNow())}>
      Try again
    </Button>
  );
}
