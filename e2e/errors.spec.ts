import {beginSignIn, fillSetup, openSetupLink, setUpServer, signIn, startNotebook} from './fixtures/accounts.ts';
import {freePort} from './fixtures/free-port.ts';
import {ACCOUNT} from './fixtures/observer.ts';
import {isSynced} from './fixtures/sync-panel.ts';
import {expect, test} from './fixtures/test.ts';
import {notesTree} from './fixtures/tree.ts';

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
