/**
 * The versions that verdicts carry. A request of a few kilobytes may ask about as many of the largest, so what is told is counted:
 * beyond the limit the whole call is refused and its transaction undone, and the device sends fewer entities at once.
 */

import {failed, type Result, SyncFailure} from '../../protocol/errors.ts';
import {MAX_ANSWER_BYTES} from '../../protocol/limits.ts';
import type {PulledEntity} from '../../protocol/messages.ts';
import type {WholeRow} from '../storage/port.ts';
import {encodeRow} from './encode.ts';
import {wireError} from './ports.ts';

export type Tell = (row: WholeRow) => PulledEntity;

/** For the verdicts of one answer. What it gives throws a SyncFailure (`too_large`). */
export function createTell(): Tell {
  let bytes = 0;
  return (row) => {
    bytes += row.data.length + row.body.length;
    if (bytes > MAX_ANSWER_BYTES)
      throw new SyncFailure(wireError('too_large', 'the answer would be too large: send fewer entities at once'));
    return encodeRow(row);
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
