/**
 * Virtual time: one queue of what is to happen, in order of time. Between two of them everything that only waits for
 * promises goes on to its end, so that a run is the same every time. Nothing here waits for real time.
 */

export interface Scheduler {
  /** Milliseconds since the start. */
  nowMs(): number;
  /** Happens once after `delayMs`, unless cancelled. */
  after(delayMs: number, action: () => void): () => void;
  /** Resolves after `delayMs`. */
  delay(delayMs: number): Promise<void>;
  /** Lets `durationMs` pass. Throws BusyError where more happens than ever should. */
  pass(durationMs: number): Promise<void>;
  /** Waits for `work`, letting time pass as far as it needs. Throws BusyError where it doesn't end within `limitMs`. */
  until<T>(work: Promise<T>, limitMs: number): Promise<T>;
}

export class BusyError extends Error {}

interface Item {
  readonly atMs: number;
  readonly order: number;
  readonly action: () => void;
}

/** Far more than any schedule needs: beyond it something runs in circles. */
const MAX_EVENTS = 200_000;

export function createScheduler(): Scheduler {
  let nowMs = 0;
  let order = 0;
  let events = 0;
  const items: Item[] = [];

  function after(delayMs: number, action: () => void): () => void {
    const item = {atMs: nowMs + Math.max(0, delayMs), order: order++, action};
    const at = items.findLastIndex((one) => one.atMs <= item.atMs);
    items.splice(at + 1, 0, item);
    return () => {
      const index = items.indexOf(item);
      if (index >= 0) items.splice(index, 1);
    };
  }

  function next(untilMs: number): boolean {
    const item = items[0];
    if (item === undefined || item.atMs > untilMs) return false;
    items.shift();
    events += 1;
    if (events > MAX_EVENTS) throw new BusyError('something runs in circles');
    nowMs = item.atMs;
    item.action();
    return true;
  }

  return {
    nowMs: () => nowMs,
    after,
    delay: (delayMs) => new Promise((resolve) => after(delayMs, resolve)),
    async pass(durationMs) {
      const untilMs = nowMs + durationMs;
      await settled();
      while (next(untilMs)) await settled();
      nowMs = untilMs;
    },
    async until(work, limitMs) {
      const untilMs = nowMs + limitMs;
      let isOver = false;
      const watched = work.finally(() => {
        isOver = true;
      });
      watched.catch(() => undefined); // told by the return below
      await settled();
      while (!isOver && next(untilMs)) await settled();
      if (!isOver) throw new BusyError(`not over within ${limitMs} ms`);
      return watched;
    },
  };
}

/** Promises that can go on have gone on: nothing in here waits for anything but promises and the queue. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
