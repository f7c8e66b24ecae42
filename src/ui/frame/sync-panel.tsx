/** The sync panel: how the notes stand, what is in the way and what to do, what waits. Every figure is a measured one. */

import {Link} from 'wouter';
import type {SyncStatus} from '../../sync/api.ts';
import {formatCount} from '../formats.ts';
import {Banner} from '../parts/banner.tsx';
import {Dialog} from '../parts/dialog.tsx';
import {ExportUnsynced} from '../parts/export-unsynced.tsx';
import {ClockProblem} from './clock-problem.tsx';
import {Outbox} from './outbox.tsx';
import {Problem, problemNow} from './problem.tsx';
import {SyncActions} from './sync-actions.tsx';
import {Facts, LocalFacts} from './sync-facts.tsx';
import {Unresolved} from './unresolved.tsx';

export function SyncPanel({status, onClose}: {readonly status: SyncStatus; readonly onClose: () => void}) {
  return (
    <Dialog title="Sync" place="side" onClose={onClose}>
      <div className="panel">
        {status.replica?.server == null ? (
          <OnThisDevice status={status} onLeave={onClose} />
        ) : (
          <Connected status={status} onLeave={onClose} />
        )}
      </div>
    </Dialog>
  );
}

function Connected({status, onLeave}: {readonly status: SyncStatus; readonly onLeave: () => void}) {
  const problem = problemNow(status);
  return (
    <>
      {problem === null ? null : problem.type === 'clock_skew' ? (
        <ClockProblem error={problem} />
      ) : (
        <Problem error={problem} onLeave={onLeave} />
      )}
      {status.parked === 0 ? null : <RefusedChanges count={status.parked} />}
      {status.state === 'paused' ? (
        <Banner tone="info" title="Sync is paused.">
          <p>Changes stay on this device until you resume.</p>
        </Banner>
      ) : null}
      <SyncActions status={status} />
      <Unresolved onLeave={onLeave} />
      {status.parked > 0 || status.state === 'signed_out' ? <ExportUnsynced /> : null}
      <Facts status={status} />
      <Outbox />
    </>
  );
}

function RefusedChanges({count}: {readonly count: number}) {
  return (
    <Banner tone="bad" title={`The server refused ${formatCount(count, 'change')}.`}>
      <p>
        {count === 1 ? 'It is kept on this device, and everything' : 'They are kept on this device, and everything'}{' '}
        else goes on syncing. Why, and what helps, is said below; “Retry” sends {count === 1 ? 'it' : 'them'} again.
      </p>
    </Banner>
  );
}

function OnThisDevice({status, onLeave}: {readonly status: SyncStatus; readonly onLeave: () => void}) {
  if (status.replica === null)
    return <p>This browser has no notebook yet. Once it has one, this panel says how it syncs.</p>;
  return (
    <>
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
      <Unresolved onLeave={onLeave} />
      <LocalFacts status={status} />
    </>
  );
}
