/**
 * Guessing gets slower: after a few free tries each further one must wait longer. A try counts when it begins, so that
 * many at once gain nothing; what was counted halves with time. In memory: a restart forgets, which costs an attacker more than
 * it gives.
 */

export interface Throttle {
  /** Milliseconds until a try is allowed; 0 where it is now. Counts nothing. */
  waitMs(key: string): number;
  /** Counts a try that is allowed. */
  begin(key: string): void;
  /** Who knows the secret of `key` is no guesser: its tries are forgotten. */
  succeed(key: string): void;
  /** Of many secrets one was known: that try doesn't count, those for others do. */
  takeBack(key: string): void;
}

export interface ThrottleOptions {
  readonly now: () => number;
  readonly freeTries: number;
  readonly maxDelayMs: number;
}

interface Tries {
  count: number;
  /** When the count was halved last. */
  halvedMs: number;
  notBeforeMs: number;
}

const MAX_KEYS = 10_000;
const FIRST_DELAY_MS = 1_000;
export const TRIES_HALF_LIFE_MS = 3_600_000;

export function createThrottle({now, freeTries, maxDelayMs}: ThrottleOptions): Throttle {
  /** More would only take longer to be forgotten. */
  const maxCount = freeTries + Math.ceil(Math.log2(maxDelayMs / FIRST_DELAY_MS));
  const triesByKey = new Map<string, Tries>();

  function triesOf(key: string): Tries {
    const nowMs = now();
    const known = triesByKey.get(key) ?? {count: 0, halvedMs: nowMs, notBeforeMs: 0};
    triesByKey.delete(key); // the last tried stands last: the first is the one to forget
    triesByKey.set(key, known);
    const oldest = triesByKey.size > MAX_KEYS ? triesByKey.keys().next() : undefined;
    if (oldest !== undefined && !oldest.done) triesByKey.delete(oldest.value);
    const halvings = Math.max(0, Math.floor((nowMs - known.halvedMs) / TRIES_HALF_LIFE_MS));
    known.count = Math.floor(known.count / 2 ** halvings);
    known.halvedMs = Math.min(known.halvedMs + halvings * TRIES_HALF_LIFE_MS, nowMs);
    return known;
  }

  return {
    waitMs(key) {
      const notBeforeMs = triesByKey.get(key)?.notBeforeMs ?? 0;
      return Math.max(0, Math.min(notBeforeMs - now(), maxDelayMs)); // a clock that was set back must not lock out
    },
    begin(key) {
      const tries = triesOf(key);
      tries.count = Math.min(tries.count + 1, maxCount);
      const delayMs = FIRST_DELAY_MS * 2 ** (tries.count - freeTries);
      tries.notBeforeMs = tries.count < freeTries ? 0 : now() + Math.min(delayMs, maxDelayMs);
    },
    succeed: (key) => void triesByKey.delete(key),
    takeBack(key) {
      const tries = triesByKey.get(key);
      if (tries === undefined) return;
      tries.count = Math.max(0, tries.count - 1);
      if (tries.count < freeTries) tries.notBeforeMs = 0;
    },
  };
}
