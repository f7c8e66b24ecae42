/** The app on a web space of its own, and the server at another origin. */
import {DEEP} from './fixtures/deep.ts';
import type {Device} from './fixtures/device.ts';
import {createNote, isSaved, openNote, replaceText, textBox} from './fixtures/notes.ts';
import {ACCOUNT} from './fixtures/observer.ts';
import {type StaticHost, startStaticHost} from './fixtures/static-host.ts';
import {line, openSyncOptions, saveServer, serverAddress, testSync} from './fixtures/sync-options.ts';
import {isSynced} from './fixtures/sync-panel.ts';
import {test as base, expect} from './fixtures/test.ts';
import {notesTree, treeItem} from './fixtures/tree.ts';

const test = base.extend<{readonly host: StaticHost}>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of the fixtures from it.
  host: async ({}, use) => {
    const host = await startStaticHost();
    await use(host);
    await host.close();
  },
});

async function startElsewhere(device: Device): Promise<void> {
  await device.page.goto(device.address);
  await device.page.getByRole('button', {name: 'Start a new notebook on this device'}).click();
  await expect(notesTree(device)).toBeVisible();
}

test('a notebook of such an app fills the server, another gets it, and changes come at once', async ({
  server,
  host,
  newDevice,
}) => {
  await server.allowOrigins(host.origin);
  const [a, b] = [await newDevice('Desk', {at: host}), await newDevice('Couch', {at: host})];
  await startElsewhere(a);
  await createNote(a, 'Plan', 'As agreed.');
  await openSyncOptions(a);
  await saveServer(a, new URL(server.origin).host);
  const form = a.page.getByRole('form', {name: 'Send this notebook to the server'});
  await form.getByLabel('Setup code').fill(new URL(server.setupLink).hash.replace('#code=', ''));
  await form.getByLabel('Username').fill(ACCOUNT.username);
  await form.getByLabel('Password').fill(ACCOUNT.password);
  await form.getByRole('button', {name: 'Create account'}).click();
  await isSynced(a);
  await testSync(a);
  await expect(line(a, 'Streaming (pokes)')).toContainText('Passed');

  await b.page.goto(b.address);
  await b.page.getByRole('button', {name: 'Sync from a server'}).click();
  await b.page.getByLabel('Server address').fill(server.origin);
  await b.page.getByLabel('Username').fill(ACCOUNT.username);
  await b.page.getByLabel('Password').fill(ACCOUNT.password);
  await b.page.getByRole('button', {name: 'Finish setup'}).click();
  await openNote(b, 'Plan');
  await expect(textBox(b)).toHaveText('As agreed.');
  await replaceText(b, 'As agreed, at nine.');
  await isSaved(b);
  await a.page.goto(a.address);
  await treeItem(a, 'Plan').click();
  await expect(textBox(a)).toHaveText('As agreed, at nine.');
});

test('a server that doesn’t know of the app is named, with the setting that mends it', async ({
  server,
  host,
  newDevice,
}) => {
  const device = await newDevice('Desk', {at: host});
  await startElsewhere(device);
  await openSyncOptions(device);
  await serverAddress(device).fill(server.origin);
  await testSync(device);
  const way = line(device, 'No redirect or login page in the way');
  await expect(way).toContainText('Failed');
  await expect(way).toContainText(`ASTER_ALLOWED_ORIGINS=${host.origin}`);
  await server.allowOrigins(host.origin);
  await testSync(device);
  await expect(way).toContainText('Passed');
});

test('the app’s own web space is no server, and that is what is said', DEEP, async ({host, newDevice}) => {
  const device = await newDevice('Desk', {at: host});
  await startElsewhere(device);
  await openSyncOptions(device);
  await saveServer(device, host.origin);
  await expect(device.page.getByRole('alert')).toContainText('This app comes from there, but no Aster server does.');
});
