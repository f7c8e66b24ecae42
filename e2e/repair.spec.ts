/** A note that is harmed on either side, in each way: "Verify everything" finds and repairs it, and says what it can't. */

import {setUpServer, signIn, startNotebook} from './fixtures/accounts.ts';
import {FORGED_TITLE, HARMS, harmDevice, harmServer} from './fixtures/damage.ts';
import {DEEP, deepUnless} from './fixtures/deep.ts';
import {type Device, goOffline, goOnline, rowCounts, stepBackTaken} from './fixtures/device.ts';
import type {FaultProxy} from './fixtures/fault-proxy.ts';
import {createNote, openNote, rename, replaceText, textBox} from './fixtures/notes.ts';
import {ACCOUNT, type Observer, observe} from './fixtures/observer.ts';
import type {Server} from './fixtures/server.ts';
import {allAreEqual, closeSyncPanel, isSynced, openSyncPanel, status} from './fixtures/sync-panel.ts';
import {expect, test} from './fixtures/test.ts';
import {treeItem} from './fixtures/tree.ts';

const WHOLE = 'Everything is whole, and the same here and on the server.';
const REPAIRS = ['sync/buckets', 'sync/items', 'sync/fetch', 'sync/repair'];

/** One device that has everything and whose traffic is counted, one more, and what the server holds. */
async function twoDevices(
  server: Server,
  faultProxy: FaultProxy,
  newDevice: (name: string, options?: {at: FaultProxy}) => Promise<Device>,
): Promise<{a: Device; b: Device; observer: Observer; id: string}> {
  const a = await newDevice('Desk', {at: faultProxy});
  await setUpServer(a, server.setupLink);
  await createNote(a, 'Diary', 'Long ago.');
  await createNote(a, 'Plan', 'As agreed.');
  await isSynced(a);
  const b = await newDevice('Couch');
  await signIn(b);
  await openNote(b, 'Plan');
  await isSynced(b);
  const observer = await observe(server, ACCOUNT);
  return {a, b, observer, id: (await observer.note('Plan')).id};
}

async function openSyncOptions({page, address}: Device): Promise<void> {
  await page.goto(`${address}options/sync`);
  await expect(page.getByRole('heading', {name: 'Are all notes whole?'})).toBeVisible();
}

async function verifyEverything(device: Device, finds: string | RegExp): Promise<void> {
  const button = device.page.getByRole('button', {name: 'Verify everything'});
  await button.click();
  await expect(button).not.toHaveAttribute('aria-disabled', 'true');
  await expect(device.page.getByRole('main').getByText(finds)).toBeVisible();
}

for (const side of ['device', 'server'] as const) {
  for (const harm of HARMS) {
    test(
      `a note that is ${harm} on the ${side} is repaired within three requests, and other devices see nothing of it`,
      deepUnless(side === 'server' && harm === 'damaged'),
      async ({server, faultProxy, newDevice}) => {
        const {a, b, observer, id} = await twoDevices(server, faultProxy, newDevice);
        const {stamp} = await observer.note('Plan');
        await openSyncOptions(a);
        await isSynced(a);
        if (side === 'device') await harmDevice(a, harm, id);
        else await harmServer(server, harm, id);

        const before = faultProxy.traffic().length;
        await verifyEverything(
          a,
          /^1 entry was damaged or missing on one side and repaired\. Both sides hold the same again\.$/,
        );
        const repair = faultProxy
          .traffic()
          .slice(before)
          .filter(({path}) => REPAIRS.includes(path));
        const sum = (of: 'upBytes' | 'downBytes'): number => repair.reduce((total, one) => total + one[of], 0);
        console.log(
          `repair of a note ${harm} on the ${side}: ${repair.map(({path}) => path).join(', ')}; ` +
            `${sum('upBytes')} bytes up, ${sum('downBytes')} down`,
        );
        expect(repair.length).toBeLessThanOrEqual(3);

        await verifyEverything(a, WHOLE);
        await allAreEqual(observer, a, b);
        expect(await observer.note('Plan')).toMatchObject({stamp, text: '<p>As agreed.</p>'});
        expect(await observer.counts()).not.toHaveProperty('revision');
        const forged = (await observer.notes()).filter(({title}) => title === FORGED_TITLE);
        expect(forged).toHaveLength(harm === 'forged' ? 1 : 0);
        const {note} = await observer.counts();
        for (const device of [a, b]) expect((await rowCounts(device)).notes, device.name).toBe(note);
        await expect(textBox(b)).toHaveText('As agreed.');
        await reopen(a);
        await expect(textBox(a)).toHaveText('As agreed.');
      },
    );
  }
}

