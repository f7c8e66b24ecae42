import {setUpServer, signIn} from './fixtures/accounts.ts';
import {deepUnless} from './fixtures/deep.ts';
import {type Device, goOffline, goOnline} from './fixtures/device.ts';
import {createNote, isSaved, openNote, textBox} from './fixtures/notes.ts';
import {ACCOUNT, observe} from './fixtures/observer.ts';
import type {Server} from './fixtures/server.ts';
import {allAreEqual, isSynced, status} from './fixtures/sync-panel.ts';
import {expect, test} from './fixtures/test.ts';

/** Two synced devices, both showing the note "List", whose text has two paragraphs. */
async function twoDevices(server: Server, newDevice: (name: string) => Promise<Device>): Promise<[Device, Device]> {
  const [a, b] = [await newDevice('Desk'), await newDevice('Couch')];
  await setUpServer(a, server.setupLink);
  await createNote(a, 'List', 'Milk and bread.');
  await putCursor(a, 'ControlOrMeta+End');
  await a.page.keyboard.press('Enter');
  await a.page.keyboard.type('Eggs.');
  await isSaved(a);
  await isSynced(a);
  await signIn(b);
  await openNote(b, 'List');
  await expect(paragraphs(b)).toHaveText(['Milk and bread.', 'Eggs.']);
  await isSynced(b);
  return [a, b];
}

function paragraphs(device: Device) {
  return textBox(device).locator('p');
}

async function putCursor(device: Device, key: string): Promise<void> {
  await textBox(device).click();
  await device.page.keyboard.press(key);
}

for (const first of ['older', 'newer'] as const) {
  test(
    `two devices write into one note offline, the ${first} edit goes out first: both are there, nobody is asked`,
    deepUnless(first === 'older'),
    async ({server, newDevice}) => {
      const [a, b] = await twoDevices(server, newDevice);
      for (const device of [a, b]) {
        await goOffline(device);
        await expect(status(device)).toContainText('Offline');
      }
      await putCursor(a, 'ControlOrMeta+Home');
      await a.page.keyboard.type('Oat ');
      await isSaved(a);
      await putCursor(b, 'ControlOrMeta+End');
      await b.page.keyboard.press('Enter');
      await b.page.keyboard.type('Tea.');
      await isSaved(b);

      for (const device of first === 'older' ? [a, b] : [b, a]) {
        await goOnline(device);
        await isSynced(device);
      }
      for (const device of [a, b])
        await expect(paragraphs(device)).toHaveText(['Oat Milk and bread.', 'Eggs.', 'Tea.']);
      const observer = await observe(server, ACCOUNT);
      await allAreEqual(observer, a, b);
      expect((await observer.conflicts()).map(({text}) => text)).toHaveLength(1);
      for (const device of [a, b]) await expect(device.page.getByText(/Another version was kept/)).toBeHidden();
    },
  );
}

test('what arrives while somebody types is put in when the typing pauses, and the cursor stays', async ({
  server,
  newDevice,
}) => {
  const [a, b] = await twoDevices(server, newDevice);
  await goOffline(b);
  await expect(status(b)).toContainText('Offline');
  await putCursor(a, 'ControlOrMeta+Home');
  await a.page.keyboard.type('Oat ');
  await isSaved(a);
  await isSynced(a);
  await putCursor(b, 'ControlOrMeta+End');
  await b.page.keyboard.type(' Tea.');
  await goOnline(b);
  await b.page.keyboard.type(' Jam.');
  await expect(paragraphs(b)).toHaveText(['Oat Milk and bread.', 'Eggs. Tea. Jam.']);
  await b.page.keyboard.type(' Rye.');
  for (const device of [a, b]) {
    await expect(paragraphs(device)).toHaveText(['Oat Milk and bread.', 'Eggs. Tea. Jam. Rye.']);
    await isSynced(device);
  }
  await allAreEqual(await observe(server, ACCOUNT), a, b);
});
