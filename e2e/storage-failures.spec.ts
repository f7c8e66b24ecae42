/**
 * The browser's storage full, broken, upgraded, removed, closed under a page: what was typed stays in the page, the
 * words say so, the status doesn't go on saying "Synced", and once the cause is gone everything arrives, once.
 */
import {setUpServer, signIn} from './fixtures/accounts.ts';
import {badge} from './fixtures/conflicts.ts';
import {DEEP} from './fixtures/deep.ts';
import {crashTab, type Device, newTab} from './fixtures/device.ts';
import {createNote, isSaved, openNote, replaceText, textBox} from './fixtures/notes.ts';
import {ACCOUNT, observe} from './fixtures/observer.ts';
import {limitRoom, strangeTab} from './fixtures/room.ts';
import {allAreEqual, closeSyncPanel, isSynced, openSyncPanel, outbox, status} from './fixtures/sync-panel.ts';
import {expect, test} from './fixtures/test.ts';
import {treeItem} from './fixtures/tree.ts';

async function startWithNote(device: Device, setupLink: string): Promise<void> {
  await setUpServer(device, setupLink);
  await createNote(device, 'Plan', 'As agreed.');
  await isSynced(device);
  device.page.on('dialog', (dialog) => void dialog.accept()); // leaving with unsaved text is asked back
}

/** Types over the text, whether it can be stored or not. */
async function type(device: Device, text: string): Promise<void> {
  await textBox(device).click();
  await device.page.keyboard.press('ControlOrMeta+A');
  await device.page.keyboard.type(text);
  await expect(textBox(device)).toHaveText(text);
}

async function isNotSaved({page}: Device, says: string): Promise<void> {
  const note = page.getByRole('region', {name: 'Note', exact: true});
  await expect(note.getByText('Not saved')).toBeVisible();
  await expect(note.getByRole('alert').getByText(says, {exact: true})).toBeVisible();
  await expect(note.getByText('Your text is still here, in this page.')).toBeVisible();
}

test('a device without room: what is typed stays in the page, sync says why it stands still, and both go on when there is room', async ({
  server,
  newDevice,
}) => {
  const [a, b] = [await newDevice('Desk'), await newDevice('Couch')];
  const room = await limitRoom(a, server.origin);
  await startWithNote(a, server.setupLink);
  await signIn(b);
  await room.end();

  await type(a, 'Written without room.');
  await isNotSaved(a, 'This device has no room left.');
  await a.page.getByRole('link', {name: 'Options', exact: true}).first().click();
  const unsaved = a.page.getByRole('region', {name: 'Unsaved text'});
  await expect(unsaved.getByText('The text of a note could not be saved.')).toBeVisible();
  await unsaved.getByRole('link', {name: 'Open the note'}).click();
  await expect(unsaved).toBeHidden();
  await isNotSaved(a, 'This device has no room left.');
  await createNote(b, 'From elsewhere', 'Comes later.');
  await expect(status(a)).toContainText('Sync problem');
  const panel = await openSyncPanel(a);
  await expect(panel.getByText('This device has no room left.', {exact: true})).toBeVisible();
  await expect(panel.getByText('Free some space on the device, then try again.')).toBeVisible();

  await room.lift();
  await panel.getByRole('button', {name: 'Sync now'}).click();
  await closeSyncPanel(a);
  await isSynced(a);
  await expect(treeItem(a, 'From elsewhere')).toBeVisible();
  await a.page.getByRole('button', {name: 'Save again'}).click();
  await isSaved(a);
  const observer = await observe(server, ACCOUNT);
  await allAreEqual(observer, a, b);
  expect((await observer.note('Plan')).text).toContain('Written without room.');
  expect(await observer.conflicts()).toEqual([]);
});

/** From the next change on nothing can be stored, where `isBroken` is set in the page. */
async function addBreakage({page}: Device): Promise<void> {
  await page.addInitScript(() => {
    const {transaction} = IDBDatabase.prototype;
    IDBDatabase.prototype.transaction = function (names, mode, options) {
      if (mode === 'readwrite' && 'isBroken' in globalThis) throw new DOMException('the disk is gone', 'UnknownError');
      return transaction.call(this, names, mode, options);
    };
  });
}

async function breakStorage({page}: Device): Promise<void> {
  await page.evaluate(() => void Object.assign(globalThis, {isBroken: true}));
}

