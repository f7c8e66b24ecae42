import {describe, expect, it, vi} from 'vitest';
import {createWebLocks} from './web-locks.ts';

let names = 0;
const freshName = () => `lock-${Date.now()}-${names++}`;
/** Two of them are like two tabs: locks belong to requests, not to pages. */
const [one, two] = [createWebLocks('/'), createWebLocks('/')];

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
    const locks = createWebLocks('/', refusing as unknown as LockManager);
    expect(await locks.exclusive('x', async () => 7)).toBe(7);
  });
});

describe('lead', () => {
  it('makes one lead, and the next when that one stops', async () => {
    const name = freshName();
    const [first, second] = [vi.fn(), vi.fn()];
    const stopFirst = one.lead(name, first);
    await vi.waitFor(() => expect(first).toHaveBeenCalledOnce());
    const stopSecond = two.lead(name, second);
    expect(second).not.toHaveBeenCalled();
    stopFirst();
    await vi.waitFor(() => expect(second).toHaveBeenCalledOnce());
    stopSecond();
    expect(first).toHaveBeenCalledOnce();
  });

  it('does not call one that stopped while it waited', async () => {
    const name = freshName();
    const [first, second, third] = [vi.fn(), vi.fn(), vi.fn()];
    const stopFirst = one.lead(name, first);
    await vi.waitFor(() => expect(first).toHaveBeenCalled());
    two.lead(name, second)();
    const stopThird = two.lead(name, third);
    stopFirst();
    await vi.waitFor(() => expect(third).toHaveBeenCalled());
    expect(second).not.toHaveBeenCalled();
    stopThird();
  });

  it('leads at once where locks are refused', async () => {
    const refusing = {request: () => Promise.reject(new DOMException('', 'SecurityError'))};
    const onLead = vi.fn();
    createWebLocks('/', refusing as unknown as LockManager).lead('x', onLead);
    await vi.waitFor(() => expect(onLead).toHaveBeenCalledOnce());
  });
});
