/** Plain http at a name of the network: what browsers refuse there, and what Aster says of it. */

import {startNotebook} from './fixtures/accounts.ts';
import {DEEP} from './fixtures/deep.ts';
import {createNote} from './fixtures/notes.ts';
import {line, openSyncOptions, saveServer, serverAddress, testSync} from './fixtures/sync-options.ts';
import {expect, test} from './fixtures/test.ts';

test.use({
  launchOptions: async ({launchOptions: {args = [], ...others}}, use) => {
    await use({...others, args: [...args, '--host-resolver-rules=MAP notes.test 127.0.0.1']});
  },
});

test(
  'a page without TLS keeps notes, says what it can’t do, and names the server that has no TLS',
  DEEP,
  async ({server, newDevice}) => {
    const address = server.address.replace('127.0.0.1', 'notes.test');
    const device = await newDevice('Phone', {at: {address}});
    const {page} = device;
    await startNotebook(device);
    await createNote(device, 'Plan', 'As agreed.');
    await openSyncOptions(device);
    await expect(page.getByText('This page is not on a secure connection.')).toBeVisible();

    const host = new URL(address).host;
    await saveServer(device, host);
    await expect(page.getByRole('alert')).toContainText('The server there has no TLS');
    await expect(page.getByRole('alert')).toContainText(`enter http://${host}`);
    await saveServer(device, `http://${host}`);
    await expect(page.getByText('Saved.')).toBeVisible();
    await expect(serverAddress(device)).toHaveValue(`http://${host}`);

    await testSync(device);
    await expect(line(device, 'TLS')).toContainText('Others on the network can read what is sent');
    await expect(line(device, 'Service worker')).toContainText('starts Aster offline only from a page with TLS');
    await page.getByRole('button', {name: 'Copy report'}).click();
    await expect(page.getByRole('textbox', {name: 'Report'})).toHaveValue(/TLS: Works, but/);
    await page.goto(`${address}options/data`);
    await expect(page.getByText('This browser doesn’t tell how much room there is.')).toBeVisible();
  },
);
