import {describe, expect, it, vi} from 'vitest';
import {createBrowserTime} from './browser-time.ts';
import {type Channel, createLockHolders} from './lock-holders.ts';
import {createWebLocks} from './web-locks.ts';

let names = 0;
const freshName = () => `lock-${Date.now()}-${names++}`;
/** Two of them are like two tabs: locks belong to requests, not to pages. */
const time = createBrowserTime();
const [one, two] = [createWebLocks({scope: '/', time}), createWebLocks({scope: '/', time})];

describe('exclusive', () => {
  it('runs one after the other, in the order they came', async () => {
    const name = freshName();
    const log: string[] = [];
    const gate = Promise.withResolvers<void>();
    const first = one.exclusive(name, async () => {
      log.push('first begins');
      await gate.promise;
      log.push('first ends');
    });
    const second = two.exclusive(name, async () => void log.push('second'));
    await vi.waitFor(() => expect(log).toEqual(['first begins']));
    gate.resolve();
    await Promise.all([first, second]);
    expect(log).toEqual(['first begins', 'first ends', 'second']);
  });

  it('gives the result, and the failure, of its body, which runs once', async () => {
    expect(await one.exclusive(freshName(), async () => 7)).toBe(7);
    const body = vi.fn(() => Promise.reject(new Error('stop')));
    await expect(one.exclusive(freshName(), body)).rejects.toThrow('stop');
    expect(body).toHaveBeenCalledOnce();
  });

  it('lets the next in after a failure', async () => {
    const name = freshName();
    await expect(one.exclusive(name, () => Promise.reject(new Error('stop')))).rejects.toThrow('stop');
    expect(await two.exclusive(name, async () => 'in')).toBe('in');
  });

  it('runs at once where locks are refused', async () => {
    const refusing = {request: () => Promise.reject(new DOMException('', 'SecurityError'))};
    const locks = createWebLocks({scope: '/', time, manager: refusing as unknown as LockManager});
    expect(await locks.exclusive('x', async () => 7)).toBe(7);
  });
});

describe('lead', () => {
  it('makes one lead, and the next when that one stops', async () => {
    const name = freshName();
    const [first, second] = [vi.fn(), vi.fn()];
    const {stop: stopFirst} = one.lead(name, first, vi.fn());
    await vi.waitFor(() => expect(first).toHaveBeenCalledOnce());
    const {stop: stopSecond} = two.lead(name, second, vi.fn());
    expect(second).not.toHaveBeenCalled();
    stopFirst();
    await vi.waitFor(() => expect(second).toHaveBeenCalledOnce());
    stopSecond();
    expect(first).toHaveBeenCalledOnce();
  });

  it('does not call one that stopped while it waited', async () => {
    const name = freshName();
    const [first, second, third] = [vi.fn(), vi.fn(), vi.fn()];
    const {stop: stopFirst} = one.lead(name, first, vi.fn());
    await vi.waitFor(() => expect(first).toHaveBeenCalled());
    two.lead(name, second, vi.fn()).stop();
    const {stop: stopThird} = two.lead(name, third, vi.fn());
    stopFirst();
    await vi.waitFor(() => expect(third).toHaveBeenCalled());
    expect(second).not.toHaveBeenCalled();
    stopThird();
  });

  it('leads at once where locks are refused', async () => {
    const refusing = {request: () => Promise.reject(new DOMException('', 'SecurityError'))};
    const onLead = vi.fn();
    createWebLocks({scope: '/', time, manager: refusing as unknown as LockManager}).lead('x', onLead, vi.fn());
    await vi.waitFor(() => expect(onLead).toHaveBeenCalledOnce());
  });
});

interface Context {
  frozen: boolean;
  listener: (event: {data: unknown}) => void;
}

/** A channel between contexts of this test; a frozen one neither hears nor answers. */
function createContexts() {
  const clock = createFakeTime();
  const all: Context[] = [];
  return {
    ...clock,
    context() {
      const self: Context = {frozen: false, listener: () => {}};
      all.push(self);
      const channel: Channel = {
        postMessage: (data) => {
          for (const other of all) if (other !== self && !other.frozen && !self.frozen) other.listener({data});
        },
        addEventListener: (_, listener) => {
          self.listener = listener;
        },
      };
      const locks = createWebLocks({scope: '/', time: clock, holders: createLockHolders(channel, clock)});
      return {locks, self};
    },
  };
}

function createFakeTime() {
  let nowMs = 0;
  let timers: {atMs: number; action: () => void}[] = [];
  return {
    after(delayMs: number, action: () => void) {
      const timer = {atMs: nowMs + delayMs, action};
      timers.push(timer);
      return () => {
        timers = timers.filter((one) => one !== timer);
      };
    },
    advance(ms: number) {
      for (const untilMs = nowMs + ms; nowMs < untilMs; nowMs += 100) {
        const due = timers.filter(({atMs}) => atMs <= nowMs);
        timers = timers.filter(({atMs}) => atMs > nowMs);
        for (const {action} of due) action();
      }
    },
  };
}

