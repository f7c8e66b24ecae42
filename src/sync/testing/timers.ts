/** Time for engine tests: timers that a test lets go, one after the other. */

import type {Time} from '../ports.ts';
import type {World} from './world.ts';

/** Timers that a test lets go, in order of time. */
export function createTimers(world: World) {
  let timers: {atMs: number; action: () => void}[] = [];
  return {
    time: {
      wallMs: () => world.nowMs,
      monotonicMs: () => world.nowMs,
      after(delayMs: number, action: () => void) {
        const timer = {atMs: world.nowMs + delayMs, action};
        timers.push(timer);
        return () => {
          timers = timers.filter((one) => one !== timer);
        };
      },
    } satisfies Time,
    waiting: () => timers.map(({atMs}) => atMs - world.nowMs),
    /** Lets all timers go that are due within `ms`, and what they start. */
    async advance(ms: number) {
      const untilMs = world.nowMs + ms;
      for (;;) {
        await quiet();
        const next = timers.filter(({atMs}) => atMs <= untilMs).sort((a, b) => a.atMs - b.atMs)[0];
        if (next === undefined) break;
        timers = timers.filter((one) => one !== next);
        world.nowMs = Math.max(world.nowMs, next.atMs);
        next.action();
      }
      world.nowMs = untilMs;
    },
  };
}

/** Until every promise that can go on has gone on: nothing here waits for anything but other promises. */
export async function quiet(): Promise<void> {
  for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve));
}
