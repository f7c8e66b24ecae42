/** What happens to edits when no page is open: the service worker sends them, or the next start does. */

import {setUpServer, signIn} from './fixtures/accounts.ts';
import {DEEP} from './fixtures/deep.ts';
import {appIsKept, goOffline, rowCounts} from './fixtures/device.ts';
import {createNote, openNote, replaceText, textBox} from './fixtures/notes.ts';
import {ACCOUNT, observe} from './fixtures/observer.ts';
import {isSynced, status} from './fixtures/sync-panel.ts';
import {expect, test} from './fixtures/test.ts';
import {notesTree} from './fixtures/tree.ts';
import {workerOf} from './fixtures/worker.ts';

test('edits made without a network arrive after the page was closed and it came back', async ({
  server,
  faultProxy,
  newDevice,
}) => {
  const [a, b] = [await newDevice('Desk', {at: faultProxy}), await newDevice('Couch')];
  await setUpServer(a, server.setupLink);
  await createNote(a, 'Plan', 'As agreed.');
  await isSynced(a);
  await appIsKept(a);
  await signIn(b);
  await openNote(b, 'Plan');
  await faultProxy.stopListening();
  await replaceText(a, 'As changed offline.');
  await expect(status(a)).toContainText('Server not reachable');
  await a.page.close();
  await faultProxy.listen();
  await expect(textBox(b)).toHaveText('As changed offline.', {timeout: 60_000});
});

/** A page that goes tells the worker more than once, and each of these may be a try of its own. */
const TRIES_OF_WORKER = {
  'a page that goes hands what it could not send to the worker': 0,
  'what the worker could not send for a page that went, it tries again': 3,
};

for (const [name, lost] of Object.entries(TRIES_OF_WORKER)) {
  test(name, DEEP, async ({server, faultProxy, newDevice}) => {
    const device = await newDevice('Desk', {at: faultProxy});
    await setUpServer(device, server.setupLink);
    await createNote(device, 'Plan', 'As agreed.');
    await isSynced(device);
    await appIsKept(device);
    const observer = await observe(server, ACCOUNT);
    let held = faultProxy.hold('sync/push', 'before');
    await replaceText(device, 'As changed.');
    await held.arrived;
    await device.context.newPage();
    await device.page.close({runBeforeUnload: true});
    for (let tries = 0; tries < lost; tries++) {
      const before = held;
      held = faultProxy.hold('sync/push', 'before');
      before.drop();
      await held.arrived;
    }
    held.drop();
    await expect.poll(async () => (await observer.note('Plan')).text, {timeout: 30_000}).toContain('As changed.');
  });
}

test(
  'a worker that was killed sends when it is woken, once, and leaves the page nothing to do',
  DEEP,
  async ({server, faultProxy, newDevice}) => {
    const device = await newDevice('Desk', {at: faultProxy});
    await setUpServer(device, server.setupLink);
    await createNote(device, 'Plan', 'As agreed.');
    await isSynced(device);
    await appIsKept(device);
    const worker = await workerOf(device);
    const observer = await observe(server, ACCOUNT);
    await faultProxy.stopListening();
    await replaceText(device, 'As changed.');
    await expect(status(device)).toContainText('Server not reachable');
    await device.page.goto('about:blank');
    await worker.kill();
    await faultProxy.listen();
    const pushes = faultProxy.count('sync/push');
    await worker.sync();
    await expect.poll(async () => (await observer.note('Plan')).text).toContain('As changed.');
    await worker.sync();
    await device.page.goto(device.address);
    await isSynced(device);
    expect(faultProxy.count('sync/push')).toBe(pushes + 1);
  },
);

test('the worker fetches what others wrote when it is woken for that', DEEP, async ({server, newDevice}) => {
  const [a, b] = [await newDevice('Desk'), await newDevice('Couch')];
  await setUpServer(a, server.setupLink);
  await isSynced(a);
  await appIsKept(a);
  await signIn(b);
  await isSynced(b);
  const worker = await workerOf(a);
  // A page of the same origin that isn't the app: only the worker can write.
  await a.page.goto(new URL('favicon.svg', a.address).href);
  const {notes: before = 0} = await rowCounts(a);
  await createNote(b, 'From the couch', 'Text.');
  await isSynced(b);
  await worker.periodicSync();
  await expect.poll(async () => (await rowCounts(a)).notes).toBe(before + 1);
  await goOffline(a);
  await a.page.goto(a.address);
  await openNote(a, 'From the couch');
  await expect(textBox(a)).toHaveText('Text.');
});

test('a browser that starts again offline on its profile has everything, and sends what waited', async ({
  server,
  faultProxy,
  newProfile,
}) => {
  const profile = await newProfile('Desk', {at: faultProxy});
  let device = await profile.open();
  await setUpServer(device, server.setupLink);
  await createNote(device, 'Plan', 'As agreed.');
  await isSynced(device);
  await appIsKept(device);
  const observer = await observe(server, ACCOUNT);
  await faultProxy.stopListening();
  await replaceText(device, 'As changed.');
  await profile.close();

  device = await profile.open();
  await device.page.goto(device.address);
  await expect(notesTree(device)).toBeVisible();
  await openNote(device, 'Plan');
  await expect(textBox(device)).toHaveText('As changed.');
  await expect(status(device)).toContainText('Server not reachable');
  await faultProxy.listen();
  await isSynced(device);
  expect((await observer.note('Plan')).text).toContain('As changed.');
});
