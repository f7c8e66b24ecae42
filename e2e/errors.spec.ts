import {beginSignIn, fillSetup, openSetupLink, setUpServer, signIn, startNotebook} from './fixtures/accounts.ts';
import type {Reply} from './fixtures/fault-proxy.ts';
import {freePort} from './fixtures/free-port.ts';
import {createNote, replaceText} from './fixtures/notes.ts';
import {ACCOUNT, observe} from './fixtures/observer.ts';
import {allAreEqual, closeSyncPanel, isSynced, openSyncPanel, outbox, status} from './fixtures/sync-panel.ts';
import {expect, test} from './fixtures/test.ts';
import {notesTree} from './fixtures/tree.ts';

const isSync = (path: string): boolean => path.includes('/api/sync/') || path.endsWith('/api/pokes');
const json = (status: number, value: unknown): Reply => ({
  status,
  type: 'application/json',
  body: JSON.stringify(value),
});

test('a wrong setup code is refused in words, and the right one works without typing the rest again', async ({
  server,
  newDevice,
}) => {
  const device = await newDevice('Desk');
  const {page} = device;
  await openSetupLink(device, server.setupLink);
  const code = await page.getByLabel('Setup code').inputValue();
  await page.getByLabel('Setup code').fill('not-the-code');
  await fillSetup(device, ACCOUNT);
  await expect(page.getByText('Wrong setup code.')).toBeVisible();
  await expect(page.getByText('Open the link that the server printed')).toBeVisible();
  await page.getByLabel('Setup code').fill(code);
  await page.getByRole('button', {name: 'Create account'}).click();
  await expect(notesTree(device)).toBeVisible();
});

test('a wrong password is refused without saying what was wrong, and the right one works', async ({
  server,
  newDevice,
}) => {
  const [a, b] = [await newDevice('Desk'), await newDevice('Couch')];
  await setUpServer(a, server.setupLink);
  for (const wrong of [
    {...ACCOUNT, password: 'wrong horse'},
    {...ACCOUNT, username: 'somebody'},
  ]) {
    await beginSignIn(b, wrong);
    await expect(b.page.getByText('Wrong username or password.')).toBeVisible();
    await expect(b.page.getByText('Check both, capital letters too, and try again.')).toBeVisible();
  }
  await signIn(b);
  await isSynced(b);
});

test('an address where nobody answers is named, with its cure', async ({newDevice}) => {
  const device = await newDevice('Desk');
  const {page} = device;
  await page.goto(device.address);
  await page.getByRole('button', {name: 'Sync from a server'}).click();
  await page.getByLabel('Server address').fill(`http://127.0.0.1:${await freePort()}`);
  await page.getByLabel('Username').fill(ACCOUNT.username);
  await page.getByLabel('Password').fill(ACCOUNT.password);
  await page.getByLabel('Device name').fill('Desk');
  await page.getByRole('button', {name: 'Finish setup'}).click();
  await expect(page.getByText('The server is not reachable.')).toBeVisible();
  await expect(page.getByText('Check the address and that the server runs.')).toBeVisible();
});

const IN_THE_WAY: readonly {
  readonly name: string;
  readonly reply: Reply;
  readonly state: string;
  readonly words: string;
}[] = [
  {
    name: 'another web server',
    reply: {status: 200, type: 'text/html', body: '<!doctype html><h1>It works!</h1>'},
    state: 'Sync problem',
    words: 'it is not an Aster server',
  },
  {
    name: 'a server that answers other JSON',
    reply: json(200, {hello: 'world'}),
    state: 'Sync problem',
    words: 'it is not an Aster server',
  },
  {
    name: 'HTML that calls itself JSON',
    reply: {status: 200, type: 'application/json', body: '<!doctype html><p>Hello</p>'},
    state: 'Sync problem',
    words: 'it is not an Aster server',
  },
  {
    name: 'a login page',
    reply: {
      status: 200,
      type: 'text/html',
      body: '<!doctype html><title>Sign in</title><form method="post"><input type="password" name="p"><button>Log in</button></form>',
    },
    state: 'Sync problem',
    words: 'A login page is in the way',
  },
  {
    name: 'a gateway without its server',
    reply: {status: 502, type: 'text/html', body: '<h1>502 Bad Gateway</h1>'},
    state: 'Server not reachable',
    words: 'The server is not reachable.',
  },
  {
    name: 'a server that is too new',
    reply: json(426, {error: {type: 'upgrade_needed', message: 'protocol 9', side: 'app'}}),
    state: 'Sync problem',
    words: 'This app is too old for the server.',
  },
];

