/**
 * One thing started by a person that takes a while: whether it runs, and how it failed. What the device itself can't do
 * (no room, storage broken) and what the notebook refuses arrive thrown.
 */

import {useState} from 'react';
import type {Result} from '../../../protocol/errors.ts';
import {type ToldError, toldError} from '../told-error.ts';

export interface Action {
  readonly busy: boolean;
  readonly error: ToldError | null;
  /** Does nothing while busy. */
  run(work: () => Promise<Result<void, ToldError> | void>): Promise<void>;
  forget(): void;
}

export function useAction(): Action {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ToldError | null>(null);
  async function run(work: () => Promise<Result<void, ToldError> | void>): Promise<void> {
    if (busy) return;
    setBusy(true);
    setError(null);
    try {
      const result = await work();
      if (result !== undefined && !result.ok) setError(result.error);
    } catch (thrown) {
      setError(toldError(thrown));
    } finally {
      setBusy(false);
    }
  }
  return {busy, error, run, forget: () => setError(null)};
}
