/** Two notebooks that each began on their own come together, and a device that lets its server go. */
import {readFile, rm} from 'node:fs/promises';
import {setUpServer, signIn, startNotebook} from './fixtures/accounts.ts';
import {DEEP} from './fixtures/deep.ts';
import {type Device, newTab} from './fixtures/device.ts';
import {FIELD_NOTES} from './fixtures/field-notes.ts';
import {importZip} from './fixtures/importing.ts';
import {createNote, isSaved, openNote, replaceText, textBox} from './fixtures/notes.ts';
import {ACCOUNT, observe} from './fixtures/observer.ts';
import {startServer} from './fixtures/server.ts';
import {openSyncOptions, saveServer} from './fixtures/sync-options.ts';
import {allAreEqual, isSynced, status} from './fixtures/sync-panel.ts';
import {expect, test} from './fixtures/test.ts';
import {expandAll, treeItem} from './fixtures/tree.ts';

async function joinAccount(device: Device, address: string): Promise<void> {
  await openSyncOptions(device);
  await saveServer(device, address);
  await expect(device.page.getByText('Saved.', {exact: true})).toBeVisible();
  const form = device.page.getByRole('form', {name: 'Join an account'});
  await form.getByLabel('Username').fill(ACCOUNT.username);
  await form.getByLabel('Password').fill(ACCOUNT.password);
  await form.getByRole('button', {name: 'Add my notes to that account'}).click();
}

test('a notebook in use is added to an account that has notes: both have all of them, and nothing is overwritten', async ({
  server,
  newDevice,
}) => {
  const [a, b] = [await newDevice('Desk'), await newDevice('Couch')];
  await setUpServer(a, server.setupLink);
  await createNote(a, 'Of the account', 'Theirs.');
  await isSynced(a);
  await startNotebook(b);
  await createNote(b, 'Of the notebook', 'Mine.');
  await joinAccount(b, server.address);
  await isSynced(b);
  await b.page.goto(b.address);
  await openNote(b, 'Of the account');
  await expect(textBox(b)).toHaveText('Theirs.');
  for (const device of [a, b]) {
    await expandAll(device);
    await openNote(device, 'Of the notebook');
    await expect(textBox(device)).toHaveText('Mine.');
  }
  await allAreEqual(await observe(server, ACCOUNT), a, b);
});

test(
  'a device that lets its server go keeps its notes, and goes on where it was when it signs in again',
  DEEP,
  async ({server, newDevice}) => {
    const [a, b] = [await newDevice('Desk'), await newDevice('Couch')];
    await setUpServer(a, server.setupLink);
    await createNote(a, 'Plan', 'As agreed.');
    await isSynced(a);
    await openSyncOptions(a);
    await a.page.getByRole('button', {name: 'Disconnect from this server'}).click();
    await a.page.getByRole('button', {name: 'Disconnect', exact: true}).click();
    await expect(status(a)).toContainText('Not set up');
    await a.page.goto(a.address);
    await openNote(a, 'Plan');
    await replaceText(a, 'As agreed, on my own.');
    await isSaved(a);
    await joinAccount(a, server.address);
    await isSynced(a);
    await startNotebook(b);
    await joinAccount(b, server.address);
    await isSynced(b);
    await b.page.goto(b.address);
    await openNote(b, 'Plan');
    await expect(textBox(b)).toHaveText('As agreed, on my own.');
    expect(await (await observe(server, ACCOUNT)).conflicts()).toEqual([]);
  },
);

test('notes that give way to an account’s are in a file first', DEEP, async ({server, newDevice}) => {
  const [a, b] = [await newDevice('Desk'), await newDevice('Couch')];
  await setUpServer(a, server.setupLink);
  await createNote(a, 'Of the account', 'Theirs.');
  await isSynced(a);
  await startNotebook(b);
  await createNote(b, 'Of the notebook', 'Mine.');
  await openSyncOptions(b);
  await saveServer(b, server.address);
  const form = b.page.getByRole('form', {name: 'Join an account'});
  await form.getByLabel('Username').fill(ACCOUNT.username);
  await form.getByLabel('Password').fill(ACCOUNT.password);
  const saved = b.page.waitForEvent('download');
  await form.getByRole('button', {name: "Use that account's notes (mine are exported first)"}).click();
  const file = await readFile(await (await saved).path(), 'utf8');
  expect(file).toContain('Of the notebook');
  expect(file).toContain('Mine.');
  const other = await newTab(b);
  await openNote(other, 'Of the notebook');
  await replaceText(other, 'Mine, and changed.');
  await isSaved(other);
  await form.getByRole('button', {name: 'Replace my notes'}).click();
  await expect(b.page.getByText('Something was changed here since the file was made.', {exact: true})).toBeVisible();
  const savedAgain = b.page.waitForEvent('download');
  await form.getByRole('button', {name: "Use that account's notes (mine are exported first)"}).click();
  expect(await readFile(await (await savedAgain).path(), 'utf8')).toContain('Mine, and changed.');
  await form.getByRole('button', {name: 'Replace my notes'}).click();
  await isSynced(b);
  await expect(treeItem(other, 'Of the notebook')).toBeHidden();
  await expect(treeItem(other, 'Of the account')).toBeVisible();
  await b.page.goto(b.address);
  await openNote(b, 'Of the account');
  await expect(treeItem(b, 'Of the notebook')).toBeHidden();
  await allAreEqual(await observe(server, ACCOUNT), a, b);
});

