/** The sync panel: how the notes stand, what is in the way and what to do, what waits. Every figure is a measured one. */

import {Link} from 'wouter';
import type {SyncStatus} from '../../sync/api.ts';
import {Banner} from '../parts/banner.tsx';
import {Dialog} from '../parts/dialog.tsx';
import {ClockProblem} from './clock-problem.tsx';
import {Outbox} from './outbox.tsx';
import {Problem} from './problem.tsx';
import {SyncActions} from './sync-actions.tsx';
import {Facts} from './sync-facts.tsx';

export function SyncPanel({status, onClose}: {readonly status: SyncStatus; readonly onClose: () => void}) {
  return (
    <Dialog title="Sync" place="side" onClose={onClose}>
      <div className="panel">
        {status.replica?.server == null ? (
          <OnThisDevice hasNotebook={status.replica !== null} onLeave={onClose} />
        ) : (
          <Connected status={status} onLeave={onClose} />
        )}
      </div>
    </Dialog>
  );
}

function Connected({status, onLeave}: {readonly status: SyncStatus; readonly onLeave: () => void}) {
  return (
    <>
      {status.problem === null ? null : status.problem.type === 'clock_skew' ? (
        <ClockProblem error={status.problem} />
      ) : (
        <Problem error={status.problem} onLeave={onLeave} />
      )}
      {status.state === 'paused' ? (
        <Banner tone="info" title="Sync is paused.">
          <p>Changes stay on this device until you resume.</p>
        </Banner>
      ) : null}
      <SyncActions status={status} />
      <Facts status={status} />
      <Outbox />
    </>
  );
}

function OnThisDevice({hasNotebook, onLeave}: {readonly hasNotebook: boolean; readonly onLeave: () => void}) {
  if (!hasNotebook) return <p>This browser has no notebook yet. Once it has one, this panel says how it syncs.</p>;
  return (
    <Banner
      tone="info"
      title="Sync is not set up."
      actions={
        <Link className="button button-primary" href="/options/sync" onClick={onLeave}>
          Set up sync
        </Link>
      }
    >
      <p>The notes are on this device only. With a server they reach your other devices, too.</p>
    </Banner>
  );
}
