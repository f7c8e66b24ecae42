/**
 * A notebook that began without a server fills one, from the click on "Create account" until "Synced"; beside it the first sync
 * of another browser from that server. The notebook is imported: generated notes, and a real export where
 * ASTER_REAL_EXPORT names one.
 */
import {readFile} from 'node:fs/promises';
import type {Page} from '@playwright/test';
import {seenBy, signIn, until, withProfile} from '../browser.ts';
import type {Bench, Family, Taken} from '../measure.ts';
import {ACCOUNT} from '../replica.ts';
import {SETUP_CODE, type Server, startServer} from '../server.ts';
import {zipOf} from '../trilium-zip.ts';

const MAX_NOTES = 10_000;

interface Upload {
  readonly importMs: number;
  readonly uploadMs: number;
  readonly firstSyncMs: number;
}

export const upload: Family = {
  name: 'upload',
  async take(bench) {
    const sizes = bench.sizes.filter((size) => size <= MAX_NOTES);
    const taken: Taken[] = [];
    for (const notes of bench.mode === 'quick' ? sizes.slice(0, 1) : sizes) {
      taken.push(...linesOf(notes, await repeat(bench, zipOf(bench.notes(notes)), `${notes} notes`)));
    }
    const real = process.env.ASTER_REAL_EXPORT;
    if (real === undefined || real === '') {
      return [...taken, {name: 'real-export', notes: null, missing: 'ASTER_REAL_EXPORT names no file'}];
    }
    const uploads = await repeat(bench, await readFile(real), 'the real export');
    return [
      ...taken,
      {name: 'real-import', notes: null, samples: uploads.map(({importMs}) => importMs)},
      {name: 'real-upload', notes: null, samples: uploads.map(({uploadMs}) => uploadMs)},
      {name: 'real-export', notes: null, samples: uploads.map(({firstSyncMs}) => firstSyncMs)},
    ];
  },
};

async function repeat(bench: Bench, zip: Buffer, what: string): Promise<Upload[]> {
  const uploads: Upload[] = [];
  const repetitions = bench.mode === 'quick' ? 2 : bench.repetitions(MAX_NOTES);
  for (let index = 0; index < repetitions; index++) {
    const server = await startServer();
    try {
      const sent = await withProfile(async (context) => fillFromScreen(await context.newPage(), server, zip));
      const firstSyncMs = await withProfile(async (context) => firstSync(await context.newPage(), server));
      uploads.push({...sent, firstSyncMs});
      bench.say(`upload of ${what}: ${index + 1} of ${repetitions}`);
    } finally {
      await server.remove();
    }
  }
  return uploads;
}

async function fillFromScreen(
  page: Page,
  {address}: Server,
  buffer: Buffer,
): Promise<Pick<Upload, 'importMs' | 'uploadMs'>> {
  await page.goto(address);
  await page.getByRole('button', {name: 'Start a new notebook on this device'}).click();
  await until(page, 'tree');
  await page.goto(`${address}options/data`);
  const chooser = page.waitForEvent('filechooser');
  await page.getByRole('button', {name: 'Import', exact: true}).click();
  const startMs = performance.now();
  await (await chooser).setFiles({name: 'export.zip', mimeType: 'application/zip', buffer});
  await page.getByText(/notes? added from export\.zip/).waitFor();
  const importMs = performance.now() - startMs;
  await page.goto(`${address}options/sync`);
  await page.getByLabel('Server instance address').fill(address);
  await page.getByRole('button', {name: 'Save', exact: true}).click();
  await page.getByLabel('Setup code').fill(SETUP_CODE);
  await page.getByLabel('Username').fill(ACCOUNT.username);
  await page.getByLabel('Password', {exact: true}).fill(ACCOUNT.password);
  await page.getByRole('button', {name: 'Create account'}).click();
  return {importMs, uploadMs: await sinceClick(page)};
}

async function firstSync(page: Page, {address}: Server): Promise<number> {
  await signIn(page, address, 'Couch');
  return sinceClick(page);
}

/** Milliseconds from the last click on a form's button to "Synced". */
async function sinceClick(page: Page): Promise<number> {
  const syncedMs = await until(page, 'synced');
  const {seen} = await seenBy(page);
  return syncedMs - (seen.click ?? Number.NaN);
}

function linesOf(notes: number, uploads: readonly Upload[]): Taken[] {
  const limit = {what: 'first sync of the same', samples: uploads.map(({firstSyncMs}) => firstSyncMs)};
  return [
    {name: 'import', notes, samples: uploads.map(({importMs}) => importMs)},
    {name: 'upload', notes, samples: uploads.map(({uploadMs}) => uploadMs), limit},
  ];
}
