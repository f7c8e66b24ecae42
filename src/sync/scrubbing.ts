/**
 * When the scrub reads: in the tab that leads, while it is looked at, when nobody has written for a moment and no round
 * runs. After each slice it waits 99 times as long as the slice took, so that about one per cent of a core goes there
 * (ADR 19). Starts nothing before `start`.
 */

import {type SyncError, SyncFailure} from '../../protocol/errors.ts';
import type {Connectivity} from './ports.ts';
import {ROUND_LOCK} from './round-lock.ts';
import type {RoundPorts} from './round-ports.ts';
import {type Slices, scrubPass} from './scrub.ts';

export interface ScrubbingPorts extends RoundPorts {
  readonly connectivity: Connectivity;
}

export interface ScrubbingEvents {
  /** Something didn't match and was mended here: a round finds what differs now. */
  onFound(): void;
  onFailure(error: SyncError): void;
}

export interface Scrubbing {
  start(): void;
  stop(): void;
  /** Something was stored, in whatever tab: somebody works. */
  stored(): void;
}

/** Neither the start of the app nor the first round after it shares the disk with a scrub. */
export const START_MS = 30_000;
/** Nobody writes, here or in another tab: what is typed is saved in each pause of typing. */
export const QUIET_MS = 2_000;
const REST_PER_WORK = 99;
const MIN_PAUSE_MS = 250;
/** So that a pass over 100,000 rows ends within hours also where a slice takes long. */
export const MAX_PAUSE_MS = 4_000;
/** Timers don't count while a machine sleeps: what is due is looked for again. */
const LOOK_MS = 3_600_000;
const RETRY_MS = 300_000;

/** What follows on a slice that took so long. */
export function pauseAfterMs(tookMs: number): number {
  return Math.min(MAX_PAUSE_MS, Math.max(MIN_PAUSE_MS, REST_PER_WORK * tookMs));
}

export function createScrubbing(ports: ScrubbingPorts, events: ScrubbingEvents): Scrubbing {
  let end: (() => void) | null = null;
  let storedAtMs = Number.NEGATIVE_INFINITY;
  return {
    start() {
      end ??= scrubInIdleTime(ports, events, () => storedAtMs);
    },
    stop() {
      end?.();
      end = null;
    },
    stored() {
      storedAtMs = ports.time.monotonicMs();
    },
  };
}

/** Until the returned function is called. */
function scrubInIdleTime(
  ports: ScrubbingPorts,
  {onFound, onFailure}: ScrubbingEvents,
  storedAtMs: () => number,
): () => void {
  const {time, locks, connectivity} = ports;
  let isRoundHeld = false;
  let isOver = false;
  let isReading = false;
  let cancel = (): void => undefined;
  let slices: Slices<number> | null = null;

  function wait(delayMs: number): void {
    cancel();
    if (!isOver) cancel = time.after(delayMs, () => void readWhenIdle());
  }

  async function readWhenIdle(): Promise<void> {
    if (!connectivity.isVisible()) return; // `visible` goes on
    const busyMs = isRoundHeld ? QUIET_MS : storedAtMs() + QUIET_MS - time.monotonicMs();
    if (busyMs > 0) return wait(busyMs);
    isReading = true;
    const pauseMs = await readSlice();
    isReading = false;
    wait(pauseMs);
  }

  async function readSlice(): Promise<number> {
    const startedMs = time.monotonicMs();
    try {
      slices ??= scrubPass(ports, () => (isOver ? undefined : onFound()));
      const {done, value} = await slices.next();
      if (!done) return pauseAfterMs(time.monotonicMs() - startedMs);
      slices = null;
      return Math.min(LOOK_MS, Math.max(QUIET_MS, value));
    } catch (error) {
      slices = null;
      if (!isOver) onFailure(failureOf(error));
      return RETRY_MS;
    }
  }

  const stops = [
    connectivity.watch((event) => {
      if (event === 'visible' && !isReading) wait(QUIET_MS);
    }),
    locks.watch(ROUND_LOCK, (isHeld) => {
      isRoundHeld = isHeld;
    }),
  ];
  wait(START_MS);
  return () => {
    isOver = true;
    cancel();
    for (const stop of stops) stop();
  };
}

/** The store's failures arrive as exceptions; anything else is a bug, which must not end in silence. */
function failureOf(error: unknown): SyncError {
  if (error instanceof SyncFailure) return error.error;
  return {type: 'internal_error', message: `a scrub failed: ${String(error)}`};
}