test(
  'a text that a killed page left is as old as it is: what another device wrote since stands, and the text is asked about',
  DEEP,
  async ({server, newDevice}) => {
    const [a, b] = [await newDevice('Desk'), await newDevice('Couch')];
    await addBreakage(a);
    await startWithNote(a, server.setupLink);
    await signIn(b);
    await openNote(b, 'Plan');
    await breakStorage(a);
    await type(a, 'Left behind.');
    await isNotSaved(a, 'The browser’s storage failed.');
    await crashTab(a);
    await replaceText(b, 'Written since.');
    await isSynced(b);

    const again = await newTab(a);
    await isSynced(again);
    await openNote(again, 'Plan');
    await expect(textBox(again)).toHaveText('Written since.');
    for (const device of [again, b]) await expect(badge(device, 1)).toBeVisible();
    const observer = await observe(server, ACCOUNT);
    expect((await observer.conflicts()).map(({text}) => text)).toEqual(['<p>Left behind.</p>']);
    await allAreEqual(observer, again, b);
  },
);

test(
  'a storage that fails: what is typed stays in the page, and a reload stores and sends it',
  DEEP,
  async ({server, newDevice}) => {
    const device = await newDevice('Desk');
    await addBreakage(device);
    await startWithNote(device, server.setupLink);
    await breakStorage(device);
    await type(device, 'Written on a broken disk.');
    await isNotSaved(device, 'The browser’s storage failed.');
    const panel = await openSyncPanel(device);
    await panel.getByRole('button', {name: 'Sync now'}).click();
    await expect(status(device)).toContainText('Sync problem');
    await expect(panel.getByText('The browser’s storage failed.', {exact: true})).toBeVisible();
    await expect(panel.getByText('Reload the page. Copy unsaved text first.')).toBeVisible();
    await panel.getByRole('button', {name: 'Reload'}).click();
    await arrives(device, server, 'Written on a broken disk.');
  },
);

test(
  'a newer Aster in another tab: this one stops and says so, and after a reload what was typed arrives',
  DEEP,
  async ({server, newDevice}) => {
    const device = await newDevice('Desk');
    await startWithNote(device, server.setupLink);
    const newer = await strangeTab(device);
    // An upgrade that doesn't happen in the end: the old tab has to stop all the same, and starts again as it is.
    await newer.evaluate(
      () =>
        new Promise<void>((resolve) => {
          const request = indexedDB.open('aster', 1000);
          request.onupgradeneeded = () => request.transaction?.abort();
          request.onerror = (event) => {
            event.preventDefault();
            resolve();
          };
        }),
    );
    await device.page.bringToFront();
    await expect(device.page.getByText('A newer Aster is open in another tab.').first()).toBeVisible();
    await expect(device.page.getByText('Reload this tab.').first()).toBeVisible();
    await expect(status(device)).toContainText('Sync problem');
    await type(device, 'Written in the old tab.');
    await isNotSaved(device, 'A newer Aster is open in another tab.');
    await device.page.getByRole('button', {name: 'Reload'}).first().click();
    await arrives(device, server, 'Written in the old tab.');
  },
);

test(
  'an older Aster that another tab keeps open: a new tab says so, and starts when that one is closed',
  DEEP,
  async ({newDevice}) => {
    const device = await newDevice('Desk');
    const {page} = device;
    const asleep = await strangeTab(device);
    // As a tab that the browser has frozen: it hears nothing of the newer one.
    await asleep.evaluate(async () => {
      const request = indexedDB.open('aster', 1);
      await new Promise((resolve) => request.addEventListener('success', resolve));
      Object.assign(globalThis, {held: request.result});
    });
    await page.goto(device.address);
    const problem = page.getByRole('region', {name: 'Problem'});
    await expect(problem.getByText('Another tab keeps an older Aster open.', {exact: true})).toBeVisible();
    await expect(problem.getByText('Close all other tabs of Aster, then reload this one.')).toBeVisible();
    await asleep.close();
    await problem.getByRole('button', {name: 'Reload'}).click();
    await expect(page.getByRole('heading', {level: 1})).toBeVisible();
    await expect(problem).toBeHidden();
  },
);

