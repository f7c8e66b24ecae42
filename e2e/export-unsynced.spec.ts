/** "Export unsynced changes": what waits, as a file, when nothing else helps. */
import {readFile} from 'node:fs/promises';
import type {Locator, Page} from '@playwright/test';
import {setUpServer} from './fixtures/accounts.ts';
import {DEEP} from './fixtures/deep.ts';
import {appIsKept, goOffline} from './fixtures/device.ts';
import {createNote, openNote, replaceText} from './fixtures/notes.ts';
import {ACCOUNT, observe} from './fixtures/observer.ts';
import {allAreEqual, closeSyncPanel, isSynced, openSyncPanel, status} from './fixtures/sync-panel.ts';
import {expect, test} from './fixtures/test.ts';

interface Exported {
  readonly device: string;
  readonly account: string;
  readonly changes: readonly {
    readonly title: string;
    readonly kind: string;
    readonly change: string;
    readonly refused: {readonly type: string; readonly cause: string} | null;
    readonly text?: string;
    readonly base: {readonly text?: string} | null;
  }[];
}

async function download(page: Page, button: Locator): Promise<Exported> {
  const started = page.waitForEvent('download');
  await button.click();
  const file = await started;
  expect(file.suggestedFilename()).toMatch(/^aster-unsynced-changes-\d{4}-\d\d-\d\d\.json$/);
  return JSON.parse(await readFile(await file.path(), 'utf8')) as Exported;
}

test('without a network and with the server gone, Options → Data gives all that waits as a file, and nothing of it is used up', async ({
  server,
  newDevice,
}) => {
  const device = await newDevice('Desk');
  const {page} = device;
  await setUpServer(device, server.setupLink);
  await createNote(device, 'Plan', 'As agreed.');
  await isSynced(device);
  await appIsKept(device);
  await page.goto(`${device.address}options/data`);
  const button = page.getByRole('button', {name: 'Export unsynced changes'});
  await expect(page.getByText('The server has everything that is on this device.')).toBeVisible();
  await expect(button).toBeDisabled();

  await server.kill();
  await goOffline(device);
  await page.goto(device.address);
  await openNote(device, 'Plan');
  await replaceText(device, 'Changed “without” a server: é 👩‍🚀.');
  await createNote(device, 'New one', 'Made without a server.');
  await page.goto(`${device.address}options/data`);
  await expect(page.getByText(/^3 changes on this device aren’t on a server yet\./)).toBeVisible();
  const {changes, ...about} = await download(page, button);
  expect(about).toMatchObject({device: 'Desk', account: ACCOUNT.username});
  expect(changes).toHaveLength(3);
  const [plan, made, place] = ['Plan', 'New one', 'New one'].map((title, index) =>
    changes.find((one) => one.title === title && one.kind === (index === 2 ? 'branch' : 'note')),
  );
  expect(plan).toMatchObject({change: 'edited', refused: null, text: '<p>Changed “without” a server: é 👩‍🚀.</p>'});
  expect(plan?.base?.text).toContain('As agreed.');
  expect(made).toMatchObject({change: 'created', text: '<p>Made without a server.</p>', base: null});
  expect(place).toMatchObject({change: 'created'});
  await expect(page.getByText(/^3 changes in aster-unsynced-changes-.*\.json\.$/)).toBeVisible();
  await expect(status(device)).toHaveText('Offline 3 waiting');

  await server.start();
  await device.context.setOffline(false);
  await isSynced(device);
  await allAreEqual(await observe(server, ACCOUNT), device);
});

test(
  'a refused change can be exported from the sync panel, with its cause',
  DEEP,
  async ({server, faultProxy, newDevice}) => {
    const device = await newDevice('Desk', {at: faultProxy});
    await setUpServer(device, server.setupLink);
    await createNote(device, 'Plan', 'As agreed.');
    await isSynced(device);
    faultProxy.answerWith((path) => path.endsWith('/api/sync/push'), {status: 413, type: 'text/html', body: ''});
    await replaceText(device, 'Too large for the proxy.');
    await expect(status(device)).toHaveText('Sync problem 1 refused');
    const panel = await openSyncPanel(device);
    const {changes} = await download(device.page, panel.getByRole('button', {name: 'Export unsynced changes'}));
    expect(changes).toMatchObject([
      {
        title: 'Plan',
        text: '<p>Too large for the proxy.</p>',
        refused: {type: 'too_large', cause: 'A message was too large for the server or for a proxy before it.'},
      },
    ]);
    faultProxy.answerNormally();
    await panel.getByRole('button', {name: 'Retry'}).click();
    await closeSyncPanel(device);
    await isSynced(device);
  },
);
