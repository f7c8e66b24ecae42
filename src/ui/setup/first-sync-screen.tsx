/** "Sync in progress": counts, what happens now, and on failure the cause with "Try again" and "Back". */

import {useState} from 'react';
import type {SyncStatus} from '../../sync/api.ts';
import {useApp} from '../app-context.ts';
import {RestartButton} from '../frame/restart-button.tsx';
import {Button} from '../parts/button.tsx';
import {ErrorBanner} from '../parts/error-banner.tsx';
import {FirstSyncProgress} from '../parts/first-sync-progress.tsx';
import {Page} from '../parts/page.tsx';
import {useAction} from '../parts/use-action.ts';
import {SyncFromServer} from './sync-from-server.tsx';

export function FirstSyncScreen({status}: {readonly status: SyncStatus}) {
  const [isBack, setBack] = useState(false);
  if (isBack) {
    const server = status.replica?.server;
    return (
      <Page title="Welcome to Aster">
        <SyncFromServer
          address={server?.address ?? ''}
          username={server?.account.username}
          onBack={() => setBack(false)}
          onDone={() => setBack(false)}
        />
      </Page>
    );
  }
  return (
    <Page title="Sync in progress">
      <Progress status={status} />
      {status.problem === null ? null : <Failure status={status} onBack={() => setBack(true)} />}
    </Page>
  );
}

function Progress({status: {firstSync, problem, state}}: {readonly status: SyncStatus}) {
  const isStopped = problem !== null && state !== 'syncing';
  return (
    <div className="first-sync">
      <FirstSyncProgress firstSync={firstSync} />
      <p className="quiet" aria-live="polite">
        {isStopped ? 'Stopped.' : phaseWords(firstSync !== null)}
      </p>
    </div>
  );
}

function phaseWords(hasBegun: boolean): string {
  if (!hasBegun) return 'Asking the server what there is.';
  return 'Receiving the titles and the tree. The notebook opens with the first of them; the rest follows.';
}

function Failure({status, onBack}: {readonly status: SyncStatus; readonly onBack: () => void}) {
  const {control} = useApp();
  const action = useAction();
  if (status.problem === null) return null;
  const mustUpdate = status.problem.type === 'upgrade_needed' && status.problem.side !== 'server';
  const mustSignIn = status.problem.type === 'signed_out' || status.problem.type === 'device_removed';
  return (
    <>
      <ErrorBanner
        error={status.problem}
        tone={status.problem.type === 'offline' ? 'info' : 'bad'}
        meaning="What was received is kept on this device; it goes on from there."
      />
      <div className="actions">
        {mustUpdate ? <RestartButton /> : null}
        {mustSignIn ? (
          <Button look="primary" onClick={onBack}>
            Sign in
          </Button>
        ) : null}
        <Button
          look={mustSignIn || mustUpdate ? 'normal' : 'primary'}
          busy={action.busy || status.state === 'syncing'}
          onClick={() => action.run(() => control.syncNow())}
        >
          Try again
        </Button>
        <Button look="quiet" onClick={onBack}>
          Back
        </Button>
      </div>
    </>
  );
}
