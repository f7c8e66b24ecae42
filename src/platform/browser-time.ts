/** Time of the page or worker. */

import type {Time} from '../sync/ports.ts';

/** setTimeout takes 31 bits; what is longer would fire at once. */
const MAX_TIMEOUT_MS = 2 ** 31 - 1;

export function createBrowserTime(): Time {
  return {wallMs: () => Date.now(), monotonicMs: () => performance.now(), after};
}

function after(delayMs: number, action: () => void): () => void {
  let timer: ReturnType<typeof setTimeout>;
  const wait = (leftMs: number) => {
    const partMs = Math.min(leftMs, MAX_TIMEOUT_MS);
    timer = setTimeout(() => (leftMs > partMs ? wait(leftMs - partMs) : action()), partMs);
  };
  wait(delayMs);
  return () => clearTimeout(timer);
}
