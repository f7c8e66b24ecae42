/**
 * Chromium with a profile on disk, as people have it: an ordinary context of Playwright keeps its databases in memory. And
 * what is seen of the app from outside: when its tree, its status and its texts come to be in the document.
 */
import {rm} from 'node:fs/promises';
import {type BrowserContext, chromium, type Page} from '@playwright/test';
import {launchOptions} from '../scripts/chromium.mjs';
import {ACCOUNT} from './replica.ts';
import {temporaryFolder} from './temporary.ts';

const SLOWEST_MS = 900_000;
const VIEWPORT = {width: 1280, height: 800};

export interface Profile {
  /** Starts the browser; its one page is empty. */
  open(): Promise<BrowserContext>;
  close(): Promise<void>;
  /** Closes it and removes the folder. */
  remove(): Promise<void>;
}

export async function createProfile(): Promise<Profile> {
  const folder = await temporaryFolder('profile');
  let context: BrowserContext | null = null;
  const close = async (): Promise<void> => {
    await context?.close();
    context = null;
  };
  return {
    async open() {
      context = await chromium.launchPersistentContext(folder, {...launchOptions(), viewport: VIEWPORT});
      context.setDefaultTimeout(SLOWEST_MS);
      await context.addInitScript(watchScreen);
      return context;
    },
    close,
    async remove() {
      await close();
      await rm(folder, {recursive: true, force: true, maxRetries: 5});
    },
  };
}

/** A profile for as long as `use` takes. */
export async function withProfile<T>(use: (context: BrowserContext, profile: Profile) => Promise<T>): Promise<T> {
  const profile = await createProfile();
  try {
    return await use(await profile.open(), profile);
  } finally {
    await profile.remove();
  }
}

/**
 * Milliseconds since the page began to load; what hasn't been seen yet is missing. `rows`: the tree has some, whatever else is
 * still on its way; `tree`: all that the notebook has is in it.
 */
export type Moment = 'click' | 'rows' | 'tree' | 'synced' | 'text';
export type Seen = Readonly<Partial<Record<Moment, number>>>;

export interface LongTask {
  readonly startMs: number;
  readonly ms: number;
}

/** An answer of the server to the page, by the times of the page. */
export interface Answer {
  /** `sync/pull` and so on. */
  readonly path: string;
  readonly startMs: number;
  readonly endMs: number;
  readonly bytes: number;
}

export interface Watch {
  readonly seen: Seen;
  /** Tasks above 50 ms. */
  readonly longTasks: readonly LongTask[];
  until(moment: Moment): Promise<number>;
}

declare global {
  interface Window {
    readonly benchWatch: Watch;
  }
}

/** Resolves to when the page saw it, once it has. */
export function until(page: Page, moment: Moment): Promise<number> {
  return page.evaluate((name) => window.benchWatch.until(name), moment);
}

export async function seenBy(page: Page): Promise<Pick<Watch, 'seen' | 'longTasks'>> {
  return page.evaluate(() => ({seen: window.benchWatch.seen, longTasks: window.benchWatch.longTasks}));
}

/** What the page has got from the API so far, pokes apart. */
export function answersTo(page: Page): Promise<Answer[]> {
  return page.evaluate(() =>
    (performance.getEntriesByType('resource') as PerformanceResourceTiming[])
      .filter(({name}) => /\/api\/(?!pokes)/.test(name))
      .map(({name, startTime, responseEnd, transferSize}) => ({
        path: name.replace(/^.*\/api\//, ''),
        startMs: startTime,
        endMs: responseEnd,
        bytes: transferSize,
      })),
  );
}

/** From the server's own login screen up to the click. */
export async function signIn(page: Page, address: string, deviceName: string): Promise<void> {
  await page.goto(address);
  await page.getByLabel('Username').fill(ACCOUNT.username);
  await page.getByLabel('Password').fill(ACCOUNT.password);
  await page.getByLabel('Device name').fill(deviceName);
  await page.getByRole('button', {name: 'Sign in'}).click();
}

/** Runs in each page before anything else there. */
function watchScreen(): void {
  const seen: Partial<Record<Moment, number>> = {};
  const longTasks: LongTask[] = [];
  const waiting = new Map<Moment, ((atMs: number) => void)[]>();
  const mark = (moment: Moment): void => {
    const atMs = performance.now();
    seen[moment] = atMs;
    for (const resolve of waiting.get(moment) ?? []) resolve(atMs);
    waiting.delete(moment);
  };
  const textOf = (selector: string): string => document.querySelector(selector)?.textContent ?? '';
  const hasRows = (): boolean => document.querySelector('[role="tree"] [role="treeitem"]') !== null;
  const isThere: Record<Exclude<Moment, 'click'>, () => boolean> = {
    rows: hasRows,
    tree: () => hasRows() && document.querySelector('[data-arriving]') === null,
    synced: () => textOf('output:has([aria-haspopup="dialog"])').startsWith('Synced'),
    text: () => textOf('[role="textbox"][aria-label="Note text"]') !== '',
  };
  const look = (): void => {
    for (const moment of Object.keys(isThere) as (keyof typeof isThere)[]) {
      if (seen[moment] === undefined && isThere[moment]()) mark(moment);
    }
  };
  const until = (moment: Moment): Promise<number> =>
    new Promise((resolve) => {
      const atMs = seen[moment];
      if (atMs !== undefined) resolve(atMs);
      else waiting.set(moment, [...(waiting.get(moment) ?? []), resolve]);
    });
  Object.assign(window, {benchWatch: {seen, longTasks, until}});
  performance.setResourceTimingBufferSize(100_000);
  new MutationObserver(look).observe(document, {subtree: true, childList: true, characterData: true});
  new PerformanceObserver((list) => {
    for (const {startTime, duration} of list.getEntries()) longTasks.push({startMs: startTime, ms: duration});
  }).observe({type: 'longtask', buffered: true});
  const onClick = ({target}: Event): void => {
    if (target instanceof Element && target.closest('button[type="submit"]') !== null) mark('click');
  };
  document.addEventListener('click', onClick, {capture: true});
}
