/** What this browser does with the notes, as Options → Data and "Test sync" say it: kept or not, little room, no service worker. */
import {setUpServer, startNotebook} from './fixtures/accounts.ts';
import {DEEP} from './fixtures/deep.ts';
import {appIsKept} from './fixtures/device.ts';
import {createNote} from './fixtures/notes.ts';
import {line, openSyncOptions, serverAddress, testSync} from './fixtures/sync-options.ts';
import {isSynced} from './fixtures/sync-panel.ts';
import {expect, test} from './fixtures/test.ts';

test(
  'a browser that doesn’t keep the notes for good: what that means, a button that asks, and what it answered',
  DEEP,
  async ({server, newDevice}) => {
    const device = await newDevice('Desk');
    const {page} = device;
    await startNotebook(device);
    await page.goto(`${device.address}options/data`);
    await expect(page.getByText(/^The browser may remove the notes when the device runs out of room/)).toBeVisible();
    await page.getByRole('button', {name: 'Keep offline data'}).click();
    await expect(page.getByText(/^The browser didn’t agree\./)).toBeVisible();
    await openSyncOptions(device);
    await serverAddress(device).fill(server.origin);
    await testSync(device);
    await expect(line(device, 'Storage persisted')).toContainText('install Aster as an app');
  },
);

test('little room left: it is said with what helps, in both places', DEEP, async ({server, newDevice}) => {
  const device = await newDevice('Desk');
  const {page} = device;
  await setUpServer(device, server.setupLink);
  await createNote(device, 'Plan', 'As agreed.');
  await isSynced(device);
  await device.context.addInitScript(tellLittleRoom);
  await page.goto(`${device.address}options/data`);
  await expect(page.getByText('There is little room left for notes.')).toBeVisible();
  await expect(page.getByText(/In a private window the room is small, use an ordinary one\./)).toBeVisible();
  await openSyncOptions(device);
  await testSync(device);
  await expect(line(device, 'Storage room')).toContainText('Free some space on the device soon');
});

test(
  'a window that refuses service workers: notes are stored and synced, and what doesn’t work is said',
  DEEP,
  async ({server, newDevice}) => {
    const device = await newDevice('Desk', {context: {serviceWorkers: 'block'}});
    const {page} = device;
    await setUpServer(device, server.setupLink);
    await createNote(device, 'Plan', 'As agreed.');
    await isSynced(device);
    await page.goto(`${device.address}options/data`);
    await expect(page.getByText('In this window Aster doesn’t start without a network.')).toBeVisible();
    await openSyncOptions(device);
    await testSync(device);
    await expect(line(device, 'Service worker')).toContainText('Private windows and some settings of browsers');
  },
);

/** Chromium tells no page how much room the device really has: it is told here what others tell. */
function tellLittleRoom(): void {
  navigator.storage.estimate = async () => ({usage: 95_000_000, quota: 100_000_000});
}

test('an ordinary window starts offline, and nothing is said', DEEP, async ({server, newDevice}) => {
  const device = await newDevice('Desk');
  await setUpServer(device, server.setupLink);
  await appIsKept(device);
  await device.page.goto(`${device.address}options/data`);
  await expect(device.page.getByRole('heading', {name: 'Options'})).toBeVisible();
  await expect(device.page.getByText('In this window Aster doesn’t start without a network.')).toBeHidden();
  await expect(device.page.getByText('There is little room left for notes.')).toBeHidden();
});
