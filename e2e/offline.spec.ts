import {setUpServer, signIn} from './fixtures/accounts.ts';
import {DEEP, deepUnless} from './fixtures/deep.ts';
import {type Device, goOffline, goOnline} from './fixtures/device.ts';
import {createNote, openNote, rename, replaceText, textBox, titleBox} from './fixtures/notes.ts';
import {ACCOUNT, type Observer, observe} from './fixtures/observer.ts';
import {closeRevisions, openRevisions} from './fixtures/revisions.ts';
import type {Server} from './fixtures/server.ts';
import {allAreEqual, isSynced, status} from './fixtures/sync-panel.ts';
import {expect, test} from './fixtures/test.ts';
import {treeItem} from './fixtures/tree.ts';

interface Pair {
  readonly a: Device;
  readonly b: Device;
  readonly observer: Observer;
}

/** Two synced devices, both showing the note "Plan". */
async function twoDevices(server: Server, newDevice: (name: string) => Promise<Device>): Promise<Pair> {
  const [a, b] = [await newDevice('Desk'), await newDevice('Couch')];
  await setUpServer(a, server.setupLink);
  await createNote(a, 'Plan', 'As agreed.');
  await isSynced(a);
  await signIn(b);
  await openNote(b, 'Plan');
  await expect(textBox(b)).toHaveText('As agreed.');
  await isSynced(b);
  return {a, b, observer: await observe(server, ACCOUNT)};
}

async function airplaneMode(...devices: readonly Device[]): Promise<void> {
  for (const device of devices) {
    await goOffline(device);
    await expect(status(device)).toContainText('Offline');
  }
}

test('notes written in airplane mode and notes written elsewhere meanwhile are on both devices afterwards', async ({
  server,
  newDevice,
}) => {
  const {a, b, observer} = await twoDevices(server, newDevice);
  await airplaneMode(a);
  await createNote(a, 'From the plane', 'Above the clouds.');
  await openNote(a, 'Plan');
  await replaceText(a, 'As agreed, in the air.');
  await createNote(b, 'From the ground', 'Below the clouds.');
  await isSynced(b);
  await expect(status(a)).toContainText('Offline');

  await goOnline(a);
  await expect(treeItem(a, 'From the ground')).toBeVisible();
  await expect(treeItem(b, 'From the plane')).toBeVisible();
  await openNote(b, 'Plan');
  await expect(textBox(b)).toHaveText('As agreed, in the air.');
  await allAreEqual(observer, a, b);
  expect(await observer.conflicts()).toEqual([]);
});

for (const first of ['older', 'newer'] as const) {
  test(
    `both edit one note offline, the ${first} edit reconnects first: the newer text wins, the older is a revision everywhere`,
    deepUnless(first === 'older'),
    async ({server, newDevice}) => {
      const {a, b, observer} = await twoDevices(server, newDevice);
      await airplaneMode(a, b);
      await replaceText(a, 'The older text.');
      await replaceText(b, 'The newer text.');

      for (const device of first === 'older' ? [a, b] : [b, a]) {
        await goOnline(device);
        await isSynced(device);
      }
      await allAreEqual(observer, a, b);
      for (const device of [a, b]) {
        await expect(textBox(device)).toHaveText('The newer text.');
        const revisions = await openRevisions(device);
        const conflict = revisions.getByRole('listitem').filter({hasText: /conflict/i});
        await expect(conflict).toHaveCount(1);
        await expect(conflict).toContainText('Desk');
        await expect(conflict).toContainText(/\d{1,2}[:.]\d{2}/);
        await conflict.getByRole('button').first().click();
        await expect(revisions.getByText('The older text.')).toBeVisible();
        await closeRevisions(device);
      }
      expect((await observer.note('Plan')).text).toContain('The newer text.');
      const kept = await observer.conflicts();
      expect(kept).toHaveLength(1);
      expect(kept[0]?.text).toContain('The older text.');
    },
  );
}

for (const first of ['rename', 'edit'] as const) {
  test(
    `a rename on one device and a later edit of the text on the other both survive, the ${first} reconnects first`,
    DEEP,
    async ({server, newDevice}) => {
      const {a, b, observer} = await twoDevices(server, newDevice);
      await airplaneMode(a, b);
      await rename(a, 'Plan for autumn');
      await replaceText(b, 'As agreed, and more.');

      for (const device of first === 'rename' ? [a, b] : [b, a]) {
        await goOnline(device);
        await isSynced(device);
      }
      await allAreEqual(observer, a, b);
      for (const device of [a, b]) {
        await expect(titleBox(device)).toHaveValue('Plan for autumn');
        await expect(textBox(device)).toHaveText('As agreed, and more.');
      }
      const stored = await observer.note('Plan for autumn');
      expect(stored.text).toContain('As agreed, and more.');
    },
  );
}

test('two names given offline: the newer one wins, the older is a revision', DEEP, async ({server, newDevice}) => {
  const {a, b, observer} = await twoDevices(server, newDevice);
  await airplaneMode(a, b);
  await rename(a, 'Older name');
  await rename(b, 'Newer name');

  await goOnline(b);
  await isSynced(b);
  await goOnline(a);
  await isSynced(a);
  await allAreEqual(observer, a, b);
  for (const device of [a, b]) await expect(titleBox(device)).toHaveValue('Newer name');
  expect((await observer.conflicts()).map(({title}) => title)).toEqual(['Older name']);
});

test(
  'the text of an edit made offline survives a reload before the network is back',
  DEEP,
  async ({server, newDevice}) => {
    const {a, b, observer} = await twoDevices(server, newDevice);
    await a.page.evaluate(async () => void (await navigator.serviceWorker.ready));
    await airplaneMode(a);
    await replaceText(a, 'Kept through a reload.');
    await a.page.reload();
    await expect(textBox(a)).toHaveText('Kept through a reload.');
    await expect(status(a)).toContainText('Offline');
    await goOnline(a);
    await expect(textBox(b)).toHaveText('Kept through a reload.');
    await allAreEqual(observer, a, b);
  },
);