test(
  'digests that differ are repaired by the next round, without being asked for',
  DEEP,
  async ({server, faultProxy, newDevice}) => {
    const {a, b, observer, id} = await twoDevices(server, faultProxy, newDevice);
    await harmServer(server, 'lost', id);
    await replaceText(b, 'Changed on the couch.');
    await allAreEqual(observer, a, b);
    await expect(textBox(a)).toHaveText('Changed on the couch.');
    expect(await observer.conflicts()).toEqual([]);
  },
);

test(
  'a difference that repairs can’t end is told in words, with both digests, and sync goes on when it is over',
  DEEP,
  async ({server, faultProxy, newDevice}) => {
    const {a, b, observer} = await twoDevices(server, faultProxy, newDevice);
    const root = 'A'.repeat(43);
    faultProxy.alterAnswers(
      ['hello', 'pull', 'push', 'buckets', 'items', 'repair'].map((call) => `sync/${call}`),
      (answer) => ({...answer, root}),
    );
    await replaceText(a, 'Written meanwhile.');
    await expect(status(a)).toContainText('Sync problem');
    const panel = await openSyncPanel(a);
    await expect(panel.getByText('The notes here and on the server are not the same after syncing.')).toBeVisible();
    await expect(panel.locator(`[data-server-root="${root}"]`)).toBeVisible();
    await expect(panel.getByText('Not the same as the server')).toBeVisible();
    await expect(panel.getByRole('link', {name: 'Verify in Options → Sync'})).toBeVisible();
    expect(faultProxy.count('sync/buckets')).toBe(3);
    await panel.getByRole('button', {name: 'Sync now'}).click();
    await expect(panel.getByRole('button', {name: 'Sync now'})).not.toHaveAttribute('aria-disabled', 'true');
    expect(faultProxy.count('sync/buckets')).toBe(3);
    await closeSyncPanel(a);
    faultProxy.answerNormally();
    await replaceText(a, 'Written afterwards.');
    await allAreEqual(observer, a, b);
    await expect(textBox(b)).toHaveText('Written afterwards.');
  },
);

test('a note that no side has whole is named with its choices: kept, it goes to all as it is now', async ({
  server,
  faultProxy,
  newDevice,
}) => {
  const {a, b, observer, id} = await twoDevices(server, faultProxy, newDevice);
  await b.context.close();
  await openSyncOptions(a);
  await harmDevice(a, 'damaged', id);
  await harmServer(server, 'damaged', id);
  await verifyEverything(a, 'Not everything could be repaired.');
  await expect(status(a)).toContainText('Sync problem');

  const panel = await openSyncPanel(a);
  const section = panel.getByRole('region', {name: 'Could not be repaired'});
  await expect(section.getByRole('listitem')).toContainText('Plan');
  await section.getByRole('button', {name: 'Remove it'}).click();
  const question = a.page.getByRole('dialog', {name: 'Remove it?'});
  await question.getByRole('button', {name: 'Cancel'}).click();
  await expect(question).toBeHidden();
  await section.getByRole('button', {name: 'Keep this device’s version'}).click();
  await expect(section).toBeHidden();
  await closeSyncPanel(a);
  await allAreEqual(observer, a);
  expect((await observer.note('Plan')).text).toBe('#');
  await reopen(a);
  await expect(textBox(a)).toHaveText('#');
});

