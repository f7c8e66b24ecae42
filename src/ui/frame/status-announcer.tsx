/**
 * What a screen reader says of sync: a state, once, when it is another than the one said before and has lasted. Saves and
 * rounds of everyday, counts and times are never read out; while nothing is in the way there is nothing to hear.
 */

import {useEffect, useRef, useState} from 'react';
import type {StatusState, SyncStatus} from '../../sync/api.ts';
import {statusWords} from './status-words.ts';

const LASTS_MS = 1500;
/** Changes under way come and go with each pause of typing, on a slow line for seconds. */
const UNDER_WAY_LASTS_MS = 20_000;
const EVERYDAY: ReadonlySet<StatusState> = new Set(['synced', 'syncing', 'waiting', 'not_set_up']);

export function StatusAnnouncer({status}: {readonly status: SyncStatus}) {
  const {state} = status;
  const latest = useRef(status);
  useEffect(() => {
    latest.current = status;
  }, [status]);
  const [said, setSaid] = useState<{readonly state: StatusState | null; readonly words: string}>(() => ({
    state: EVERYDAY.has(state) ? firstUnsaid(state) : null,
    words: '',
  }));
  useEffect(() => {
    if (state === said.state) return;
    const lastsMs = state === 'syncing' || state === 'waiting' ? UNDER_WAY_LASTS_MS : LASTS_MS;
    const timer = setTimeout(() => setSaid({state, words: spokenWords(latest.current)}), lastsMs);
    return () => clearTimeout(timer);
  }, [state, said.state]);
  return (
    <div className="spoken" aria-live="polite" aria-atomic="true" data-spoken="sync">
      {said.words}
    </div>
  );
}

/** A page that starts while changes go out goes on to "Synced": nobody needs to hear that. */
function firstUnsaid(state: StatusState): StatusState {
  return state === 'not_set_up' ? state : 'synced';
}

/** With the counts of this moment; without the time, which says nothing new. */
function spokenWords(status: SyncStatus): string {
  const {state, detail} = statusWords(status, 0);
  return status.state === 'synced' || detail === '' ? state : `${state}, ${detail}`;
}
