/** One run from one number: the number draws the schedule, and the schedule everything that happens in it. */

import fc from 'fast-check';
import type {Coverage} from './life.ts';
import {shrink} from './shrink.ts';
import {simulate} from './simulation.ts';
import {type Schedule, schedule} from './steps.ts';
import {Violation} from './witness.ts';

export interface Failure {
  /** What was broken, the same text for every way to break it. */
  readonly rule: string;
  readonly message: string;
  readonly schedule: Schedule;
}

export type Outcome = {readonly type: 'held'; readonly acknowledged: number} | ({readonly type: 'failed'} & Failure);

/** The same for the same seed, always. */
export function scheduleOf(seed: number): Schedule {
  let drawn: Schedule | undefined;
  fc.assert(
    fc.property(schedule, (value) => {
      drawn = value;
    }),
    {seed, numRuns: 1},
  );
  if (drawn === undefined) throw new Error(`seed ${seed} draws nothing`);
  return drawn;
}

export async function play(drawn: Schedule, coverage?: Coverage): Promise<Outcome> {
  try {
    const {acknowledged} = await simulate(drawn, coverage);
    return {type: 'held', acknowledged};
  } catch (error) {
    const {rule, message} = error instanceof Violation ? error : ruleOf(error);
    return {type: 'failed', rule, message, schedule: drawn};
  }
}

/** The smallest schedule found that breaks the same rule, within so many tries. */
export async function shrunk(failure: Failure, maxTries: number): Promise<Failure> {
  let smallest = failure;
  await shrink(
    failure.schedule,
    async (candidate) => {
      const outcome = await play(candidate);
      if (outcome.type !== 'failed' || outcome.rule !== failure.rule) return false;
      smallest = outcome;
      return true;
    },
    maxTries,
  );
  return smallest;
}

function ruleOf(error: unknown): {rule: string; message: string} {
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return {rule: error instanceof Error ? error.message.replaceAll(/\d+/g, 'N') : 'thrown', message};
}
