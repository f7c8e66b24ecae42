import {expect, it, vi} from 'vitest';
import {createBrowserTime} from './browser-time.ts';
import {createWebLocks} from './web-locks.ts';

it('without Web Locks everybody runs and leads', async () => {
  const locks = createWebLocks({scope: '/', time: createBrowserTime(), manager: null});
  expect(await locks.exclusive('x', async () => 7)).toBe(7);
  const onLead = vi.fn();
  const {stop} = locks.lead('x', onLead, vi.fn());
  expect(onLead).not.toHaveBeenCalled();
  await vi.waitFor(() => expect(onLead).toHaveBeenCalledOnce());
  stop();
  const stopped = vi.fn();
  locks.lead('x', stopped, vi.fn()).stop();
  await Promise.resolve();
  expect(stopped).not.toHaveBeenCalled();
});
