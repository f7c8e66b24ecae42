/**
 * What the server adds to a request from its own rows: the versions that verdicts carry, and parts that were left out. A few
 * kilobytes may ask for gigabytes of both, so they are counted together: beyond the limit the whole call is refused and its
 * transaction undone, and the device sends fewer entities at once.
 */

import {failed, type Result, SyncFailure} from '../../protocol/errors.ts';
import {MAX_ANSWER_BYTES} from '../../protocol/limits.ts';
import type {PulledEntity} from '../../protocol/messages.ts';
import type {WholeRow} from '../storage/port.ts';
import {encodeRow} from './encode.ts';
import {wireError} from './ports.ts';

/** Of one request. Both throw a SyncFailure (`too_large`). */
export interface Supply {
  /** A version for a verdict. */
  tell(row: WholeRow): PulledEntity;
  /** So many bytes of parts that the request left out. */
  fill(bytes: number): void;
}

export function createSupply(): Supply {
  let supplied = 0;
  function fill(bytes: number): void {
    supplied += bytes;
    if (supplied > MAX_ANSWER_BYTES)
      throw new SyncFailure(wireError('too_large', 'too much would be added to this: send fewer entities at once'));
  }
  return {
    fill,
    tell(row) {
      fill(row.data.length + row.body.length);
      return encodeRow(row);
    },
  };
}

export interface Outcome<A> {
  readonly answer: Result<A>;
  readonly commit: 'changed' | 'unchanged';
}

/** A SyncFailure that ended a write transaction, and so undid it, becomes its answer. */
export async function answered<A>(writing: Promise<Outcome<A>>): Promise<Outcome<A>> {
  try {
    return await writing;
  } catch (error) {
    if (error instanceof SyncFailure) return {answer: failed(error.error), commit: 'unchanged'};
    throw error;
  }
}
