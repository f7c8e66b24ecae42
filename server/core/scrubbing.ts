/**
 * When the server scrubs: after each slice it waits 99 times as long as the slice took, so that about one per cent of a core
 * goes there, beside whatever else is asked of the server. A slice is a few milliseconds, or one bucket that takes longer.
 */

import type {Core} from './core.ts';
import type {Log} from './ports.ts';

export interface Timers {
  /** Milliseconds that only go forward. */
  monotonicMs(): number;
  /** Calls once after `delayMs`, unless cancelled; keeps no process alive. */
  after(delayMs: number, action: () => void): () => void;
}

export interface Scrubbing {
  /** Resolves when nothing of it runs any more. */
  stop(): Promise<void>;
}

/** What the start of a server is for comes first. */
export const START_MS = 30_000;
const SLICE_MS = 5;
/** Small buckets of one slice: where time stands still a slice ends, too. */
const MAX_BUCKETS_PER_SLICE = 16;
const REST_PER_WORK = 99;
const MIN_PAUSE_MS = 100;
export const MAX_PAUSE_MS = 10_000;
/** A timer of a day is looked after now and then, as clocks are set and machines sleep. */
const LOOK_MS = 3_600_000;
const RETRY_MS = 300_000;

/** What follows on a slice that took so long. */
export function pauseAfterMs(tookMs: number): number {
  return Math.min(MAX_PAUSE_MS, Math.max(MIN_PAUSE_MS, REST_PER_WORK * tookMs));
}

export function startScrubbing(core: Pick<Core, 'scrub'>, timers: Timers, log: Log): Scrubbing {
  let isOver = false;
  let running = Promise.resolve();
  let cancel = (): void => undefined;
  const wait = (delayMs: number) => {
    if (!isOver) cancel = timers.after(delayMs, go);
  };
  const go = () => {
    running = slice().then(wait, (error: unknown) => {
      log('error', 'the scrub failed', {error: String(error)});
      wait(RETRY_MS);
    });
  };
  const slice = async (): Promise<number> => {
    const startedMs = timers.monotonicMs();
    for (let buckets = 0; buckets < MAX_BUCKETS_PER_SLICE; buckets++) {
      const restMs = await core.scrub();
      if (restMs > 0) return Math.min(LOOK_MS, restMs);
      if (isOver || timers.monotonicMs() - startedMs >= SLICE_MS) break;
    }
    return pauseAfterMs(timers.monotonicMs() - startedMs);
  };
  wait(START_MS);
  return {
    stop() {
      isOver = true;
      cancel();
      return running;
    },
  };
}