for (const {name, reply, state, words} of IN_THE_WAY) {
  test(`${name} in the way: said in words, with a cure; edits are kept and go out afterwards`, async ({
    server,
    faultProxy,
    newDevice,
  }) => {
    const device = await newDevice('Desk', {at: faultProxy});
    await setUpServer(device, server.setupLink);
    await createNote(device, 'Plan', 'As agreed.');
    await isSynced(device);

    faultProxy.answerWith(isSync, reply);
    await replaceText(device, 'Written meanwhile.');
    await expect(status(device)).toContainText(state);
    const panel = await openSyncPanel(device);
    await expect(panel.getByText(words).first()).toBeVisible();
    await expect(
      panel
        .getByText('All changes are kept on this device.')
        .or(panel.getByText('Your notes are not affected.'))
        .first(),
    ).toBeVisible();
    await expect(outbox(device)).toHaveCount(1);

    faultProxy.answerNormally();
    await panel.getByRole('button', {name: 'Sync now'}).click();
    await expect(outbox(device)).toHaveCount(0);
    await closeSyncPanel(device);
    await isSynced(device);
    const observer = await observe(server, ACCOUNT);
    expect((await observer.note('Plan')).text).toContain('Written meanwhile.');
    await allAreEqual(observer, device);
  });
}

test('a proxy that refuses a change as too large: it is named and kept, and "Retry" sends it once the limit is raised', async ({
  server,
  faultProxy,
  newDevice,
}) => {
  const device = await newDevice('Desk', {at: faultProxy});
  await setUpServer(device, server.setupLink);
  await createNote(device, 'Plan', 'As agreed.');
  await isSynced(device);

  const isPush = (path: string): boolean => path.endsWith('/api/sync/push');
  faultProxy.answerWith(isPush, {status: 413, type: 'text/html', body: '<h1>413 Request Entity Too Large</h1>'});
  await replaceText(device, 'Written meanwhile.');
  await expect(status(device)).toContainText('Sync problem');
  const panel = await openSyncPanel(device);
  await expect(outbox(device)).toContainText('A message was too large');
  await expect(outbox(device)).toContainText('Raise the limit');
  faultProxy.answerNormally();
  await panel.getByRole('button', {name: 'Retry'}).click();
  await expect(outbox(device)).toHaveCount(0);
  await closeSyncPanel(device);
  await isSynced(device);
  expect((await (await observe(server, ACCOUNT)).note('Plan')).text).toContain('Written meanwhile.');
});

test('a server that no longer knows the device: the notes stay usable, signing in sends what waits', async ({
  server,
  faultProxy,
  newDevice,
}) => {
  const device = await newDevice('Desk', {at: faultProxy});
  const {page} = device;
  await setUpServer(device, server.setupLink);
  await createNote(device, 'Plan', 'As agreed.');
  await isSynced(device);
  faultProxy.answerWith(isSync, json(401, {error: {type: 'signed_out', message: 'unknown token'}}));
  await replaceText(device, 'Written meanwhile.');
  await expect(status(device)).toContainText('Signed out');
  await expect(page.getByText('Signed out: 1 change waits on this device')).toBeVisible();
  faultProxy.answerNormally();
  await page.getByRole('link', {name: 'Sign in'}).first().click();
  await page.getByLabel('Password').fill(ACCOUNT.password);
  await page.getByRole('button', {name: 'Sign in'}).click();
  await isSynced(device);
  expect((await (await observe(server, ACCOUNT)).note('Plan')).text).toContain('Written meanwhile.');
});

test('"Test sync" names what fails and what passes, line by line', async ({server, newDevice}) => {
  const device = await newDevice('Desk');
  const {page} = device;
  await startNotebook(device);
  await page.goto(`${device.address}options/sync`);
  const results = page.getByRole('list', {name: 'Results'}).getByRole('listitem');

  await page.getByLabel('Server instance address').fill(`http://127.0.0.1:${await freePort()}`);
  await page.getByRole('button', {name: 'Test sync'}).click();
  await expect(results.filter({hasText: 'Address: Passed'})).toBeVisible();
  await expect(results.filter({hasText: 'Server reachable: Failed'})).toContainText('Check the address');

  await page.getByLabel('Server instance address').fill(server.origin);
  await page.getByRole('button', {name: 'Test sync'}).click();
  for (const line of ['Address', 'Server reachable', 'An Aster server', 'Protocol version', 'Clock difference']) {
    await expect(results.filter({hasText: `${line}: Passed`})).toBeVisible();
  }
});