test(
  'a setup whose answer is lost: the device joins the account that it made, and its notes lie where they lay',
  DEEP,
  async ({server, faultProxy, newDevice}) => {
    const [a, b] = [await newDevice('Desk', {at: faultProxy}), await newDevice('Couch')];
    const {page} = a;
    await startNotebook(a);
    await createNote(a, 'Of the notebook', 'Mine.');
    await openSyncOptions(a);
    await saveServer(a, a.address);
    const held = faultProxy.hold('setup', 'after');
    await fill(a, server.setupLink);
    await held.arrived;
    held.drop();
    await expect(page.getByText('The server is not reachable.', {exact: true})).toBeVisible();
    await page.getByRole('button', {name: 'Create account'}).click();
    await expect(page.getByRole('heading', {name: 'Join the account of this server'})).toBeVisible();
    const form = page.getByRole('form', {name: 'Join an account'});
    await form.getByLabel('Username').fill(ACCOUNT.username);
    await form.getByLabel('Password').fill(ACCOUNT.password);
    await form.getByRole('button', {name: 'Add my notes to that account'}).click();
    await isSynced(a);
    await signIn(b);
    await openNote(b, 'Of the notebook');
    await expect(textBox(b)).toHaveText('Mine.');
    await expect(treeItem(b, 'Desk')).toBeHidden();
    await allAreEqual(await observe(server, ACCOUNT), a, b);
  },
);

test(
  'a server that lost its account is filled again by a device that was one of its',
  DEEP,
  async ({server, newDevice}) => {
    const [a, b] = [await newDevice('Desk'), await newDevice('Couch')];
    await setUpServer(a, server.setupLink);
    await createNote(a, 'Plan', 'As agreed.');
    await isSynced(a);
    await server.stop();
    await rm(server.dataDir, {recursive: true});
    await server.start();
    await openSyncOptions(a);
    await letGo(a);
    await fill(a, server.setupLink);
    await isSynced(a);
    await signIn(b);
    await openNote(b, 'Plan');
    await expect(textBox(b)).toHaveText('As agreed.');
    await allAreEqual(await observe(server, ACCOUNT), a, b);
  },
);

test(
  'a device lets one server go and joins the account of another: what each had is on both of its devices, once',
  DEEP,
  async ({server, newDevice, serverOptions}) => {
    const other = await startServer(serverOptions);
    try {
      const [a, b] = [await newDevice('Desk'), await newDevice('Couch', {at: other})];
      await setUpServer(a, server.setupLink);
      await importZip(a, FIELD_NOTES.zip);
      await isSynced(a);
      await setUpServer(b, other.setupLink);
      await importZip(b, FIELD_NOTES.zip);
      await createNote(b, 'Of the other', 'Theirs.');
      await isSynced(b);
      await other.allowOrigins(server.origin);
      await openSyncOptions(a);
      await letGo(a);
      await joinAccount(a, other.address);
      await isSynced(a, b);
      await a.page.goto(a.address);
      await openNote(a, 'Of the other');
      await expect(textBox(a)).toHaveText('Theirs.');
      const observer = await observe(other, ACCOUNT);
      await allAreEqual(observer, a, b);
      const titles = (await observer.notes()).map(({title}) => title);
      expect(titles.filter((title) => title === 'Field notes')).toHaveLength(1);
      expect(await observer.conflicts()).toEqual([]);
    } finally {
      await other.remove();
    }
  },
);

async function letGo(device: Device): Promise<void> {
  await device.page.getByRole('button', {name: 'Disconnect from this server'}).click();
  await device.page.getByRole('button', {name: 'Disconnect', exact: true}).click();
  await expect(status(device)).toContainText('Not set up');
}

/** Options → Sync: makes the server's account, which this notebook fills. */
async function fill({page}: Device, setupLink: string): Promise<void> {
  const form = page.getByRole('form', {name: 'Send this notebook to the server'});
  await form.getByLabel('Setup code').fill(new URL(setupLink).hash.replace('#code=', ''));
  await form.getByLabel('Username').fill(ACCOUNT.username);
  await form.getByLabel('Password').fill(ACCOUNT.password);
  await form.getByRole('button', {name: 'Create account'}).click();
}
