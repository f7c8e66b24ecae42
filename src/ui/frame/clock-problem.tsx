/** Clocks too far apart: by how much, which way, both times, and the two ways on. */

import type {SyncError} from '../../../protocol/errors.ts';
import {useApp} from '../app-context.ts';
import {formatClock, formatDuration} from '../formats.ts';
import {Banner} from '../parts/banner.tsx';
import {Button} from '../parts/button.tsx';
import {useAction} from '../parts/use-action.ts';

export function ClockProblem({error}: {readonly error: SyncError}) {
  const {control} = useApp();
  const action = useAction();
  const offsetMs = error.offsetMs ?? 0;
  return (
    <Banner
      tone="bad"
      title={`This device’s clock is ${formatDuration(offsetMs)} ${offsetMs > 0 ? 'behind' : 'ahead of'} the server’s.`}
      actions={
        <Button
          busy={action.busy}
          onClick={() =>
            action.run(async () => {
              await control.chooseClock('server');
              await control.syncNow();
            })
          }
        >
          Use the server's time
        </Button>
      }
    >
      <dl className="facts">
        <dt>This device</dt>
        <dd className="numbers">{error.deviceMs === undefined ? 'not known' : formatClock(error.deviceMs)}</dd>
        <dt>Server</dt>
        <dd className="numbers">{error.serverMs === undefined ? 'not known' : formatClock(error.serverMs)}</dd>
      </dl>
      <p>
        Nothing is sent while the clocks differ by more than 5 minutes, so that an older text can’t replace a newer one.
        All changes are kept on this device.
      </p>
      <p>
        Set the clock that is wrong; sync then goes on by itself. If it is this device’s and can’t be set, use the
        server’s time.
      </p>
    </Banner>
  );
}
