/** What can be told of an action that failed: sync's failures and the device's, what an address is not, and what the notebook refuses. */

import {type SyncError, SyncFailure} from '../../protocol/errors.ts';
import {NotebookError, type NotebookErrorType} from '../db/notebook-error.ts';
import type {AddressError} from '../sync/address-error.ts';

export interface Refusal {
  readonly type: NotebookErrorType;
  readonly message: string;
}

export type ToldError = SyncError | AddressError | Refusal;

/** Of what was thrown. Anything unknown is a bug: it goes on to the browser's own report, too. */
export function toldError(thrown: unknown): ToldError {
  if (thrown instanceof SyncFailure) return thrown.error;
  if (thrown instanceof NotebookError) return {type: thrown.type, message: thrown.message};
  reportError(thrown);
  return {type: 'internal_error', message: String(thrown)};
}
