/**
 * What the engine does after a failure: one exhaustive decision for every kind (design section 5.5). Retry policy as data.
 */

import type {ErrorType, SyncError} from '../../protocol/errors.ts';

/**
 * `soon`: again with growing pauses; `slowly`: something a person or an administrator has to change, looked at now and then;
 * `person`: nothing more until the person acts; `carry_on`: sync works, what failed is shown and looked at again.
 */
export type NextStep = 'soon' | 'slowly' | 'person' | 'carry_on';

const STEP_BY_TYPE: Record<ErrorType, NextStep> = {
  offline: 'soon',
  unreachable: 'soon',
  timeout: 'soon',
  server_error: 'soon',
  busy: 'soon',
  not_aster: 'soon',
  damaged_answer: 'soon',
  login_page: 'soon',
  clock_skew: 'soon',
  too_many_tries: 'soon',
  storage_blocked: 'soon',
  malformed: 'slowly',
  too_large: 'slowly',
  not_found: 'slowly',
  upgrade_needed: 'slowly',
  other_history: 'slowly',
  other_account: 'slowly',
  not_initialized: 'slowly',
  already_initialized: 'slowly',
  hash_mismatch: 'carry_on',
  storage_full: 'slowly',
  storage_broken: 'slowly',
  internal_error: 'slowly',
  malformed_entity: 'slowly',
  wrong_hash: 'slowly',
  not_exported: 'person',
  not_whole: 'person',
  entity_too_large: 'slowly',
  stamp_not_after_base: 'slowly',
  stamp_ahead: 'slowly',
  signed_out: 'person',
  device_removed: 'person',
  wrong_credentials: 'person',
  wrong_setup_code: 'person',
  storage_outdated: 'person',
  storage_removed: 'person',
  not_set_up: 'person',
};

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 10_000;
/** Of what a server or proxy asks for: a date far ahead must not end sync. */
const LONGEST_ASKED_MS = 10 * 60_000;
const SLOW_PAUSE_MS = 5 * 60_000;

export function nextStep({type}: SyncError): NextStep {
  return STEP_BY_TYPE[type];
}

/** Milliseconds until the next try, after `failures` in a row; null: not by itself. `fraction` (0 … 1) spreads devices out. */
export function pauseMs(error: SyncError, failures: number, fraction: number): number | null {
  const jitter = 0.75 + fraction / 2;
  switch (nextStep(error)) {
    case 'soon':
      return Math.max(
        Math.min(error.retryAfterMs ?? 0, LONGEST_ASKED_MS),
        Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(failures, 10)) * jitter,
      );
    case 'slowly':
    case 'carry_on':
      return SLOW_PAUSE_MS * jitter;
    case 'person':
      return null;
  }
}
