import {beginSignIn, fillSetup, openSetupLink, setUpServer, signIn} from './fixtures/accounts.ts';
import {DEEP} from './fixtures/deep.ts';
import {rowCounts} from './fixtures/device.ts';
import {FIELD_NOTES} from './fixtures/field-notes.ts';
import {importAndReport, importZip, reportLine} from './fixtures/importing.ts';
import {openNote, textBox} from './fixtures/notes.ts';
import {ACCOUNT, observe} from './fixtures/observer.ts';
import {allAreEqual, isSynced, openSyncPanel, outbox} from './fixtures/sync-panel.ts';
import {expect, test} from './fixtures/test.ts';
import {expandAll, notesTree, readTree, treeItem} from './fixtures/tree.ts';

const TALL = {context: {viewport: {width: 1280, height: 1800}}};

test('a notebook imported on one browser arrives whole on another: same tree, same counts, same digest', async ({
  server,
  newDevice,
}) => {
  const [a, b] = [await newDevice('Desk', TALL), await newDevice('Couch', TALL)];
  await setUpServer(a, server.setupLink);
  await importZip(a, FIELD_NOTES.zip);
  await isSynced(a);

  const startMs = Date.now();
  await signIn(b);
  await isSynced(b);
  test.info().annotations.push({type: 'sign-in to synced', description: `${Date.now() - startMs} ms`});

  await expandAll(a);
  await expandAll(b);
  const tree = await readTree(a);
  for (const title of FIELD_NOTES.titles) expect(tree.map((line) => line.title)).toContain(title);
  expect(tree.filter(({title}) => title === 'Swift' || title.endsWith('Swift'))).toHaveLength(2);
  expect(await readTree(b)).toEqual(tree);

  const observer = await observe(server, ACCOUNT);
  const {note, branch, attribute, attachment, option} = await observer.counts();
  const {notes, branches, attributes, attachments, options} = await rowCounts(a);
  expect({notes, branches, attributes, attachments, options}).toEqual({
    notes: note,
    branches: branch,
    attributes: attribute,
    attachments: attachment,
    options: option,
  });
  const {outbox: waitingA, state: stateA, ...kept} = await rowCounts(a);
  const {outbox: waitingB, state: stateB, ...arrived} = await rowCounts(b);
  expect(arrived).toEqual(kept);
  expect([waitingA, waitingB]).toEqual([0, 0]);
  await allAreEqual(observer, a, b);

  await openNote(b, 'Birds');
  await expect(textBox(b)).toContainText('Blackbird');
});

test('the report of an import counts what came and names what is not kept yet', DEEP, async ({server, newDevice}) => {
  const device = await newDevice('Desk');
  await setUpServer(device, server.setupLink);
  await importAndReport(device, FIELD_NOTES.zip);
  const {notes, places, clones, labels, relations, attachments} = FIELD_NOTES.counts;
  for (const [what, count] of [
    ['Notes', notes],
    ['Places in the tree', places],
    ['Further places of a note (clones)', clones],
    ['Labels', labels],
    ['Relations', relations],
    ['Attachments', attachments],
  ] as const) {
    await expect(reportLine(device, what)).toHaveText([String(count), String(count), '0']);
  }
  await expect(device.page.getByText('Pictures are not kept yet')).toBeVisible();
  await expect(device.page.getByText('Files are not kept yet')).toBeVisible();
  await expect(device.page.getByText('Attachments are not kept yet')).toBeVisible();
});

test('the printed link brings its code along, and works once', DEEP, async ({server, newDevice}) => {
  const [first, second] = [await newDevice('First'), await newDevice('Second')];
  const code = new URLSearchParams(new URL(server.setupLink).hash.slice(1)).get('code') ?? '';
  await openSetupLink(first, server.setupLink);
  await expect(first.page.getByLabel('Setup code')).toHaveValue(code);
  await fillSetup(first, ACCOUNT);
  await expect(notesTree(first)).toBeVisible();

  await openSetupLink(second, server.setupLink);
  await expect(second.page.getByText('This server is already set up.')).toBeVisible();
  await second.page.getByRole('link', {name: 'Sign in'}).click();
  await expect(second.page.getByRole('heading', {name: 'Sign in'})).toBeVisible();
});

test(
  'the screen says that the first sync goes on, and ends in the notebook',
  DEEP,
  async ({server, faultProxy, newDevice}) => {
    const [a, b] = [await newDevice('Desk'), await newDevice('Couch', {at: faultProxy})];
    await setUpServer(a, server.setupLink);
    await importZip(a, FIELD_NOTES.zip);
    await isSynced(a);

    const page = faultProxy.hold('sync/pull', 'before');
    await beginSignIn(b);
    await page.arrived;
    await expect(b.page.getByRole('heading', {name: 'Sync in progress'})).toBeVisible();
    await expect(b.page.getByRole('progressbar')).toBeVisible();
    await page.pass();
    await expect(treeItem(b, 'Field notes')).toBeVisible();
    await isSynced(b);
    await openSyncPanel(b);
    await expect(outbox(b)).toHaveCount(0);
  },
);
