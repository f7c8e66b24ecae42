/** Addresses as people type them, and "Test sync", which says what is wrong with the way to the server. */
import {setUpServer, startNotebook} from './fixtures/accounts.ts';
import {DEEP} from './fixtures/deep.ts';
import {freePort} from './fixtures/free-port.ts';
import {createNote} from './fixtures/notes.ts';
import {ACCOUNT} from './fixtures/observer.ts';
import {line, openSyncOptions, saveServer, serverAddress, testSync} from './fixtures/sync-options.ts';
import {isSynced} from './fixtures/sync-panel.ts';
import {expect, test} from './fixtures/test.ts';
import {notesTree, treeItem} from './fixtures/tree.ts';

test('an address is mended as it is saved: no scheme, a screen of the app, the setup link', async ({
  server,
  newDevice,
}) => {
  const device = await newDevice('Desk');
  await startNotebook(device);
  await openSyncOptions(device);
  const host = new URL(server.origin).host;
  for (const typed of [host, `https://${host}`, `${server.origin}/options/sync`, `http:/${host}/`, server.setupLink]) {
    await saveServer(device, typed);
    await expect(device.page.getByText('Saved.')).toBeVisible();
    await expect(serverAddress(device)).toHaveValue(server.origin);
    await expect(device.page.getByRole('heading', {name: 'Send this notebook to the server'})).toBeVisible();
  }
});

test('an address that can’t be right is not saved, and it is said why', async ({newDevice}) => {
  const device = await newDevice('Desk');
  const {page} = device;
  await startNotebook(device);
  await openSyncOptions(device);
  for (const [typed, words] of [
    ['my server', 'This is not the address of a server.'],
    ['ftp://notes.example.org', 'A server address begins with https:// or http://.'],
  ] as const) {
    await saveServer(device, typed);
    await expect(page.getByRole('alert')).toContainText(words);
    await expect(page.getByRole('alert')).toContainText('The address was not saved.');
  }
  await page.reload();
  await expect(serverAddress(device)).toHaveValue('');
});

test('an address where nobody answers now is saved all the same, and says so', DEEP, async ({newDevice}) => {
  const device = await newDevice('Desk');
  await startNotebook(device);
  await openSyncOptions(device);
  const nobody = `http://127.0.0.1:${await freePort()}`;
  await saveServer(device, nobody);
  await expect(device.page.getByText('The address is saved, but no server answers there now.')).toBeVisible();
  await expect(serverAddress(device)).toHaveValue(nobody);
});

test('a new device finds its server by the host alone', async ({server, newDevice}) => {
  const [a, b] = [await newDevice('Desk'), await newDevice('Couch')];
  await setUpServer(a, server.setupLink);
  await createNote(a, 'Plan', 'As agreed.');
  await isSynced(a);
  const {page} = b;
  await page.goto(`${b.address}setup`);
  await page.getByRole('button', {name: 'Sync from a server'}).click();
  await page.getByLabel('Server address').fill(new URL(server.origin).host);
  await page.getByLabel('Username').fill(ACCOUNT.username);
  await page.getByLabel('Password').fill(ACCOUNT.password);
  await page.getByRole('button', {name: 'Finish setup'}).click();
  await expect(notesTree(b)).toBeVisible();
  await expect(treeItem(b, 'Plan')).toBeVisible();
});

test('"Test sync" of a device that syncs: every check passes, and the report has no secret', async ({
  server,
  newDevice,
}) => {
  const device = await newDevice('Desk');
  await device.context.grantPermissions(['clipboard-read', 'clipboard-write'], {origin: server.origin});
  await setUpServer(device, server.setupLink);
  await isSynced(device);
  await openSyncOptions(device);
  await testSync(device);
  for (const check of [
    'Address',
    'Server reachable',
    'TLS',
    'No redirect or login page in the way',
    'An Aster server',
    'Protocol version',
    'The same server as before',
    'Clock difference',
    'Body size limit',
    'Streaming (pokes)',
    'Storage room',
    'Service worker',
    'Signed in',
  ]) {
    await expect(line(device, check)).toContainText('Passed');
  }
  await device.page.getByRole('button', {name: 'Copy report'}).click();
  await expect(device.page.getByText('Copied.')).toBeVisible();
  const report = await device.page.evaluate(() => navigator.clipboard.readText());
  expect(report).toContain('Clock difference: Passed');
  expect(report).not.toContain(ACCOUNT.password);
  expect(report).not.toContain(ACCOUNT.username);
});

test(
  '"Test sync" names a proxy that refuses large requests and holds streams back',
  DEEP,
  async ({server, faultProxy, newDevice}) => {
    const device = await newDevice('Desk', {at: faultProxy});
    await setUpServer(device, server.setupLink);
    await isSynced(device);
    faultProxy.limitBodies(100_000);
    faultProxy.answerWith((path) => path.endsWith('/api/pokes'), 'nothing');
    await openSyncOptions(device);
    await testSync(device);
    await expect(line(device, 'Body size limit')).toContainText('Failed');
    await expect(line(device, 'Body size limit')).toContainText('client_max_body_size');
    await expect(line(device, 'Streaming (pokes)')).toContainText('proxy_buffering off');
    await expect(device.page.getByText('Not everything is in order: see below.')).toBeVisible();
    faultProxy.answerNormally();
  },
);

test('"Test sync" names a login page and another program', DEEP, async ({faultProxy, newDevice}) => {
  const device = await newDevice('Desk', {at: faultProxy});
  await startNotebook(device);
  await openSyncOptions(device);
  await serverAddress(device).fill(faultProxy.origin);
  const page = (body: string) => ({status: 200, type: 'text/html', body});
  faultProxy.answerWith(() => true, page('<form><input type="password"></form>'));
  await testSync(device);
  await expect(line(device, 'No redirect or login page in the way')).toContainText('A login page is in the way');
  faultProxy.answerWith(() => true, page('<h1>It works!</h1>'));
  await testSync(device);
  await expect(line(device, 'An Aster server')).toContainText('This app comes from there, but no Aster server does.');
});