test('a notebook removed under its page: this is said, nothing empty is made in its place, and one tap brings the notes back', async ({
  server,
  newDevice,
}) => {
  const device = await newDevice('Desk');
  await startWithNote(device, server.setupLink);
  const stranger = await strangeTab(device);
  await stranger.evaluate(
    () =>
      new Promise<void>((resolve) => {
        indexedDB.deleteDatabase('aster').onsuccess = () => resolve();
      }),
  );
  await device.page.bringToFront();
  await expect(device.page.getByText('This notebook was removed from this browser.').first()).toBeVisible();
  await expect(device.page.getByText('Copy what you need from this tab, then reload it.').first()).toBeVisible();
  await expect(status(device)).toContainText('Sync problem');
  await type(device, 'To be copied.');
  await isNotSaved(device, 'This notebook was removed from this browser.');
  expect(await stranger.evaluate(async () => (await indexedDB.databases()).map(({name}) => name))).toEqual([]);

  await device.page.getByRole('button', {name: 'Reload'}).first().click();
  await expect(device.page.getByRole('heading', {name: 'The browser removed this device’s copy'})).toBeVisible();
  await device.page.getByRole('button', {name: 'Bring it back'}).click();
  await openNote(device, 'Plan');
  // Not even what was typed meanwhile is lost: it was drafted, and is saved as soon as there is a notebook again.
  await arrives(device, server, 'To be copied.');
});

test('a notebook that the browser clears under its page stays on the screen, and what was not sent is counted', async ({
  server,
  faultProxy,
  newDevice,
}) => {
  const device = await newDevice('Desk', {at: faultProxy});
  await startWithNote(device, server.setupLink);
  await faultProxy.stopListening();
  await replaceText(device, 'Not sent.');
  await expect(status(device)).toContainText('1 waiting');
  const session = await device.context.newCDPSession(device.page);
  await session.send('Storage.clearDataForOrigin', {
    origin: new URL(device.address).origin,
    storageTypes: 'indexeddb,local_storage',
  });
  await expect(device.page.getByText('This notebook was removed from this browser.').first()).toBeVisible();
  await expect(textBox(device)).toHaveText('Not sent.');
  await expect(status(device)).toContainText('1 waiting');
});

test(
  'a connection to the storage that the browser closed is opened again without a word',
  DEEP,
  async ({server, newDevice}) => {
    const device = await newDevice('Desk');
    await device.page.addInitScript(() => {
      const opened: IDBDatabase[] = [];
      const {open} = IDBFactory.prototype;
      IDBFactory.prototype.open = function (...args) {
        const request = open.apply(this, args);
        request.addEventListener('success', () => opened.push(request.result));
        return request;
      };
      Object.assign(globalThis, {closeStorage: () => opened.splice(0).map((database) => database.close())});
    });
    await startWithNote(device, server.setupLink);
    expect(
      await device.page.evaluate(() => (globalThis as unknown as {closeStorage(): unknown[]}).closeStorage().length),
    ).toBeGreaterThan(0);
    await replaceText(device, 'Written after the sleep.');
    await isSynced(device);
    await expect(device.page.getByRole('alert')).toHaveCount(0);
    const observer = await observe(server, ACCOUNT);
    expect((await observer.note('Plan')).text).toContain('Written after the sleep.');
    await allAreEqual(observer, device);
  },
);

test(
  'a fault of the app itself in a round is said, and once it is gone everything arrives',
  DEEP,
  async ({server, newDevice}) => {
    // Without the worker, which would send it in the page's stead.
    const device = await newDevice('Desk', {context: {serviceWorkers: 'block'}});
    const {page} = device;
    await startWithNote(device, server.setupLink);
    await page.evaluate(() => {
      const {timeout} = AbortSignal;
      Object.assign(globalThis, {mend: () => Object.assign(AbortSignal, {timeout})});
      AbortSignal.timeout = () => {
        throw new TypeError('AbortSignal.timeout is not a function');
      };
    });
    await replaceText(device, 'Written with a fault.');
    await expect(status(device)).toContainText('Sync problem 1 waiting');
    const panel = await openSyncPanel(device);
    await expect(panel.getByText('Something in Aster failed.', {exact: true})).toBeVisible();
    await expect(panel.getByText(/^Reload the page\. If it comes back, tell whoever runs the server/)).toBeVisible();
    await expect(panel.getByRole('button', {name: 'Reload'})).toBeVisible();
    await expect(outbox(device)).toHaveCount(1);
    await page.evaluate(() => void (globalThis as unknown as {mend(): void}).mend());
    await panel.getByRole('button', {name: 'Sync now'}).click();
    await expect(outbox(device)).toHaveCount(0);
    await closeSyncPanel(device);
    await arrives(device, server, 'Written with a fault.');
  },
);

async function arrives(device: Device, server: {readonly address: string}, text: string): Promise<void> {
  await expect(textBox(device)).toHaveText(text);
  const observer = await observe(server, ACCOUNT);
  await expect.poll(async () => (await observer.note('Plan')).text).toContain(text);
  await allAreEqual(observer, device);
  expect(await observer.conflicts()).toEqual([]);
}
