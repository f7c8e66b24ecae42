/** How long, and which decisions: from the environment, so that a failure can be tried again. */
import {randomInt} from 'node:crypto';

export interface Settings {
  readonly minutes: number;
  readonly seed: number;
}

export function readSettings({KILL_MINUTES, SEED}: NodeJS.ProcessEnv): Settings {
  const minutes = Number(KILL_MINUTES ?? 1);
  if (!(minutes > 0 && minutes < Number.POSITIVE_INFINITY)) {
    throw new Error(`KILL_MINUTES is "${KILL_MINUTES}": a number of minutes above 0 is wanted, 5 for example`);
  }
  const seed = SEED === undefined || SEED === '' ? randomInt(2 ** 31) : Number(SEED);
  if (!Number.isSafeInteger(seed)) {
    throw new Error(`SEED is "${SEED}": the whole number that a failed run printed is wanted`);
  }
  return {minutes, seed};
}
