/** What is in the way of sync, and the step that helps, where the app can take it. */

import type {ReactNode} from 'react';
import {Link} from 'wouter';
import type {ErrorType, SyncError} from '../../../protocol/errors.ts';
import type {SyncStatus} from '../../sync/api.ts';
import type {Tone} from '../parts/banner.tsx';
import {Button} from '../parts/button.tsx';
import {ErrorBanner} from '../parts/error-banner.tsx';
import {RestartButton} from './restart-button.tsx';

/** These pass by themselves; the rest wants a person. */
const PASSING: ReadonlySet<ErrorType> = new Set(['offline', 'unreachable', 'timeout', 'busy']);

/** Of a device that is paused, what was in the way of its last try and passes by itself is over: nothing is tried. */
export function problemNow({state, problem}: Pick<SyncStatus, 'state' | 'problem'>): SyncError | null {
  return state === 'paused' && problem !== null && PASSING.has(problem.type) ? null : problem;
}

interface ProblemProps {
  readonly error: SyncError;
  /** Called when the person goes to where the next step is. */
  readonly onLeave: () => void;
}

export function Problem({error, onLeave}: ProblemProps) {
  const tone: Tone = error.type === 'offline' ? 'info' : PASSING.has(error.type) ? 'warn' : 'bad';
  return <ErrorBanner error={error} tone={tone} announce="no" actions={nextStep(error, onLeave)} />;
}

function nextStep(error: SyncError, onLeave: () => void): ReactNode {
  switch (error.type) {
    case 'signed_out':
    case 'device_removed':
    case 'other_account':
      return (
        <Link className="button button-primary" href="/login" onClick={onLeave}>
          Sign in
        </Link>
      );
    case 'unreachable':
    case 'not_aster':
    case 'not_found':
    case 'login_page':
    case 'timeout':
      return (
        <Link className="button button-normal" href="/options/sync" onClick={onLeave}>
          Check the connection
        </Link>
      );
    case 'hash_mismatch':
      return (
        <Link className="button button-normal" href="/options/sync" onClick={onLeave}>
          Verify in Options → Sync
        </Link>
      );
    case 'storage_blocked':
    case 'storage_outdated':
    case 'storage_removed':
    case 'internal_error':
    case 'storage_broken':
      return <Button onClick={() => location.reload()}>Reload</Button>;
    case 'upgrade_needed':
      return error.side === 'server' ? undefined : <RestartButton />;
    default:
      return undefined;
  }
}
