/**
 * Every way in which sync can fail, as data. The codes are shared: the first list travels on the wire, the second is made
 * where it happens. `message` is English for logs and for people who call the API; screens have words of their own.
 */

export const WIRE_ERROR_TYPES = [
  'malformed',
  'too_large',
  'not_found',
  'signed_out',
  'device_removed',
  'other_account',
  'wrong_credentials',
  'wrong_setup_code',
  'too_many_tries',
  'not_initialized',
  'already_initialized',
  'upgrade_needed',
  'other_history',
  'busy',
  'server_error',
] as const;
export type WireErrorType = (typeof WIRE_ERROR_TYPES)[number];

/** Why one entity of a push was refused; the others of the push are not touched by it. */
export const REJECTION_TYPES = [
  'malformed_entity',
  'wrong_hash',
  'entity_too_large',
  'stamp_not_after_base',
  'stamp_ahead',
] as const;
export type RejectionType = (typeof REJECTION_TYPES)[number];

export const LOCAL_ERROR_TYPES = [
  'offline',
  'unreachable',
  'timeout',
  'not_aster',
  'damaged_answer',
  'login_page',
  'clock_skew',
  'hash_mismatch',
  'not_whole',
  'not_exported',
  'storage_full',
  'storage_broken',
  'storage_blocked',
  'storage_outdated',
  'storage_removed',
  'not_set_up',
  'internal_error',
] as const;
export type LocalErrorType = (typeof LOCAL_ERROR_TYPES)[number];

export type ErrorType = WireErrorType | RejectionType | LocalErrorType;

export interface SyncError {
  readonly type: ErrorType;
  readonly message: string;
  /** `busy`, `too_many_tries`: when trying again makes sense. */
  readonly retryAfterMs?: number | undefined;
  /** `upgrade_needed`: which side is too old. */
  readonly side?: 'app' | 'server' | undefined;
  /** `clock_skew`: server minus device, and the device's and the server's time, in milliseconds. */
  readonly offsetMs?: number | undefined;
  readonly deviceMs?: number | undefined;
  readonly serverMs?: number | undefined;
  /** HTTP status, where there was one that says more than the type. */
  readonly status?: number | undefined;
}

export type Result<T, E = SyncError> = {readonly ok: true; readonly value: T} | {readonly ok: false; readonly error: E};

export function ok<T>(value: T): {readonly ok: true; readonly value: T} {
  return {ok: true, value};
}

export function failed<E = SyncError>(error: E): {readonly ok: false; readonly error: E} {
  return {ok: false, error};
}

/** Carries a SyncError through code that can only throw: a store's transaction. */
export class SyncFailure extends Error {
  readonly error: SyncError;

  constructor(error: SyncError, options?: {cause?: unknown}) {
    super(`${error.type}: ${error.message}`, options);
    this.name = 'SyncFailure';
    this.error = error;
  }
}
