import {setUpServer} from './fixtures/accounts.ts';
import {DEEP, deepUnless} from './fixtures/deep.ts';
import {appIsKept, type Device, goOffline, goOnline} from './fixtures/device.ts';
import {createNote, noteAddress, openNote, replaceText, textBox, titleBox} from './fixtures/notes.ts';
import {ACCOUNT, observe} from './fixtures/observer.ts';
import type {Server} from './fixtures/server.ts';
import {allAreEqual, isSynced, status} from './fixtures/sync-panel.ts';
import {expect, test} from './fixtures/test.ts';
import {treeItem} from './fixtures/tree.ts';

const NOTES = {Alpha: 'First text.', Beta: 'Second text.', Gamma: 'Third text.'} as const;

interface Outage {
  readonly name: string;
  readonly words: string;
  begin(device: Device, server: Server): Promise<void>;
  end(device: Device, server: Server): Promise<void>;
}

const OUTAGES: readonly Outage[] = [
  {name: 'in airplane mode', words: 'Offline', begin: goOffline, end: goOnline},
  {
    name: 'with the server down',
    words: 'Server not reachable',
    begin: (_device, server) => server.kill(),
    end: (_device, server) => server.start(),
  },
];

for (const {name, words, begin, end} of OUTAGES) {
  test(
    `${name} the status says "${words}", the app starts, shows every note, takes edits and syncs them afterwards`,
    deepUnless(words === 'Server not reachable'),
    async ({server, newDevice}) => {
      const device = await newDevice('Desk');
      await setUpServer(device, server.setupLink);
      for (const [title, text] of Object.entries(NOTES)) await createNote(device, title, text);
      const link = noteAddress(device);
      await isSynced(device);
      await appIsKept(device);

      await begin(device, server);
      await expect(status(device)).toContainText(words);

      // By reload, by the address of a note in a new tab, by the start address.
      await device.page.reload();
      await expect(titleBox(device)).toHaveValue('Gamma');
      await expect(status(device)).toContainText(words);
      const tab = await device.context.newPage();
      await tab.goto(link);
      await expect(tab.getByRole('textbox', {name: 'Title'})).toHaveValue('Gamma');
      await expect(tab.getByRole('status').getByText(words)).toBeVisible();
      await tab.close();
      await device.page.goto(device.address);
      for (const [title, text] of Object.entries(NOTES)) {
        await openNote(device, title);
        await expect(textBox(device)).toHaveText(text);
      }

      await replaceText(device, 'Written without a server.');
      await createNote(device, 'Delta', 'Made without a server.');
      await expect(treeItem(device, 'Delta')).toBeVisible();
      await expect(status(device)).toContainText(words);
      await expect(status(device)).toContainText(/[1-9]/);

      await end(device, server);
      await isSynced(device);
      const observer = await observe(server, ACCOUNT);
      expect((await observer.note('Gamma')).text).toContain('Written without a server.');
      expect((await observer.note('Delta')).text).toContain('Made without a server.');
      await allAreEqual(observer, device);
    },
  );
}

test('a server that stops and starts again is found again without a click', DEEP, async ({server, newDevice}) => {
  const device = await newDevice('Desk');
  await setUpServer(device, server.setupLink);
  await isSynced(device);
  await server.stop();
  await expect(status(device)).toContainText('Server not reachable');
  await server.start();
  await isSynced(device);
});
