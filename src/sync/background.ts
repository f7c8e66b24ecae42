/**
 * Rounds without a page: what the service worker does when the browser wakes it. To send, it asks the network only if something
 * waits; and nothing at all of a device that is signed out, paused, not set up, or on its way into another account, which takes a page.
 */

import {nextStep} from './next-step.ts';
import {hasWork, runRound} from './round.ts';
import type {RoundPorts} from './round-ports.ts';
import {linkOf} from './standing.ts';

/** `send`: a round if something waits here. `send_and_fetch`: a round in any case. */
export type BackgroundWish = 'send' | 'send_and_fetch';

/** `again`: the browser should try once more later. */
export async function runInBackground(ports: RoundPorts, wish: BackgroundWish): Promise<'done' | 'again'> {
  const state = await ports.store.transaction('read', (tx) => tx.state());
  if (!linkOf(state).ok || state?.paused) return 'done';
  const result = await runRound(ports, undefined, wish === 'send' ? 'if_waiting' : 'always');
  return result.ok || nextStep(result.error) !== 'soon' ? 'done' : 'again';
}

const LOOK_EVERY_MS = 1_000;
const MAX_LOOKS = 60;
/** Together with the looks and four rounds it must end within the three minutes that Chromium gives. */
const TRY_AGAIN_AFTER_MS = [2_000, 5_000, 15_000];

/**
 * The same, but left to a page that somebody looks at, as long as it gets on: `done` when nothing waits any more. A page that is
 * closed meanwhile is followed at once. `again` costs minutes, as browsers wake the worker later each time: so what fails on the
 * way is tried again first, as a network that has just come back often isn't there yet.
 */
export async function runUnlessSeen(
  ports: RoundPorts,
  wish: BackgroundWish,
  isSeen: () => Promise<boolean>,
): Promise<'done' | 'again'> {
  for (let look = 1; await isSeen(); look++) {
    if (!(await hasWork(ports))) return 'done';
    if (look === MAX_LOOKS) return 'again';
    await pause(ports, LOOK_EVERY_MS);
  }
  for (const waitMs of TRY_AGAIN_AFTER_MS) {
    if ((await runInBackground(ports, wish)) === 'done') return 'done';
    await pause(ports, waitMs);
  }
  return runInBackground(ports, wish);
}

function pause({time}: RoundPorts, ms: number): Promise<void> {
  return new Promise((resolve) => time.after(ms, resolve));
}
