/** The JS heap of a page, looked at again and again while something else goes on there. */
import {setTimeout as pause} from 'node:timers/promises';
import type {Page} from '@playwright/test';

const EVERY_MS = 250;
const BYTES_PER_MEGABYTE = 2 ** 20;

export interface HeapWatch {
  /** Resolves to the highest that was seen, in megabytes: what isn't collected yet counts. */
  end(): Promise<number>;
}

export async function watchHeap(page: Page): Promise<HeapWatch> {
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable');
  const ending = new AbortController();
  let highest = 0;
  const watching = (async () => {
    while (!ending.signal.aborted) {
      const {metrics} = await session.send('Performance.getMetrics');
      highest = Math.max(highest, metrics.find(({name}) => name === 'JSHeapUsedSize')?.value ?? 0);
      await pause(EVERY_MS, undefined, {signal: ending.signal}).catch(() => undefined); // cut short by the end
    }
  })();
  return {
    async end() {
      ending.abort();
      await watching;
      await session.detach();
      return highest / BYTES_PER_MEGABYTE;
    },
  };
}
