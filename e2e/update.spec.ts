/** A new build of the app: never under anybody's hands, never half of one. */
import type {Page} from '@playwright/test';
import {setUpServer} from './fixtures/accounts.ts';
import {DEEP} from './fixtures/deep.ts';
import {appIsKept, type Device} from './fixtures/device.ts';
import {createServedFolder, type ServedFolder} from './fixtures/next-build.ts';
import {createNote, isSaved, openNote, textBox, titleBox} from './fixtures/notes.ts';
import {type Server, startServer} from './fixtures/server.ts';
import {isSynced} from './fixtures/sync-panel.ts';
import {test as base, expect} from './fixtures/test.ts';
import {notesTree} from './fixtures/tree.ts';

const test = base.extend<{folder: ServedFolder; server: Server}>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright wants a pattern
  folder: async ({}, use) => {
    const folder = await createServedFolder();
    await use(folder);
    await folder.remove();
  },
  server: async ({folder, serverOptions}, use) => {
    const server = await startServer({...serverOptions, root: folder.root});
    await use(server);
    await server.remove();
  },
});

async function upgrade(server: Server, folder: ServedFolder, version: string): Promise<void> {
  await server.stop();
  await folder.nextBuild(version);
  await server.start();
}

/** As the browser does by itself now and then. */
const lookForUpdate = (page: Page) =>
  page.evaluate(async () => void (await (await navigator.serviceWorker.getRegistration())?.update()));
const banner = (page: Page) => page.getByRole('region', {name: 'Update'});
const restart = (page: Page) => banner(page).getByRole('button', {name: 'Restart to update'});
const caches = (page: Page) => page.evaluate(async () => (await globalThis.caches.keys()).length);

async function openAbout(page: Page): Promise<void> {
  await page.getByRole('link', {name: 'Options'}).click();
  await page.getByRole('link', {name: 'About'}).click();
  await expect(page.getByRole('heading', {name: 'About'})).toBeVisible();
}

async function ready(device: Device, server: Server): Promise<void> {
  await setUpServer(device, server.setupLink);
  await isSynced(device);
  await appIsKept(device);
  await expect(banner(device.page)).toHaveCount(0);
}

test('a new build waits until the person agrees, and what is being typed then is saved', async ({
  server,
  folder,
  newDevice,
}) => {
  const device = await newDevice('Desk');
  const {page} = device;
  await ready(device, server);
  await createNote(device, 'Diary', 'before');
  await upgrade(server, folder, '9.9.9');
  await lookForUpdate(page);
  await expect(banner(page)).toContainText('Update ready');
  await page.reload();
  await expect(banner(page)).toContainText('Update ready');
  await openAbout(page);
  await expect(page.getByText('9.9.9')).toHaveCount(0);
  await page.getByRole('link', {name: 'Aster'}).click();
  await openNote(device, 'Diary');
  await textBox(device).click();
  await page.keyboard.press('End');
  await page.keyboard.type(' and after');
  await restart(page).click();
  await expect(banner(page)).toHaveCount(0);
  await expect(titleBox(device)).toHaveValue('Diary');
  await expect(textBox(device)).toHaveText('before and after');
  await isSynced(device);
  await openAbout(page);
  await expect(page.getByText('9.9.9')).toBeVisible();
  await server.stop();
  await page.reload();
  await expect(page.getByText('9.9.9')).toBeVisible();
});

test('"Later" puts it off; Options → About has it still', DEEP, async ({server, folder, newDevice}) => {
  const device = await newDevice('Desk');
  const {page} = device;
  await ready(device, server);
  await upgrade(server, folder, '9.9.9');
  await lookForUpdate(page);
  await banner(page).getByRole('button', {name: 'Later'}).click();
  await expect(banner(page)).toHaveCount(0);
  await openAbout(page);
  await expect(page.getByText('Update ready')).toBeVisible();
  await page.getByRole('button', {name: 'Restart to update'}).click();
  await expect(page.getByText('9.9.9')).toBeVisible();
  await expect(page.getByText('Update ready')).toHaveCount(0);
});

