/** "Force full sync": everything comes from the server again. Asks first, as it can take a while; nothing is lost by it. */

import {useState} from 'react';
import {useApp} from '../app-context.ts';
import {formatCount, formatNumber} from '../formats.ts';
import {Button} from '../parts/button.tsx';
import {Dialog} from '../parts/dialog.tsx';
import {ErrorBanner} from '../parts/error-banner.tsx';
import {ProgressBar} from '../parts/progress-bar.tsx';
import {useAction} from '../parts/use-action.ts';
import {useStatus} from '../use-status.tsx';

export function FullSync() {
  const {control} = useApp();
  const {firstSync} = useStatus();
  const [isAsking, setAsking] = useState(false);
  const [hasRun, setRun] = useState(false);
  const action = useAction();
  const start = () => {
    setAsking(false);
    setRun(true);
    void action.run(() => control.forceFullSync());
  };
  return (
    <>
      <p>
        Gets every note from the server again, as a new device would. For when this device shows something else than the
        others although everything is verified.
      </p>
      <div className="actions">
        <Button icon="download" busy={action.busy} onClick={() => setAsking(true)}>
          Force full sync
        </Button>
        <span className="quiet" aria-live="polite">
          {hasRun && !action.busy && action.error === null ? <Outcome /> : null}
        </span>
      </div>
      {firstSync === null ? null : (
        <ProgressBar
          label="Full sync"
          value={firstSync.received}
          total={firstSync.total}
          words={`${formatNumber(firstSync.received)} of ${formatNumber(firstSync.total)} received`}
        />
      )}
      {action.error === null ? null : <ErrorBanner error={action.error} />}
      {isAsking ? <Question onStart={start} onClose={() => setAsking(false)} /> : null}
    </>
  );
}

function Outcome() {
  const {problem, replica} = useStatus();
  if (problem === null && replica?.cursor !== null) return 'Everything is here again.';
  return 'Not everything is here yet: the sync status says why. It goes on where it was.';
}

function Question({onStart, onClose}: {readonly onStart: () => void; readonly onClose: () => void}) {
  const {waiting} = useStatus();
  return (
    <Dialog title="Force full sync?" onClose={onClose}>
      <div className="dialog-flow">
        <p>
          Everything comes over the network once more. The notebook stays usable meanwhile
          {waiting === 0 ? '.' : `; what waits here (${formatCount(waiting, 'change')}) is kept and sent.`}
        </p>
        <div className="dialog-buttons">
          <Button onClick={onClose}>Cancel</Button>
          <Button look="primary" onClick={onStart} data-autofocus>
            Get everything again
          </Button>
        </div>
      </div>
    </Dialog>
  );
}
