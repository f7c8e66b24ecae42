/**
 * The first sync of a notebook into Chromium, from the click on "Sign in" until the status says "Synced", beside what the
 * same browser needs to store the same rows raw, and to get the same bytes by plain HTTP. One fresh profile per repetition,
 * both in it, taking turns in who is first.
 */
import type {BrowserContext} from '@playwright/test';
import {answersTo, seenBy, signIn, until, withProfile} from '../browser.ts';
import {watchHeap} from '../heap.ts';
import type {Bench, Family, Taken} from '../measure.ts';
import {getBytes, putRows, type RawPutsTook} from '../raw-page.ts';
import {type RawServer, ROWS_PER_PAGE} from '../raw-server.ts';

interface FirstSync {
  readonly syncedMs: number;
  readonly rowsMs: number;
  readonly treeMs: number;
  readonly answerBytes: readonly number[];
  readonly heapMegabytes: number;
  readonly longTasks: number;
}

interface Repetition extends FirstSync {
  readonly raw: RawPutsTook;
  readonly rawHttpMs: number;
}

export const firstSync: Family = {
  name: 'first-sync',
  async take(bench) {
    const taken: Taken[] = [];
    for (const notes of bench.sizes) taken.push(...(await takeAt(bench, notes)));
    return taken;
  },
};

async function takeAt(bench: Bench, notes: number): Promise<Taken[]> {
  const server = await bench.filled(notes);
  try {
    const done: Repetition[] = [];
    for (let index = 0; index < bench.repetitions(notes); index++) {
      done.push(await withProfile((context) => repeat(context, bench.raw, {address: server.address, notes, index})));
      bench.say(`first sync of ${notes} notes: ${index + 1} of ${bench.repetitions(notes)}`);
    }
    return linesOf(notes, done);
  } finally {
    await server.remove();
  }
}

interface Order {
  readonly address: string;
  readonly notes: number;
  readonly index: number;
}

async function repeat(context: BrowserContext, raw: RawServer, {address, notes, index}: Order): Promise<Repetition> {
  const pages = Math.ceil(notes / ROWS_PER_PAGE);
  const rawPuts = (): Promise<RawPutsTook> =>
    onRawPage(context, raw, (page) => page.evaluate(putRows, {address: raw.address, pages}));
  const before = index % 2 === 0 ? await rawPuts() : undefined;
  const synced = await syncFirst(context, address);
  const puts = before ?? (await rawPuts());
  const sizes = synced.answerBytes;
  const rawHttpMs = await onRawPage(context, raw, (page) => page.evaluate(getBytes, {address: raw.address, sizes}));
  return {...synced, raw: puts, rawHttpMs};
}

async function onRawPage<T>(
  context: BrowserContext,
  raw: RawServer,
  use: (page: Awaited<ReturnType<BrowserContext['newPage']>>) => Promise<T>,
): Promise<T> {
  const page = await context.newPage();
  await page.goto(raw.address);
  const result = await use(page);
  await page.close();
  return result;
}

async function syncFirst(context: BrowserContext, address: string): Promise<FirstSync> {
  const page = await context.newPage();
  const heap = await watchHeap(page);
  await signIn(page, address, 'Couch');
  const syncedAtMs = await until(page, 'synced');
  const heapMegabytes = await heap.end();
  const {seen, longTasks} = await seenBy(page);
  const clickMs = seen.click ?? Number.NaN;
  const answers = (await answersTo(page)).filter(({path}) => path.startsWith('sync/'));
  await page.close();
  return {
    syncedMs: syncedAtMs - clickMs,
    rowsMs: (seen.rows ?? Number.NaN) - clickMs,
    treeMs: (seen.tree ?? Number.NaN) - clickMs,
    answerBytes: answers.map(({bytes}) => bytes),
    heapMegabytes,
    longTasks: longTasks.filter(({startMs}) => startMs > clickMs && startMs < syncedAtMs).length,
  };
}

function linesOf(notes: number, done: readonly Repetition[]): Taken[] {
  const each = (pick: (one: Repetition) => number): number[] => done.map(pick);
  const kilobytes = (bytes: number): number => bytes / 1024;
  return [
    {
      name: 'first-sync',
      notes,
      samples: each(({syncedMs}) => syncedMs),
      limit: {what: 'raw puts of the same rows', samples: each(({raw}) => raw.ms)},
    },
    {
      name: 'first-sync-http',
      notes,
      samples: each(({syncedMs}) => syncedMs),
      limit: {what: 'raw HTTP of the same bytes', samples: each(({rawHttpMs}) => rawHttpMs)},
    },
    {name: 'first-sync-rows', notes, samples: each(({rowsMs}) => rowsMs)},
    {name: 'first-sync-tree', notes, samples: each(({treeMs}) => treeMs)},
    {
      name: 'first-sync-down',
      notes,
      samples: each(({answerBytes}) => kilobytes(sum(answerBytes))),
      limit: {what: 'content of the rows', samples: each(({raw}) => kilobytes(raw.contentBytes))},
    },
    {name: 'first-sync-requests', notes, samples: each(({answerBytes}) => answerBytes.length)},
    {name: 'first-sync-heap', notes, samples: each(({heapMegabytes}) => heapMegabytes)},
    {name: 'first-sync-long-tasks', notes, samples: each(({longTasks}) => longTasks)},
  ];
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
