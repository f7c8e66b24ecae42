/** Time that a test moves by hand. */

import type {Time} from '../../sync/ports.ts';

export interface ManualTime extends Time {
  /** Moves on, and runs what is due, in order. */
  advance(ms: number): void;
}

export function createManualTime(startMs = 1_700_000_000_000): ManualTime {
  let nowMs = 0;
  const timers = new Set<{readonly dueMs: number; readonly action: () => void}>();
  return {
    wallMs: () => startMs + nowMs,
    monotonicMs: () => nowMs,
    after(delayMs, action) {
      const timer = {dueMs: nowMs + delayMs, action};
      timers.add(timer);
      return () => timers.delete(timer);
    },
    advance(ms) {
      const endMs = nowMs + ms;
      for (let next = earliest(timers); next !== undefined && next.dueMs <= endMs; next = earliest(timers)) {
        timers.delete(next);
        nowMs = next.dueMs;
        next.action();
      }
      nowMs = endMs;
    },
  };
}

function earliest<T extends {readonly dueMs: number}>(timers: Iterable<T>): T | undefined {
  return [...timers].sort((a, b) => a.dueMs - b.dueMs)[0];
}
