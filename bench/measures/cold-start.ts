/**
 * The browser is started without a network and opens the last note of the tree by its link: until the tree is usable, and
 * until the text is there. Beside it, after each start, the same browser reads as many rows of notes and places raw.
 */
import type {BrowserContext} from '@playwright/test';
import {type Profile, seenBy, signIn, until, withProfile} from '../browser.ts';
import type {Bench, Family, Taken} from '../measure.ts';
import {putRows, readRows} from '../raw-page.ts';
import {ROWS_PER_PAGE} from '../raw-server.ts';
import {appIsKept} from '../screen.ts';

/** The first start of a build compiles it, the next ones find that kept. */
const WARM_UP = 1;

interface Start {
  readonly treeMs: number;
  readonly textMs: number;
  readonly longTasksMs: readonly number[];
  readonly rawMs: number;
}

export const coldStart: Family = {
  name: 'cold-start',
  async take(bench) {
    const taken: Taken[] = [];
    for (const notes of bench.sizes) taken.push(...(await takeAt(bench, notes)));
    return taken;
  },
};

async function takeAt(bench: Bench, notes: number): Promise<Taken[]> {
  const server = await bench.filled(notes);
  try {
    return await withProfile(async (context, profile) => {
      await getEverything(bench, context, {address: server.address, notes});
      await profile.close();
      const last = bench.notes(notes).at(-1)?.id ?? '';
      const starts: Start[] = [];
      for (let index = 0; index < WARM_UP + bench.repetitions(notes); index++) {
        const start = await startOnce(bench, profile, `${server.address}n/${last}`);
        if (index >= WARM_UP) starts.push(start);
      }
      return linesOf(notes, starts);
    });
  } finally {
    await server.remove();
  }
}

async function getEverything(
  {raw, say}: Bench,
  context: BrowserContext,
  {address, notes}: {readonly address: string; readonly notes: number},
): Promise<void> {
  const page = await context.newPage();
  await signIn(page, address, 'Couch');
  const syncedMs = await until(page, 'synced');
  const {seen} = await seenBy(page);
  say(`${notes} notes are here, ${Math.round(syncedMs - (seen.click ?? Number.NaN))} ms after signing in`);
  await appIsKept(page);
  await page.goto(raw.address);
  await page.evaluate(putRows, {address: raw.address, pages: Math.ceil(notes / ROWS_PER_PAGE)});
}

async function startOnce({raw}: Bench, profile: Profile, link: string): Promise<Start> {
  const context = await profile.open();
  await context.setOffline(true);
  const page = await context.newPage();
  await page.goto(link);
  const [treeMs, textMs] = await Promise.all([until(page, 'tree'), until(page, 'text')]);
  const {longTasks} = await seenBy(page);
  await context.setOffline(false);
  const rawPage = await context.newPage();
  await rawPage.goto(raw.address);
  const rawMs = await rawPage.evaluate(readRows);
  await profile.close();
  return {treeMs, textMs, longTasksMs: longTasks.map(({ms}) => ms), rawMs};
}

function linesOf(notes: number, starts: readonly Start[]): Taken[] {
  const limit = {what: 'raw read of notes and places', samples: starts.map(({rawMs}) => rawMs)};
  return [
    {name: 'start-tree', notes, samples: starts.map(({treeMs}) => treeMs), limit},
    {name: 'start-text', notes, samples: starts.map(({textMs}) => textMs)},
    {name: 'start-long-tasks', notes, samples: starts.map(({longTasksMs}) => longTasksMs.length)},
    {name: 'start-longest-task', notes, samples: starts.map(({longTasksMs}) => Math.max(0, ...longTasksMs))},
  ];
}