test(
  'a title is changed beside a text that is damaged here and gone everywhere else: said, and kept as it is',
  DEEP,
  async ({server, faultProxy, newDevice}) => {
    const {a, b, observer, id} = await twoDevices(server, faultProxy, newDevice);
    await b.context.close();
    await harmDevice(a, 'damaged', id);
    await harmServer(server, 'lost', id);
    await rename(a, 'Plan B');
    await expect(status(a)).toContainText('Sync problem');
    const panel = await openSyncPanel(a);
    await expect(
      panel.getByText('Part of this change is damaged or missing on this device, and the server does not have it.'),
    ).toBeVisible();
    const section = panel.getByRole('region', {name: 'Could not be repaired'});
    await section.getByRole('button', {name: 'Keep this device’s version'}).click();
    await expect(section).toBeHidden();
    await closeSyncPanel(a);
    await allAreEqual(observer, a);
    expect((await observer.note('Plan B')).text).toBe('#');
  },
);

test('removed, it comes back from a device that has it whole', DEEP, async ({server, faultProxy, newDevice}) => {
  const {a, b, observer, id} = await twoDevices(server, faultProxy, newDevice);
  const {stamp} = await observer.note('Plan');
  await goOffline(b);
  await openSyncOptions(a);
  await harmDevice(a, 'damaged', id);
  await harmServer(server, 'damaged', id);
  await verifyEverything(a, 'Not everything could be repaired.');
  await a.page.getByRole('main').getByRole('button', {name: 'Remove it'}).click();
  await a.page.getByRole('dialog', {name: 'Remove it?'}).getByRole('button', {name: 'Remove', exact: true}).click();
  await expect(a.page.getByRole('region', {name: 'Could not be repaired'})).toBeHidden();
  await stepBackTaken(a.page);
  await isSynced(a);

  await goOnline(b);
  await allAreEqual(observer, a, b);
  expect(await observer.note('Plan')).toMatchObject({stamp, text: '<p>As agreed.</p>'});
  await reopen(a);
  await expect(textBox(a)).toHaveText('As agreed.');
});

test(
  'without its server a device verifies itself and says so; a notebook without a server can be verified, too',
  DEEP,
  async ({server, faultProxy, newDevice}) => {
    const {a} = await twoDevices(server, faultProxy, newDevice);
    await openSyncOptions(a);
    await isSynced(a);
    await faultProxy.stopListening();
    await verifyEverything(a, 'Everything on this device is whole; the server could not be asked.');
    await expect(a.page.getByRole('main').getByText('The server is not reachable.')).toBeVisible();

    const alone = await newDevice('Alone');
    await startNotebook(alone);
    await createNote(alone, 'Plan', 'Mine.');
    await openSyncOptions(alone);
    await verifyEverything(alone, 'Everything on this device is whole.');
  },
);

test(
  '"Force full sync" gets everything again, keeps what waits, and leaves the notebook usable',
  DEEP,
  async ({server, faultProxy, newDevice}) => {
    const {a, b, observer, id} = await twoDevices(server, faultProxy, newDevice);
    await harmDevice(a, 'lost', id);
    await openNote(a, 'Diary');
    await goOffline(a);
    await replaceText(a, 'Waits here.');
    await a.page.getByRole('link', {name: 'Options'}).first().click();
    await a.page.getByRole('button', {name: 'Force full sync'}).click();
    const question = a.page.getByRole('dialog', {name: 'Force full sync?'});
    await expect(question).toContainText('what waits here (1 change) is kept and sent');
    const held = faultProxy.hold('sync/pull', 'after');
    await goOnline(a);
    await question.getByRole('button', {name: 'Get everything again'}).click();
    await held.arrived;
    await expect(status(a)).toContainText('Syncing');
    await a.page.getByRole('link', {name: 'Aster'}).click();
    await expect(treeItem(a, 'Diary')).toBeVisible();
    await held.pass();
    await allAreEqual(observer, a, b);
    expect((await observer.note('Diary')).text).toBe('<p>Waits here.</p>');
    await reopen(a);
    await expect(textBox(a)).toHaveText('As agreed.');
    expect(await observer.conflicts()).toEqual([]);
  },
);

/** The note "Plan" from the tree, read from the storage. */
async function reopen(device: Device): Promise<void> {
  await device.page.goto(device.address);
  await openNote(device, 'Plan');
}
