import {cp, mkdir, rename, rm} from 'node:fs/promises';
import {beginSignIn, fillSetup, openSetupLink, setUpServer, signIn, startNotebook} from './fixtures/accounts.ts';
import {DEEP} from './fixtures/deep.ts';
import {freePort} from './fixtures/free-port.ts';
import {createNote, replaceText} from './fixtures/notes.ts';
import {ACCOUNT, observe} from './fixtures/observer.ts';
import type {Server} from './fixtures/server.ts';
import {allAreEqual, closeSyncPanel, isSynced, openSyncPanel, status} from './fixtures/sync-panel.ts';
import {expect, test} from './fixtures/test.ts';
import {notesTree} from './fixtures/tree.ts';

test(
  'a wrong setup code is refused in words, and the right one works without typing the rest again',
  DEEP,
  async ({server, newDevice}) => {
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
  },
);

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

test(
  'too many wrong passwords: the wait is told, and the right one works after it',
  DEEP,
  async ({server, newDevice}) => {
    const [a, b] = [await newDevice('Desk'), await newDevice('Couch')];
    await setUpServer(a, server.setupLink);
    const {page} = b;
    await page.goto(b.address);
    await page.getByLabel('Username').fill(ACCOUNT.username);
    await page.getByLabel('Password').fill(ACCOUNT.password);
    const guess = async (): Promise<string> => {
      const body = JSON.stringify({username: ACCOUNT.username, password: 'a wrong guess', deviceName: 'x'});
      const headers = {'content-type': 'application/json'};
      const answer = await fetch(`${server.address}api/login`, {method: 'POST', headers, body});
      return ((await answer.json()) as {error: {type: string}}).error.type;
    };
    // After ten from one network each guess that is let through makes the next wait longer.
    for (let guesses = 1; guesses <= 12; guesses++) await expect.poll(guess).toBe('wrong_credentials');
    await page.getByRole('button', {name: 'Sign in'}).click();
    await expect(page.getByText('Too many tries.', {exact: true})).toBeVisible();
    await expect(page.getByText(/^Wait \d+ seconds?, then try again\.$/)).toBeVisible();
    await expect(async () => {
      const isIn = await notesTree(b).isVisible();
      if (!isIn) await page.getByRole('button', {name: 'Sign in'}).click({timeout: 1000});
      await expect(notesTree(b)).toBeVisible({timeout: 5000});
    }).toPass();
    await isSynced(b);
  },
);

test(
  'two people at one setup link: the second is told that the server is set up, and signs in from there',
  DEEP,
  async ({server, newDevice}) => {
    const [a, b] = [await newDevice('Desk'), await newDevice('Couch')];
    await openSetupLink(b, server.setupLink);
    await setUpServer(a, server.setupLink);
    await fillSetup(b, ACCOUNT);
    await expect(b.page.getByText('This server is already set up.', {exact: true})).toBeVisible();
    await expect(b.page.getByText('Sign in with its account instead.')).toBeVisible();
    await b.page.getByRole('link', {name: 'Sign in'}).click();
    await b.page.getByLabel('Username').fill(ACCOUNT.username);
    await b.page.getByLabel('Password').fill(ACCOUNT.password);
    await b.page.getByRole('button', {name: 'Sign in'}).click();
    await isSynced(b);
  },
);

test(
  'the data folder of the server replaced by an older one is healed; by an empty one, another one: each is told, nothing is mixed, and with the right one everything arrives',
  DEEP,
  async ({server, newDevice}) => {
    test.slow();
    const device = await newDevice('Desk');
    const {page} = device;
    await setUpServer(device, server.setupLink);
    await createNote(device, 'Plan', 'As agreed.');
    await isSynced(device);
    const older = await keepFolder(server);
    await replaceText(device, 'As agreed later.');
    await isSynced(device);
    const right = await keepFolder(server);

    await putFolder(server, older);
    await replaceText(device, 'Written meanwhile.');
    await expect
      .poll(async () => (await (await observe(server, ACCOUNT)).note('Plan')).text)
      .toContain('Written meanwhile.');
    await isSynced(device);

    await putFolder(server, null);
    await replaceText(device, 'Written while it was empty.');
    await (await openSyncPanel(device)).getByRole('button', {name: 'Sync now'}).click();
    await expect(status(device)).toContainText('Signed out 1 waiting');
    await closeSyncPanel(device);
    await page.getByRole('link', {name: 'Sign in'}).first().click();
    await page.getByLabel('Password').fill(ACCOUNT.password);
    await page.getByRole('button', {name: 'Sign in'}).click();
    await expect(page.getByText('This server has no account yet.', {exact: true})).toBeVisible();
    await expect(page.getByText('Set it up first, with the link that it printed when it started.')).toBeVisible();

    const stranger = {username: 'bob', password: 'another horse battery'};
    await setUpServer(await newDevice('Elsewhere'), server.setupLink, stranger);
    await page.getByLabel('Username').fill(stranger.username);
    await page.getByLabel('Password').fill(stranger.password);
    await page.getByRole('button', {name: 'Sign in'}).click();
    await expect(page.getByText('This browser’s notebook belongs to another account.', {exact: true})).toBeVisible();
    const titles = (await (await observe(server, stranger)).notes()).map(({title}) => title);
    expect(titles).not.toContain('Plan');

    await putFolder(server, right);
    await page.getByLabel('Username').fill(ACCOUNT.username);
    await page.getByLabel('Password').fill(ACCOUNT.password);
    await page.getByRole('button', {name: 'Sign in'}).click();
    await isSynced(device);
    const observer = await observe(server, ACCOUNT);
    expect((await observer.note('Plan')).text).toContain('Written while it was empty.');
    expect(await observer.conflicts()).toEqual([]);
    await allAreEqual(observer, device);
  },
);

/** A copy of the data folder as it is now. */
async function keepFolder(server: Server): Promise<string> {
  await server.stop();
  const copy = `${server.dataDir}-${Date.now()}`;
  await cp(server.dataDir, copy, {recursive: true});
  await server.start();
  return copy;
}

/** The server goes on with this copy, which is used up, or with an empty folder. */
async function putFolder(server: Server, copy: string | null): Promise<void> {
  await server.stop();
  await rm(server.dataDir, {recursive: true});
  if (copy === null) await mkdir(server.dataDir);
  else await rename(copy, server.dataDir);
  await server.start();
}

test('"Test sync" names what fails and what passes, line by line', DEEP, async ({server, newDevice}) => {
  const device = await newDevice('Desk');
  const {page} = device;
  await startNotebook(device);
  await setUpServer(await newDevice('Elsewhere'), server.setupLink);
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
  const signedIn = results.filter({hasText: 'Signed in: Not tested'});
  await expect(signedIn).toContainText('This device has not signed in yet.');
});