describe('a holder that is frozen', () => {
  const MINUTE_MS = 60_000;

  it('is robbed of its lock, learns it, and waits again', async () => {
    const name = freshName();
    const contexts = createContexts();
    const [a, b] = [contexts.context(), contexts.context()];
    const [leadA, lostA, leadB, lostB] = [vi.fn(), vi.fn(), vi.fn(), vi.fn()];
    const first = a.locks.lead(name, leadA, lostA);
    await vi.waitFor(() => expect(leadA).toHaveBeenCalledOnce());
    const second = b.locks.lead(name, leadB, lostB);
    await isQueued(name);
    contexts.advance(MINUTE_MS);
    expect(leadB).not.toHaveBeenCalled();
    a.self.frozen = true;
    contexts.advance(MINUTE_MS);
    await vi.waitFor(() => expect(leadB).toHaveBeenCalledOnce());
    await vi.waitFor(() => expect(lostA).toHaveBeenCalledOnce());
    a.self.frozen = false;
    contexts.advance(MINUTE_MS);
    expect(lostB).not.toHaveBeenCalled();
    second.stop();
    await vi.waitFor(() => expect(leadA).toHaveBeenCalledTimes(2));
    first.stop();
  });

  it('does not hold up a round of others', async () => {
    const name = freshName();
    const contexts = createContexts();
    const [a, b] = [contexts.context(), contexts.context()];
    const gate = Promise.withResolvers<string>();
    const stuck = a.locks.exclusive(name, () => gate.promise);
    const body = vi.fn(async () => 'b');
    const other = b.locks.exclusive(name, body);
    await isQueued(name);
    contexts.advance(MINUTE_MS);
    expect(body).not.toHaveBeenCalled();
    a.self.frozen = true;
    contexts.advance(MINUTE_MS);
    expect(await other).toBe('b');
    gate.resolve('a');
    expect(await stuck).toBe('a');
  });
});

describe('a page that claims', () => {
  it('leads at once, and the one before waits', async () => {
    const name = freshName();
    const [leadA, lostA, leadB] = [vi.fn(), vi.fn(), vi.fn()];
    const first = one.lead(name, leadA, lostA);
    await vi.waitFor(() => expect(leadA).toHaveBeenCalledOnce());
    const second = two.lead(name, leadB, vi.fn());
    second.claim();
    await vi.waitFor(() => expect(leadB).toHaveBeenCalledOnce());
    await vi.waitFor(() => expect(lostA).toHaveBeenCalledOnce());
    second.claim();
    second.stop();
    await vi.waitFor(() => expect(leadA).toHaveBeenCalledTimes(2));
    first.stop();
    expect(leadB).toHaveBeenCalledOnce();
  });
});

describe('who watches a lock', () => {
  it('is told when it is held and when it is free, in every context, whoever holds it', async () => {
    const name = freshName();
    const told: boolean[] = [];
    const stop = two.watch(name, (isHeld) => told.push(isHeld));
    const gate = Promise.withResolvers<void>();
    const run = one.exclusive(name, () => gate.promise);
    await vi.waitFor(() => expect(told).toEqual([true]));
    gate.resolve();
    await run;
    await vi.waitFor(() => expect(told).toEqual([true, false]));
    stop();
    await one.exclusive(name, async () => undefined);
    expect(told).toEqual([true, false]);
  });

  it('learns what was held before it came', async () => {
    const name = freshName();
    const gate = Promise.withResolvers<void>();
    const run = one.exclusive(name, () => gate.promise);
    await isHeld(name);
    const told: boolean[] = [];
    const stop = two.watch(name, (held) => told.push(held));
    await vi.waitFor(() => expect(told).toEqual([true]));
    gate.resolve();
    await run;
    await vi.waitFor(() => expect(told).toEqual([true, false]));
    stop();
  });

  it('never believes free what was taken again before the word of its end came', async () => {
    const name = freshName();
    const holders = createLockHolders(null, time);
    const [first, second] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    let again: Promise<void> | undefined;
    const request = async (key: string, options: LockOptions, body: () => Promise<void>) => {
      await navigator.locks.request(key, options, body);
      if (options.ifAvailable || again !== undefined) return;
      const {promise: isTaken, resolve} = Promise.withResolvers<void>();
      again = holders.holding(key, () => {
        resolve();
        return navigator.locks.request(key, () => second.promise);
      });
      await isTaken;
    };
    const run = one.exclusive(name, () => first.promise);
    await isHeld(name);
    const told: boolean[] = [];
    const locks = createWebLocks({scope: '/', time, holders, manager: {request} as unknown as LockManager});
    const stop = locks.watch(name, (held) => told.push(held));
    await vi.waitFor(() => expect(told).toEqual([true]));
    first.resolve();
    await run;
    await isQueued(name);
    expect(told).toEqual([true]);
    second.resolve();
    await again;
    await vi.waitFor(() => expect(told).toEqual([true, false]));
    stop();
  });
});

async function isQueued(name: string): Promise<void> {
  await vi.waitFor(async () => {
    const {pending = []} = await navigator.locks.query();
    expect(pending.map((lock) => lock.name)).toContain(`/ ${name}`);
  });
}

async function isHeld(name: string): Promise<void> {
  await vi.waitFor(async () => {
    const {held = []} = await navigator.locks.query();
    expect(held.map((lock) => lock.name)).toContain(`/ ${name}`);
  });
}
