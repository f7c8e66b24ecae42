import {setUpServer, signIn} from './fixtures/accounts.ts';
import {DEEP, deepUnless} from './fixtures/deep.ts';
import {goOffline, goOnline} from './fixtures/device.ts';
import {createNote, openNote, replaceText, textBox} from './fixtures/notes.ts';
import {ACCOUNT, observe} from './fixtures/observer.ts';
import {isInRevisions} from './fixtures/revisions.ts';
import {allAreEqual, closeSyncPanel, isSynced, openSyncPanel, outbox, status} from './fixtures/sync-panel.ts';
import {expect, test} from './fixtures/test.ts';

const MINUTE = 60_000;

for (const {skewMs, way} of [
  {skewMs: 6 * MINUTE, way: 'behind'},
  {skewMs: -6 * MINUTE, way: 'ahead of'},
] as const) {
  test(
    `six minutes ${way} the server: nothing is sent, the panel says so, and it goes on by itself once corrected`,
    deepUnless(way === 'behind'),
    async ({server, faultProxy, newDevice}) => {
      const device = await newDevice('Desk', {at: faultProxy});
      await setUpServer(device, server.setupLink);
      await createNote(device, 'Diary', 'Before.');
      await isSynced(device);
      const observer = await observe(server, ACCOUNT);
      const head = await observer.head();

      await server.skewClock(skewMs);
      await expect(status(device)).toContainText('Clock problem');
      const pushes = faultProxy.count('sync/push');
      await replaceText(device, 'Written meanwhile.');
      await expect(status(device)).toContainText('1');
      const panel = await openSyncPanel(device);
      await expect(
        panel.getByText(new RegExp(`(6 minutes|5 minutes 59 seconds).* ${way} the server`)).first(),
      ).toBeVisible();
      await expect(panel.getByText(/^Set the clock that is wrong; sync then goes on by itself\./)).toBeVisible();
      await expect(outbox(device)).toHaveCount(1);
      await expect(outbox(device)).toContainText('Diary');
      await panel.getByRole('button', {name: 'Sync now'}).click();
      await expect(panel.getByRole('button', {name: 'Sync now'})).toBeEnabled();
      await expect(outbox(device)).toHaveCount(1);
      await closeSyncPanel(device);
      expect(faultProxy.count('sync/push')).toBe(pushes);
      expect(await observer.head()).toBe(head);

      await server.skewClock(0);
      await isSynced(device);
      expect((await observer.note('Diary')).text).toContain('Written meanwhile.');
      await allAreEqual(observer, device);
    },
  );
}

test('six minutes apart, the person can go on with the time of the server', DEEP, async ({server, newDevice}) => {
  const device = await newDevice('Desk', {clockSkewMs: -6 * MINUTE});
  await setUpServer(device, server.setupLink);
  await expect(status(device)).toContainText('Clock problem');
  const panel = await openSyncPanel(device);
  await panel.getByRole('button', {name: "Use the server's time"}).click();
  await closeSyncPanel(device);
  await createNote(device, 'Late', 'With the time of the server.');
  await isSynced(device);
  const observer = await observe(server, ACCOUNT);
  await allAreEqual(observer, device);
});

for (const {name, skewA, skewB} of [
  {name: 'behind', skewA: -4 * MINUTE, skewB: 4 * MINUTE},
  {name: 'ahead', skewA: 4 * MINUTE, skewB: -4 * MINUTE},
] as const) {
  test(
    `four minutes apart: it syncs, and the last edit wins, made on the device whose clock is ${name}`,
    DEEP,
    async ({server, newDevice}) => {
      const [a, b] = [await newDevice('Desk', {clockSkewMs: skewA}), await newDevice('Couch', {clockSkewMs: skewB})];
      await setUpServer(a, server.setupLink);
      await createNote(a, 'Plan', 'As agreed.');
      await isSynced(a);
      await signIn(b);
      await openNote(b, 'Plan');
      await isSynced(b);
      for (const device of [a, b]) {
        await goOffline(device);
        await expect(status(device)).toContainText('Offline');
      }
      await replaceText(b, 'Made first.');
      await replaceText(a, 'Made last.');
      for (const device of [a, b]) {
        await goOnline(device);
        await isSynced(device);
      }
      const observer = await observe(server, ACCOUNT);
      await allAreEqual(observer, a, b);
      for (const device of [a, b]) {
        await expect(textBox(device)).toHaveText('Made last.');
        await isInRevisions(device, 'Made first.');
      }
      expect((await observer.note('Plan')).text).toContain('Made last.');
    },
  );
}

test('a server whose clock is four minutes wrong syncs all the same', DEEP, async ({server, newDevice}) => {
  await server.skewClock(4 * MINUTE);
  const [a, b] = [await newDevice('Desk'), await newDevice('Couch')];
  await setUpServer(a, server.setupLink);
  await createNote(a, 'Plan', 'As agreed.');
  await isSynced(a);
  await signIn(b);
  await openNote(b, 'Plan');
  await replaceText(b, 'Changed on the couch.');
  await expect(textBox(a)).toHaveText('Changed on the couch.');
  await allAreEqual(await observe(server, ACCOUNT), a, b);
});