test(
  'another tab goes on in its old build, with files that the server no longer has, and its own restart ends that build',
  DEEP,
  async ({server, folder, newDevice}) => {
    const device = await newDevice('Desk');
    const {page} = device;
    await ready(device, server);
    await createNote(device, 'Shared', 'text');
    await isSynced(device);
    const address = page.url();
    const other = await device.context.newPage();
    await other.goto(new URL('/help', device.address).href);
    await expect(other.getByRole('heading', {level: 1})).toBeVisible();

    await upgrade(server, folder, '9.9.9');
    await lookForUpdate(page);
    await restart(page).click();
    await expect(banner(page)).toHaveCount(0);
    await expect(titleBox(device)).toHaveValue('Shared');
    expect(await caches(page)).toBe(2);

    // The editor is a file of its own, and this tab hasn't asked for it yet.
    const old: Device = {...device, page: other};
    await expect(banner(other)).toContainText('Update ready');
    await other.getByRole('link', {name: 'Aster'}).click();
    await expect(notesTree(old)).toBeVisible();
    await openNote(old, 'Shared');
    await textBox(old).click();
    await other.keyboard.press('End');
    await other.keyboard.type(' of the old tab');
    await isSaved(old);
    await expect(textBox(device)).toHaveText('text of the old tab');
    await textBox(device).click();
    await page.keyboard.press('End');
    await page.keyboard.type(', and of the new one');
    await expect(textBox(old)).toHaveText('text of the old tab, and of the new one');
    await isSynced(device, old);

    await restart(other).click();
    await expect(banner(other)).toHaveCount(0);
    await expect(titleBox(old)).toHaveValue('Shared');
    await other.goto(address);
    await expect(titleBox(old)).toHaveValue('Shared');
    await expect.poll(() => caches(page)).toBe(1);
  },
);

test('a build that is not whole on the server leaves the app as it is', DEEP, async ({server, folder, newDevice}) => {
  const device = await newDevice('Desk');
  const {page} = device;
  await ready(device, server);
  await server.stop();
  await folder.nextBuild('9.9.9');
  await folder.breakBuild();
  await server.start();
  await lookForUpdate(page).catch(() => undefined);
  await expect.poll(() => caches(page)).toBe(1);
  await server.stop();
  await page.reload();
  await expect(notesTree(device)).toBeVisible();
  await expect(banner(page)).toHaveCount(0);
  await server.start();
  await isSynced(device);
});

test(
  'a tab whose database a newer build has changed stops writing, says so, and has what was typed after the reload',
  DEEP,
  async ({server, newDevice}) => {
    const device = await newDevice('Desk');
    const {page} = device;
    await ready(device, server);
    await createNote(device, 'Diary', 'before');
    const other = await device.context.newPage();
    await other.goto(new URL('/favicon.svg', device.address).href);
    await changeVersion(other, 'up');
    await expect(page.getByText('A newer Aster is open in another tab')).toBeVisible();
    await textBox(device).click();
    await page.keyboard.press('End');
    await page.keyboard.type(' and after');
    await changeVersion(other, 'back');
    await page.getByRole('button', {name: 'Reload'}).first().click();
    await expect(textBox(device)).toHaveText('before and after');
    await isSynced(device);
  },
);

/** Opens the database as a newer build would; `back`: puts it as it was, as only a test can. */
async function changeVersion(page: Page, direction: 'up' | 'back'): Promise<void> {
  await page.evaluate(async (to) => {
    const done = <T>(request: IDBRequest<T>): Promise<T> =>
      new Promise((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
      });
    const [info] = (await indexedDB.databases()).filter(({name}) => name === 'aster');
    const version = info?.version ?? 0;
    if (to === 'up') {
      (await done(indexedDB.open('aster', version + 10))).close();
      return;
    }
    const newer = await done(indexedDB.open('aster'));
    const names = [...newer.objectStoreNames];
    const read = newer.transaction(names);
    const shapes = names.map((name) => {
      const store = read.objectStore(name);
      const indexes = [...store.indexNames].map((index) => ({name: index, keyPath: store.index(index).keyPath}));
      return {name, keyPath: store.keyPath, indexes, rows: store.getAll()};
    });
    await Promise.all(shapes.map(({rows}) => done(rows)));
    newer.close();
    await done(indexedDB.deleteDatabase('aster'));
    const opening = indexedDB.open('aster', version - 10);
    opening.onupgradeneeded = () => {
      for (const {name, keyPath, indexes, rows} of shapes) {
        const store = opening.result.createObjectStore(name, {keyPath});
        for (const index of indexes) store.createIndex(index.name, index.keyPath);
        for (const row of rows.result) store.put(row);
      }
    };
    (await done(opening)).close();
  }, direction);
}
