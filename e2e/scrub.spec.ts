/** What a disk changes is found and repaired without anybody pressing anything, and the sync panel says so. */
import type {Locator} from '@playwright/test';
import {setUpServer, startNotebook} from './fixtures/accounts.ts';
import {harmDevice, harmServer} from './fixtures/damage.ts';
import {DEEP} from './fixtures/deep.ts';
import type {Device} from './fixtures/device.ts';
import {createNote, openNote, textBox} from './fixtures/notes.ts';
import {ACCOUNT, observe} from './fixtures/observer.ts';
import {closeSyncPanel, isSynced, openSyncPanel, status} from './fixtures/sync-panel.ts';
import {expect, test} from './fixtures/test.ts';

// Half a minute of it is the server's own, before it begins.
test.describe.configure({timeout: 120_000});

/** The app lets so much pass before it begins to read. */
const BEGINS_AFTER = '00:31';

/** Only the time until it begins is skipped; it reads at its own pace. The tab may not lead yet when time is skipped first. */
async function readsUntil({page}: Device, isFound: Locator): Promise<void> {
  await expect(async () => {
    await page.clock.fastForward(BEGINS_AFTER);
    await expect(isFound).toBeVisible({timeout: 5_000});
  }).toPass({timeout: 40_000});
}

test('a note that is damaged on this device is found and repaired by itself, and the panel says so', async ({
  server,
  newDevice,
}) => {
  const a = await newDevice('Desk');
  await a.context.clock.install();
  await setUpServer(a, server.setupLink);
  await createNote(a, 'Diary', 'Long ago.');
  await createNote(a, 'Plan', 'As agreed.');
  await isSynced(a);
  const observer = await observe(server, ACCOUNT);
  const {id, stamp} = await observer.note('Plan');
  await openNote(a, 'Diary');
  await harmDevice(a, 'damaged', id, 'unread');
  await a.page.reload();

  const panel = await openSyncPanel(a);
  await expect(panel.getByText('Not yet')).toBeVisible();
  await readsUntil(a, panel.getByText('1 entry was damaged or missing, and repaired.'));
  await closeSyncPanel(a);
  await openNote(a, 'Plan');
  await expect(textBox(a)).toHaveText('As agreed.');
  await isSynced(a);
  expect(await observer.note('Plan')).toMatchObject({stamp, text: '<p>As agreed.</p>'});

  await a.page.reload();
  const later = await openSyncPanel(a);
  await expect(later.getByText('1 entry was damaged or missing, and repaired.')).toBeVisible();
});

test('a notebook without a server names what is damaged', DEEP, async ({newDevice}) => {
  const alone = await newDevice('Alone');
  await alone.context.clock.install();
  await startNotebook(alone);
  await createNote(alone, 'Plan', 'Mine.');
  const id = new URL(alone.page.url()).pathname.split('/').at(-1) ?? '';
  await createNote(alone, 'Diary', 'Long ago.');
  await harmDevice(alone, 'damaged', id, 'unread');
  await alone.page.reload();

  const panel = await openSyncPanel(alone);
  const section = panel.getByRole('region', {name: 'Could not be repaired'});
  await readsUntil(alone, section);
  await expect(section.getByRole('listitem')).toContainText('Plan');
  await expect(panel.getByText('1 entry was damaged or missing. Not everything could be repaired.')).toBeVisible();
  await section.getByRole('button', {name: 'Keep this device’s version'}).click();
  await expect(section).toBeHidden();
});

test(
  'a note that is damaged on the server is found there by itself, and this device gives it back',
  DEEP,
  async ({server, newDevice}) => {
    const a = await newDevice('Desk');
    await setUpServer(a, server.setupLink);
    await createNote(a, 'Plan', 'As agreed.');
    await isSynced(a);
    const {id, stamp} = await (await observe(server, ACCOUNT)).note('Plan');
    await harmServer(server, 'damaged', id, 'unread');
    await expect.poll(() => server.output(), {timeout: 90_000}).toContain('stored rows are not what the digest says');
    await expect(async () => {
      const observer = await observe(server, ACCOUNT);
      expect(await observer.note('Plan')).toMatchObject({stamp, text: '<p>As agreed.</p>'});
    }).toPass({timeout: 30_000});
    await expect(status(a)).toContainText('Synced');
  },
);
