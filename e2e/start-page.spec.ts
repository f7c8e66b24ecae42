import {fillSetup, openSetupLink, setUpServer, signIn, startNotebook} from './fixtures/accounts.ts';
import {DEEP} from './fixtures/deep.ts';
import {appIsKept, stepBackTaken} from './fixtures/device.ts';
import {manyNotes} from './fixtures/field-notes.ts';
import {importZip} from './fixtures/importing.ts';
import {createNote, openNote, textBox} from './fixtures/notes.ts';
import {ACCOUNT, observe} from './fixtures/observer.ts';
import {line, openSyncOptions, saveServer, testSync} from './fixtures/sync-options.ts';
import {allAreEqual, closeSyncPanel, isSynced, openSyncPanel, outbox, status} from './fixtures/sync-panel.ts';
import {expect, test} from './fixtures/test.ts';
import {notesTree} from './fixtures/tree.ts';

test('a server without an account offers three ways to begin; one with an account asks to sign in', async ({
  server,
  newDevice,
}) => {
  const [a, b] = [await newDevice('Desk'), await newDevice('Couch')];
  await a.page.goto(a.address);
  await expect(a.page.getByRole('heading', {name: 'Welcome to Aster'})).toBeVisible();
  for (const name of ['Start a new notebook on this device', 'Sync from a server', 'Set up this server']) {
    await expect(a.page.getByRole('button', {name})).toBeVisible();
  }
  await a.page.getByRole('button', {name: 'Sync from a server'}).click();
  await expect(a.page.getByRole('button', {name: 'Finish setup'})).toBeVisible();
  await a.page.getByRole('button', {name: 'Back'}).click();
  await expect(a.page.getByRole('button', {name: 'Set up this server'})).toBeVisible();
  await stepBackTaken(a.page);
  await setUpServer(a, server.setupLink);

  await b.page.goto(b.address);
  await expect(b.page.getByRole('heading', {name: 'Sign in'})).toBeVisible();
});

test('a notebook without a server works at once, and starts without one', async ({server, newDevice}) => {
  const device = await newDevice('Desk');
  await startNotebook(device);
  await expect(status(device)).toContainText('Not set up');
  await createNote(device, 'Alone', 'No server knows.');
  await appIsKept(device);
  await server.stop();
  await device.page.reload();
  await expect(textBox(device)).toHaveText('No server knows.');
  await openSyncPanel(device);
  await expect(device.page.getByText('Sync is not set up.')).toBeVisible();
  await closeSyncPanel(device);
});

test(
  'a notebook that began without a server fills one later, from Options → Sync, and one goes on writing meanwhile',
  DEEP,
  async ({server, faultProxy, newDevice}) => {
    const [a, b] = [await newDevice('Desk', {at: faultProxy}), await newDevice('Couch')];
    const {page} = a;
    await startNotebook(a);
    await importZip(a, manyNotes(120, 16_000));
    const code = new URLSearchParams(new URL(server.setupLink).hash.slice(1)).get('code') ?? '';
    await openSyncOptions(a);
    await saveServer(a, faultProxy.origin);
    await testSync(a);
    await expect(line(a, 'An Aster server')).toContainText('Passed');
    const form = page.getByRole('form', {name: 'Send this notebook to the server'});
    await form.getByLabel('Setup code').fill(code);
    await form.getByLabel('Username').fill(ACCOUNT.username);
    await form.getByLabel('Password').fill(ACCOUNT.password);
    const held = faultProxy.hold('sync/push', 'before', 2);
    await form.getByRole('button', {name: 'Create account'}).click();
    await held.arrived;
    await openSyncPanel(a);
    await expect(status(a)).toContainText(/^Syncing\s*\d+/);
    await expect(outbox(a).first()).toBeVisible();
    await closeSyncPanel(a);
    await b.page.goto(b.address);
    await expect(b.page.getByRole('heading', {name: 'Sign in'})).toBeVisible();
    await page.goto(a.address);
    await createNote(a, 'Meanwhile', 'Written while it is sent.');
    await held.pass();
    await isSynced(a);

    await signIn(b);
    await openNote(b, 'Meanwhile');
    await expect(textBox(b)).toHaveText('Written while it is sent.');
    await allAreEqual(await observe(server, ACCOUNT), a, b);
  },
);

test(
  'the setup link, opened on a device that has a notebook, fills the server with it',
  DEEP,
  async ({server, newDevice}) => {
    const device = await newDevice('Desk');
    await startNotebook(device);
    await createNote(device, 'Alone', 'Not for long.');
    await openSetupLink(device, server.setupLink);
    await expect(device.page.getByText('The notes of this device will fill the server.')).toBeVisible();
    await fillSetup(device, ACCOUNT);
    await expect(notesTree(device)).toBeVisible();
    await isSynced(device);
    expect((await (await observe(server, ACCOUNT)).note('Alone')).text).toContain('Not for long.');
  },
);

test('signing in from "Sync from a server" gets the notes of that account', DEEP, async ({server, newDevice}) => {
  const [a, b] = [await newDevice('Desk'), await newDevice('Couch')];
  await setUpServer(a, server.setupLink);
  await createNote(a, 'Plan', 'As agreed.');
  await isSynced(a);
  await b.page.goto(`${b.address}setup`);
  await b.page.getByRole('button', {name: 'Sync from a server'}).click();
  await expect(b.page.getByLabel('Server address')).toHaveValue(server.origin);
  await b.page.getByLabel('Username').fill(ACCOUNT.username);
  await b.page.getByLabel('Password').fill(ACCOUNT.password);
  await b.page.getByLabel('Device name').fill('Couch');
  await b.page.getByRole('button', {name: 'Finish setup'}).click();
  await openNote(b, 'Plan');
  await expect(textBox(b)).toHaveText('As agreed.');
});
