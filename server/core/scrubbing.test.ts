import {describe, expect, it} from 'vitest';
import {MAX_PAUSE_MS, pauseAfterMs, START_MS, startScrubbing, type Timers} from './scrubbing.ts';

/** Time that passes by work and by waiting only. */
function createClock() {
  let nowMs = 0;
  let due: {atMs: number; action: () => void} | undefined;
  const timers: Timers = {
    monotonicMs: () => nowMs,
    after(delayMs, action) {
      const timer = {atMs: nowMs + delayMs, action};
      due = timer;
      return () => {
        if (due === timer) due = undefined;
      };
    },
  };
  return {
    timers,
    nowMs: () => nowMs,
    work: (ms: number) => {
      nowMs += ms;
    },
    isWaiting: () => due !== undefined,
    /** Lets the timer go, and what it starts come to its end. */
    async tick() {
      const timer = due;
      if (timer === undefined) throw new Error('nothing waits');
      due = undefined;
      nowMs = timer.atMs;
      timer.action();
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
}

const NO_LOG = () => undefined;

describe('the server’s scrubbing', () => {
  it.each([0.5, 4, 60])('takes about one per cent of the time where a bucket takes %s ms', async (bucketMs) => {
    const clock = createClock();
    let workedMs = 0;
    const scrub = async () => {
      clock.work(bucketMs);
      workedMs += bucketMs;
      return 0;
    };
    startScrubbing({scrub}, clock.timers, NO_LOG);
    await clock.tick();
    expect(clock.nowMs()).toBeLessThan(START_MS + 1000);
    for (let slice = 0; slice < 200; slice++) await clock.tick();
    const share = workedMs / (clock.nowMs() - START_MS);
    expect(share).toBeGreaterThan(0.009);
    expect(share).toBeLessThan(0.0111);
  });

  it('never waits so long that a large bucket a time takes more than a day', () => {
    expect(256 * MAX_PAUSE_MS).toBeLessThan(3_600_000);
    expect(pauseAfterMs(1_000_000)).toBe(MAX_PAUSE_MS);
    expect(pauseAfterMs(0)).toBeGreaterThan(0);
  });

  it('rests while nothing is due, and looks again now and then', async () => {
    const clock = createClock();
    let asked = 0;
    const scrub = async () => {
      asked += 1;
      return 20 * 3_600_000;
    };
    startScrubbing({scrub}, clock.timers, NO_LOG);
    await clock.tick();
    await clock.tick();
    expect(asked).toBe(2);
    expect(clock.nowMs()).toBe(START_MS + 3_600_000);
  });

  it('logs what fails and tries again later', async () => {
    const clock = createClock();
    const logged: string[] = [];
    let fails = true;
    const scrub = async () => {
      if (fails) throw new Error('on purpose');
      return 1000;
    };
    startScrubbing({scrub}, clock.timers, (_level, message) => void logged.push(message));
    await clock.tick();
    expect(logged).toEqual(['the scrub failed']);
    fails = false;
    await clock.tick();
    expect(logged).toHaveLength(1);
    expect(clock.isWaiting()).toBe(true);
  });

  it('stops when it is stopped: what runs ends, nothing more begins', async () => {
    const clock = createClock();
    let ended = 0;
    let release = (): void => undefined;
    const scrub = () =>
      new Promise<number>((resolve) => {
        release = () => {
          ended += 1;
          resolve(0);
        };
      });
    const scrubbing = startScrubbing({scrub}, clock.timers, NO_LOG);
    await clock.tick();
    const stopped = scrubbing.stop();
    release();
    await stopped;
    expect(ended).toBe(1);
    expect(clock.isWaiting()).toBe(false);
  });
});
