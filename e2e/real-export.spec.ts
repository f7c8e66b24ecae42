import {readFileSync} from 'node:fs';
import {setUpServer, signIn} from './fixtures/accounts.ts';
import {rowCounts} from './fixtures/device.ts';
import {importAndReport, reportLine} from './fixtures/importing.ts';
import {ACCOUNT, observe} from './fixtures/observer.ts';
import {countExport} from './fixtures/read-export.ts';
import {allAreEqual, isSynced} from './fixtures/sync-panel.ts';
import {expect, test} from './fixtures/test.ts';
import {expandAll, readTree} from './fixtures/tree.ts';

const FILE = process.env.ASTER_REAL_EXPORT ?? '';
const WORDS_BY_COUNT = {
  notes: 'Notes',
  places: 'Places in the tree',
  clones: 'Further places of a note (clones)',
  labels: 'Labels',
  relations: 'Relations',
  attachments: 'Attachments',
} as const;

test.skip(FILE === '', 'ASTER_REAL_EXPORT names no file');

test('a real export arrives whole, here and on a second browser', async ({server, newDevice}) => {
  test.slow();
  const zip = readFileSync(FILE);
  const counts = countExport(zip);
  const wide = {context: {viewport: {width: 1280, height: 8_000}}};
  const [a, b] = [await newDevice('Desk', wide), await newDevice('Couch', wide)];
  await setUpServer(a, server.setupLink);
  await isSynced(a);
  const before = await rowCounts(a);
  await importAndReport(a, zip);
  for (const [name, what] of Object.entries(WORDS_BY_COUNT)) {
    const count = counts[name as keyof typeof counts];
    if (count > 0) await expect(reportLine(a, what)).toHaveText([String(count), String(count), '0']);
  }
  await isSynced(a);
  const after = await rowCounts(a);
  const added = (table: string): number => (after[table] ?? 0) - (before[table] ?? 0);
  expect(added('notes')).toBe(counts.notes);
  expect(added('branches')).toBe(counts.places);
  expect(added('attributes')).toBe(counts.labels + counts.relations);
  expect(added('attachments')).toBe(counts.attachments);

  const startMs = Date.now();
  await signIn(b);
  await isSynced(b);
  const words = `${Date.now() - startMs} ms from opening the address to synced, ${counts.notes} notes`;
  test.info().annotations.push({type: 'first sync of a real export', description: words});
  console.log(`first sync of a real export: ${words}`);
  await a.page.goto(a.address);
  await expandAll(a);
  await expandAll(b);
  expect(await readTree(b)).toEqual(await readTree(a));
  await allAreEqual(await observe(server, ACCOUNT), a, b);
});
