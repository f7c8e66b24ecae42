import {afterEach, describe, expect, it, vi} from 'vitest';
import {createBrowserConnectivity} from './browser-connectivity.ts';
import {createBrowserRandom} from './browser-random.ts';
import {createBrowserTime} from './browser-time.ts';

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

describe('time', () => {
  it('waits longer than setTimeout can, and calls once', () => {
    vi.useFakeTimers();
    const action = vi.fn();
    createBrowserTime().after(2 ** 32, action);
    vi.advanceTimersByTime(2 ** 32 - 1);
    expect(action).not.toHaveBeenCalled();
    vi.advanceTimersByTime(2 ** 32);
    expect(action).toHaveBeenCalledOnce();
  });

  it('does not call what was cancelled', () => {
    vi.useFakeTimers();
    const action = vi.fn();
    createBrowserTime().after(5, action)();
    vi.advanceTimersByTime(10);
    expect(action).not.toHaveBeenCalled();
  });
});

describe('randomness', () => {
  it('gives as many bytes as asked, also more than one call of the browser does', () => {
    const {bytes} = createBrowserRandom();
    expect([0, 12, 100_000].map((count) => bytes(count).length)).toEqual([0, 12, 100_000]);
    expect(
      bytes(100_000)
        .subarray(70_000)
        .some((byte) => byte !== 0),
    ).toBe(true);
    expect([...bytes(12)]).not.toEqual([...bytes(12)]);
  });
});

describe('connectivity', () => {
  it('tells what the browser says, until stopped', () => {
    const events: string[] = [];
    const connectivity = createBrowserConnectivity();
    const stop = connectivity.watch((event) => events.push(event));
    const visibility = vi.spyOn(document, 'visibilityState', 'get');
    window.dispatchEvent(new Event('offline'));
    window.dispatchEvent(new Event('online'));
    visibility.mockReturnValue('hidden');
    expect(connectivity.isVisible()).toBe(false);
    document.dispatchEvent(new Event('visibilitychange'));
    visibility.mockReturnValue('visible');
    document.dispatchEvent(new Event('visibilitychange'));
    window.dispatchEvent(new Event('focus'));
    expect(events).toEqual(['offline', 'online', 'hidden', 'visible', 'visible']);
    stop();
    window.dispatchEvent(new Event('online'));
    expect(events).toHaveLength(5);
    expect(connectivity.isOnline()).toBe(true);
  });
});
