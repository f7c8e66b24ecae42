/** Sync's status for the screens, from one subscription, and the part of it that can be shown without flicker. */

import {createContext, type ReactNode, useContext, useEffect, useMemo, useState} from 'react';
import type {SyncError} from '../../protocol/errors.ts';
import type {SyncStatus} from '../sync/api.ts';
import {useApp} from './app-context.ts';
import {FailureBanner} from './frame/failure-banner.tsx';
import {useLive} from './use-live.ts';

/** A round that ends sooner isn't worth a change of words. */
const SHOW_SYNCING_AFTER_MS = 400;

const StatusContext = createContext<SyncStatus | null>(null);

/** Until this device's own storage answers, nothing but why it doesn't. */
export function StatusProvider({children}: {readonly children: ReactNode}) {
  const {control, failure} = useApp();
  const status = useLive(control.status);
  const broken = useLive(failure);
  const shown = useMemo(() => status && withFailure(status, broken), [status, broken]);
  return shown === undefined ? <FailureBanner /> : <StatusContext value={shown}>{children}</StatusContext>;
}

/** Where this tab's storage failed, what was read last is old: it must not go on saying "Synced". */
function withFailure(status: SyncStatus, failure: SyncError | undefined): SyncStatus {
  if (failure === undefined || status.state === 'not_set_up') return status;
  return {...status, state: 'problem', problem: failure};
}

export function useStatus(): SyncStatus {
  const status = useContext(StatusContext);
  if (status === null) throw new Error('useStatus outside StatusProvider');
  return status;
}

/**
 * The same, but "syncing" shows only when it lasts: until then "Synced" or "waiting" stays, with the counts of now. Every
 * other state shows and goes at once, so that "Synced" is never said of a notebook with a change waiting, nor "Signed
 * out" of one that has just signed in.
 */
export function useCalmStatus(): SyncStatus {
  const status = useStatus();
  const isSyncing = status.state === 'syncing';
  const [isLong, setLong] = useState(false);
  const [before, setBefore] = useState<SyncStatus['state'] | null>(isSyncing ? null : status.state);
  if (!isSyncing && before !== status.state) setBefore(status.state);
  useEffect(() => {
    setLong(false);
    if (!isSyncing) return;
    const timer = setTimeout(() => setLong(true), SHOW_SYNCING_AFTER_MS);
    return () => clearTimeout(timer);
  }, [isSyncing]);
  if (!isSyncing || isLong || (before !== 'synced' && before !== 'waiting')) return status;
  return {...status, state: status.waiting > status.parked ? 'waiting' : before};
}
