/**
 * One thing started by a person that takes a while: whether it runs, and how it failed. What the device itself can't do
 * (no room, storage broken) arrives thrown as SyncFailure and becomes the same kind of error.
 */

import {useState} from 'react';
import {type Result, type SyncError, SyncFailure} from '../../../protocol/errors.ts';

export interface Action {
  readonly busy: boolean;
  readonly error: SyncError | null;
  /** Does nothing while busy. */
  run(work: () => Promise<Result<void> | void>): Promise<void>;
  forget(): void;
}

export function useAction(): Action {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<SyncError | null>(null);
  async function run(work: () => Promise<Result<void> | void>): Promise<void> {
    if (busy) return;
    setBusy(true);
    setError(null);
    try {
      const result = await work();
      if (result !== undefined && !result.ok) setError(result.error);
    } catch (thrown) {
      setError(thrownError(thrown));
    } finally {
      setBusy(false);
    }
  }
  return {busy, error, run, forget: () => setError(null)};
}

/** Anything else than a SyncFailure is a bug: it goes on to the browser's own report. */
function thrownError(thrown: unknown): SyncError {
  if (thrown instanceof SyncFailure) return thrown.error;
  reportError(thrown);
  return {type: 'storage_broken', message: String(thrown)};
}
