/** What a person can do about sync by hand. "Retry" only when the server refused something. */

import type {SyncStatus} from '../../sync/api.ts';
import {useApp} from '../app-context.ts';
import {Button} from '../parts/button.tsx';
import {ErrorBanner} from '../parts/error-banner.tsx';
import {useAction} from '../parts/use-action.ts';

export function SyncActions({status}: {readonly status: SyncStatus}) {
  const {control} = useApp();
  const action = useAction();
  const isPaused = status.state === 'paused';
  return (
    <div className="panel-part">
      <div className="actions">
        <Button
          look="primary"
          icon="sync"
          busy={action.busy || status.state === 'syncing'}
          onClick={() => action.run(() => control.syncNow())}
        >
          Sync now
        </Button>
        {status.parked === 0 ? null : (
          <Button icon="restore" onClick={() => action.run(() => control.retry())}>
            Retry
          </Button>
        )}
        <Button
          icon={isPaused ? 'play' : 'pause'}
          onClick={() => action.run(() => (isPaused ? control.resume() : control.pause()))}
        >
          {isPaused ? 'Resume sync' : 'Pause sync'}
        </Button>
      </div>
      {action.error === null ? null : <ErrorBanner error={action.error} />}
    </div>
  );
}
