import {setUpServer} from './fixtures/accounts.ts';
import {DEEP} from './fixtures/deep.ts';
import {rowCounts} from './fixtures/device.ts';
import {FIELD_NOTES} from './fixtures/field-notes.ts';
import {pushNote} from './fixtures/foreign-device.ts';
import {importZip} from './fixtures/importing.ts';
import {createNote, openNote, textBox, titleBox} from './fixtures/notes.ts';
import {ACCOUNT, observe} from './fixtures/observer.ts';
import {isSynced, openSyncPanel, outbox} from './fixtures/sync-panel.ts';
import {expect, test} from './fixtures/test.ts';
import {expandAll, readTree, treeItem} from './fixtures/tree.ts';

/** Loose white space, odd nesting, attributes in another order: what an editor would like to tidy up. */
const UNTIDY = '<p>\n  One<br>two  </p>\n\n<ul><li>three</li>\n<li><p>four</p></li></ul><p></p><p>five &nbsp;six</p>';
const BEYOND =
  '<p>Before</p><form action="/x"><label>Name <input name="n"></label></form><blink data-x="1">After</blink>';

test(
  'opening notes writes nothing: nothing waits and the server has nothing new',
  DEEP,
  async ({server, newDevice}) => {
    const device = await newDevice('Desk');
    await setUpServer(device, server.setupLink);
    await importZip(device, FIELD_NOTES.zip);
    await isSynced(device);
    const observer = await observe(server, ACCOUNT);
    await pushNote(server, observer, {title: 'Untidy', html: UNTIDY});
    await pushNote(server, observer, {title: 'Beyond', html: BEYOND});
    await expect(treeItem(device, 'Beyond')).toBeVisible();
    await isSynced(device);
    const [head, rows] = [await observer.head(), await rowCounts(device)];

    await expandAll(device);
    const titles = (await readTree(device)).map(({title}) => title);
    expect(titles.length).toBeGreaterThan(10);
    for (const title of new Set(titles)) await openNote(device, title.replace(/^Tower - /, ''));
    await openNote(device, 'Untidy');
    await textBox(device).click();
    await openNote(device, 'Beyond');
    await device.page.reload();
    await expect(titleBox(device)).toHaveValue('Beyond');
    await isSynced(device);
    await openSyncPanel(device);
    await expect(outbox(device)).toHaveCount(0);
    expect(await rowCounts(device)).toEqual(rows);
    expect(await observer.head()).toBe(head);
    expect((await observer.note('Untidy')).text).toBe(UNTIDY);
  },
);

test(
  'text that the editor cannot hold without loss is read-only and keeps its bytes, also through a rename',
  DEEP,
  async ({server, newDevice}) => {
    const device = await newDevice('Desk');
    await setUpServer(device, server.setupLink);
    await isSynced(device);
    const observer = await observe(server, ACCOUNT);
    await pushNote(server, observer, {title: 'Beyond', html: BEYOND});
    await openNote(device, 'Beyond');
    await expect(device.page.getByText('Before', {exact: true})).toBeVisible();
    await expect(textBox(device)).toBeHidden();
    await titleBox(device).fill('Beyond, renamed');
    await titleBox(device).press('Enter');
    await expect(treeItem(device, 'Beyond, renamed')).toBeVisible();
    await expect.poll(async () => (await observer.notes()).map(({title}) => title)).toContain('Beyond, renamed');
    expect((await observer.note('Beyond, renamed')).text).toBe(BEYOND);
  },
);

test('the last words typed before the tab is closed are there when it is opened again', async ({server, newDevice}) => {
  const device = await newDevice('Desk');
  await setUpServer(device, server.setupLink);
  await createNote(device, 'Diary', 'Dear diary.');
  await isSynced(device);
  const address = device.page.url();
  await textBox(device).click();
  await device.page.keyboard.press('ControlOrMeta+End');
  await device.page.keyboard.type(' The last words');
  await device.page.close({runBeforeUnload: true});

  const page = await device.context.newPage();
  await page.goto(address);
  await expect(page.getByRole('textbox', {name: 'Note text'})).toHaveText('Dear diary. The last words');
  const observer = await observe(server, ACCOUNT);
  await expect.poll(async () => (await observer.note('Diary')).text).toContain('The last words');
  expect(await observer.conflicts()).toEqual([]);
});

test('the last words typed before a reload are there after it', DEEP, async ({server, newDevice}) => {
  const device = await newDevice('Desk');
  await setUpServer(device, server.setupLink);
  await createNote(device, 'Diary', 'Dear diary.');
  await textBox(device).click();
  await device.page.keyboard.press('ControlOrMeta+End');
  await device.page.keyboard.type(' And then');
  await device.page.reload();
  await expect(textBox(device)).toHaveText('Dear diary. And then');
  await isSynced(device);
});

const ATTACKS = [
  '<script>window.harmed = "script"</script>',
  '<img src="x" onerror="window.harmed = \'onerror\'">',
  '<svg onload="window.harmed = \'onload\'"></svg>',
  '<a href="javascript:window.harmed = \'link\'">a link</a>',
  '<iframe srcdoc="<script>parent.harmed = \'frame\'</script>"></iframe>',
  '<p style="background:url(javascript:window.harmed=1)">styled</p>',
];
const harmed = (): unknown => (window as unknown as {harmed?: unknown}).harmed;

test('nothing in a note runs: not when it arrives from a strange device, not when it is pasted', async ({
  server,
  newDevice,
}) => {
  const device = await newDevice('Desk');
  await setUpServer(device, server.setupLink);
  await createNote(device, 'Mine', 'Here:');
  await isSynced(device);
  const observer = await observe(server, ACCOUNT);
  const hostile = `<p>Harmless words</p>${ATTACKS.join('')}`;
  await pushNote(server, observer, {title: 'Hostile', html: hostile});
  await openNote(device, 'Hostile');
  await expect(device.page.getByText('Harmless words')).toBeVisible();
  const links = device.page.getByRole('link', {name: 'a link'});
  if ((await links.count()) > 0) await links.first().click();
  expect(await device.page.evaluate(harmed)).toBeUndefined();
  expect((await observer.note('Hostile')).text).toBe(hostile);

  await openNote(device, 'Mine');
  await textBox(device).click();
  await textBox(device).evaluate((element, html) => {
    const data = new DataTransfer();
    data.setData('text/html', html);
    element.dispatchEvent(new ClipboardEvent('paste', {clipboardData: data, bubbles: true, cancelable: true}));
  }, hostile);
  await expect(textBox(device)).toContainText('Harmless words');
  await expect.poll(async () => (await observer.note('Mine')).text).toContain('Harmless words');
  expect(await device.page.evaluate(harmed)).toBeUndefined();
  const {text} = await observer.note('Mine');
  expect(text).not.toMatch(/<script|onerror|onload|javascript:|<iframe/i);
});
