import {setUpServer, signIn, startNotebook} from './fixtures/accounts.ts';
import {deleteNote} from './fixtures/conflicts.ts';
import {DEEP} from './fixtures/deep.ts';
import {rowCounts} from './fixtures/device.ts';
import {FIELD_NOTES} from './fixtures/field-notes.ts';
import {importAndReport, importZip, reportLine} from './fixtures/importing.ts';
import {openNote, replaceText, textBox} from './fixtures/notes.ts';
import {ACCOUNT, observe} from './fixtures/observer.ts';
import {allAreEqual, isSynced} from './fixtures/sync-panel.ts';
import {expect, test} from './fixtures/test.ts';
import {expandAll, treeItem} from './fixtures/tree.ts';

test(
  'the same zip imported twice makes nothing twice, and an edit made in between stays',
  DEEP,
  async ({server, newDevice}) => {
    const a = await newDevice('Desk');
    await setUpServer(a, server.setupLink);
    await importZip(a, FIELD_NOTES.zip);
    await expandAll(a);
    await openNote(a, 'Birds');
    await replaceText(a, 'Edited since.');
    await isSynced(a);
    const before = await rowCounts(a);

    await importAndReport(a, FIELD_NOTES.zip);
    const {notes, places} = FIELD_NOTES.counts;
    await expect(reportLine(a, 'Notes')).toHaveText([String(notes), '0', String(notes)]);
    await expect(reportLine(a, 'Places in the tree')).toHaveText([String(places), '0', String(places)]);
    expect(await rowCounts(a)).toEqual(before);
    await a.page.goto(a.address);
    await expandAll(a);
    await openNote(a, 'Birds');
    await expect(textBox(a)).toHaveText('Edited since.');
    await isSynced(a);
  },
);

test(
  'a note that was deleted is named when its zip is imported again, and can be brought back',
  DEEP,
  async ({newDevice}) => {
    const device = await newDevice('Desk');
    const {page} = device;
    await startNotebook(device);
    await importZip(device, FIELD_NOTES.zip);
    await expandAll(device);
    await openNote(device, 'Swift');
    await deleteNote(device, 'Swift');
    await importAndReport(device, FIELD_NOTES.zip);
    await page.getByText('In 1 note').first().click();
    await page.getByRole('link', {name: 'Swift'}).click();
    await replaceText(device, 'Back again.');
    await expandAll(device);
    await expect(treeItem(device, 'Swift')).toBeVisible();
  },
);

test(
  'the same zip imported on two devices, both offline from each other, is one notebook',
  DEEP,
  async ({server, newDevice}) => {
    const [a, b] = [await newDevice('Desk'), await newDevice('Couch')];
    await setUpServer(a, server.setupLink);
    await isSynced(a);
    await signIn(b);
    await isSynced(b);
    await b.page.goto(`${b.address}options/data`);
    await b.context.setOffline(true);
    const chooser = b.page.waitForEvent('filechooser');
    await b.page.getByRole('button', {name: 'Import', exact: true}).click();
    await (await chooser).setFiles({name: 'export.zip', mimeType: 'application/zip', buffer: FIELD_NOTES.zip});
    await expect(b.page.getByText(/notes added from export\.zip/)).toBeVisible();
    await importZip(a, FIELD_NOTES.zip);
    await isSynced(a);
    await b.context.setOffline(false);
    const observer = await observe(server, ACCOUNT);
    await allAreEqual(observer, a, b);
    const titles = (await observer.notes()).map(({title}) => title);
    for (const title of FIELD_NOTES.titles) expect(titles.filter((each) => each === title)).toHaveLength(1);
    expect(await observer.conflicts()).toEqual([]);
  },
);

test('a file that is no export is refused in words, and nothing is written', DEEP, async ({server, newDevice}) => {
  const device = await newDevice('Desk');
  await setUpServer(device, server.setupLink);
  await isSynced(device);
  const before = await rowCounts(device);
  await device.page.goto(`${device.address}options/data`);
  for (const [name, words] of [
    ['notes.txt', 'This file is not a zip.'],
    ['empty.zip', 'This zip is not an export from Trilium'],
  ] as const) {
    const chooser = device.page.waitForEvent('filechooser');
    await device.page.getByRole('button', {name: 'Import', exact: true}).click();
    const buffer = name === 'notes.txt' ? Buffer.from('Just text.') : EMPTY_ZIP;
    await (await chooser).setFiles({name, mimeType: 'application/zip', buffer});
    await expect(device.page.getByText(words)).toBeVisible();
  }
  expect(await rowCounts(device)).toEqual(before);
});

const EMPTY_ZIP = Buffer.from(`504b0506${'00'.repeat(18)}`, 'hex');
