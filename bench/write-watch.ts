/**
 * When a page writes to its databases, whatever is in them: each transaction that may write, from the moment it is asked for
 * until it is on disk; and when the person last typed. Installed before the app starts, in the pages that are asked about.
 */
import type {BrowserContext, Page} from '@playwright/test';

/** By the clock that all pages of the machine share: milliseconds since 1970, with fractions. */
export interface Write {
  readonly askedMs: number;
  readonly durableMs: number;
}

export interface Writes {
  readonly lastInputMs: number;
  readonly writes: readonly Write[];
}

declare global {
  interface Window {
    readonly benchWrites: {lastInputMs: number; writes: Write[]};
  }
}

export async function watchWrites(context: BrowserContext): Promise<void> {
  await context.addInitScript(watchDatabase);
}

/** Of the page so far. */
export function writesOf(page: Page): Promise<Writes> {
  return page.evaluate(() => window.benchWrites);
}

/** Runs in the page before anything else there. */
function watchDatabase(): void {
  const now = (): number => performance.timeOrigin + performance.now();
  const seen = {lastInputMs: 0, writes: [] as Write[]};
  Object.assign(window, {benchWrites: seen});
  document.addEventListener(
    'beforeinput',
    () => {
      seen.lastInputMs = now();
    },
    {capture: true},
  );
  const original = IDBDatabase.prototype.transaction;
  IDBDatabase.prototype.transaction = function (names, mode, options) {
    const askedMs = now();
    const transaction = original.call(this, names, mode, options);
    if (mode === 'readwrite') {
      transaction.addEventListener('complete', () => void seen.writes.push({askedMs, durableMs: now()}));
    }
    return transaction;
  };
}
