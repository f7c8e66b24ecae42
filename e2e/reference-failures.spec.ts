/**
 * Where the synchronization that Aster re-does fails its own page, done to Aster: edits on two devices, wrong clocks, a server
 * that is killed or away. Damage is in reference-damage.spec.ts, every pair of failures in failure-pairs.spec.ts. Some of the
 * list are where their part of the app is tested:
 *
 * | failure | test |
 * | --- | --- |
 * | a conflict, either side newer; a rename against an edit | offline.spec.ts |
 * | four minutes between the clocks | clock.spec.ts |
 * | deleted here, edited there, and what is decided then | conflicts.spec.ts |
 * | browser, tab, worker or server killed in a push or a first sync, opened again | kills.spec.ts |
 * | the data folder put back by hand, another device pushed meanwhile | put-back.spec.ts |
 */
import {beginSignIn, setUpServer, signIn} from './fixtures/accounts.ts';
import {everythingArrivedOnce} from './fixtures/arrival.ts';
import {HOUR_MS, installClock, MINUTE_MS, passTime, setClock} from './fixtures/clocks.ts';
import {badge, deleteNote, openConflict, replaceOnBoth, shareNote} from './fixtures/conflicts.ts';
import {DEEP, deepUnless} from './fixtures/deep.ts';
import {type Device, goOffline, goOnline} from './fixtures/device.ts';
import {manyNotes} from './fixtures/field-notes.ts';
import {importZip} from './fixtures/importing.ts';
import {createNote, openNote, replaceText, textBox} from './fixtures/notes.ts';
import {ACCOUNT, observe} from './fixtures/observer.ts';
import {comesToRest, workOf} from './fixtures/rest.ts';
import {isInRevisions} from './fixtures/revisions.ts';
import {allAreEqual, closeSyncPanel, isSynced, openSyncPanel, status} from './fixtures/sync-panel.ts';
import {expect, test} from './fixtures/test.ts';
import {notesTree, treeItem} from './fixtures/tree.ts';

test(
  'an edit made after reading the other one stands, though the clock here is eight minutes behind the one there',
  DEEP,
  async ({server, newDevice}) => {
    const a = await newDevice('Desk', {clockSkewMs: -4 * MINUTE_MS});
    const b = await newDevice('Couch', {clockSkewMs: 4 * MINUTE_MS});
    await shareNote(a, b, server, 'Plan', 'As agreed.');
    await replaceText(b, 'Written on the couch.');
    await expect(textBox(a)).toHaveText('Written on the couch.');
    await goOffline(a);
    await replaceText(a, 'Read at the desk, then changed.');
    await goOnline(a);
    await expect(textBox(b)).toHaveText('Read at the desk, then changed.');
    const observer = await observe(server, ACCOUNT);
    await allAreEqual(observer, a, b);
    expect(await observer.conflicts()).toEqual([]);
    expect((await observer.note('Plan')).text).toBe('<p>Read at the desk, then changed.</p>');
  },
);

for (const {skewMs, way} of [
  {skewMs: -6 * MINUTE_MS, way: 'behind'},
  {skewMs: 6 * MINUTE_MS, way: 'ahead of'},
] as const) {
  test(
    `a device whose clock is six minutes ${way} the server’s signs in: every note comes, it is told what is wrong, and what it wrote goes out once that is right`,
    deepUnless(way === 'behind'),
    async ({server, newDevice}) => {
      const [a, b] = [await newDevice('Desk'), await newDevice('Couch')];
      await setUpServer(a, server.setupLink);
      await createNote(a, 'Plan', 'As agreed.');
      await isSynced(a);
      await installClock(b, skewMs);
      await signIn(b);
      await openNote(b, 'Plan');
      await expect(textBox(b)).toHaveText('As agreed.');
      await isWrongBy('6 minutes', way, b);

      await replaceText(b, 'Written meanwhile.');
      await expect(status(b)).toContainText(/Clock problem [1-9]\d* waiting/);
      const observer = await observe(server, ACCOUNT);
      expect((await observer.note('Plan')).text).toBe('<p>As agreed.</p>');
      await setClock(b, 0);
      await isSynced(b);
      await expect(textBox(a)).toHaveText('Written meanwhile.');
      await allAreEqual(observer, a, b);
    },
  );

  test(
    `a device whose clock is six minutes ${way} the server’s sets it up: the notebook opens, and its notes go out once the clock is right`,
    DEEP,
    async ({server, newDevice}) => {
      const device = await newDevice('Desk');
      await installClock(device, skewMs);
      await setUpServer(device, server.setupLink);
      await createNote(device, 'Plan', 'As agreed.');
      await isWrongBy('6 minutes', way, device);
      const observer = await observe(server, ACCOUNT);
      expect(await observer.notes()).toEqual([]);
      await setClock(device, 0);
      await isSynced(device);
      expect((await observer.note('Plan')).text).toBe('<p>As agreed.</p>');
      await allAreEqual(observer, device);
    },
  );
}

/** By how much, which way, both times, and what to do; a few milliseconds may be missing to the whole minute. */
async function isWrongBy(duration: string, way: 'behind' | 'ahead of', device: Device): Promise<void> {
  await expect(status(device)).toContainText('Clock problem');
  const panel = await openSyncPanel(device);
  const title = panel.getByText(new RegExp(`^This device’s clock is .* ${way} the server’s\\.$`));
  await expect(title).toContainText(new RegExp(`${duration}|5 minutes 59 seconds`));
  await expect(panel.getByText(/^Set the clock that is wrong; sync then goes on by itself\./)).toBeVisible();
  await expect(panel.getByRole('button', {name: "Use the server's time"})).toBeVisible();
  for (const clock of ['This device', 'Server']) {
    const time = panel
      .getByRole('term')
      .filter({hasText: new RegExp(`^${clock}$`)})
      .first();
    await expect(time.locator('xpath=following-sibling::dd[1]')).toContainText(/\d{1,2}[:.]\d{2}/);
  }
  await closeSyncPanel(device);
}

for (const last of ['deletion', 'edit'] as const) {
  test(
    `deleted at the desk, edited on the couch, which comes back first; the ${last} was later: both are asked, and the text can be brought back`,
    DEEP,
    async ({server, newDevice}) => {
      const [a, b] = [await newDevice('Desk'), await newDevice('Couch')];
      await shareNote(a, b, server, 'Plan', 'As agreed.');
      for (const device of [a, b]) await goOffline(device);
      const acts = [() => replaceText(b, 'As changed.'), () => deleteNote(a, 'Plan')];
      for (const act of last === 'deletion' ? acts : acts.reverse()) await act();
      for (const device of [b, a]) {
        await goOnline(device);
        await isSynced(device);
      }
      for (const device of [a, b]) await expect(badge(device, 1)).toBeVisible();
      const observer = await observe(server, ACCOUNT);
      expect(await observer.conflicts()).toHaveLength(1);
      expect((await observer.entities()).map(({body}) => body)).toContain('<p>As changed.</p>');
      for (const device of [a, b]) {
        const card = await openConflict(device, 'Plan');
        await expect(card.getByText('As changed.')).toBeVisible();
        await expect(card.getByRole('button', {name: 'Leave it deleted'})).toBeVisible();
        await expect(card.getByRole('button', {name: 'Bring the note back'})).toBeVisible();
      }
      await b.page.getByRole('button', {name: 'Bring the note back'}).click();
      for (const device of [a, b]) {
        await device.page.goto(device.address);
        await openNote(device, 'Plan');
        await expect(textBox(device)).toHaveText('As changed.');
        await expect(treeItem(device, 'Unfiled')).toHaveCount(0);
      }
      await allAreEqual(observer, a, b);
    },
  );
}

/** What a push, a pull and the kept loser take on two devices; the reference sent 709 requests, and more for ever. */
const ENOUGH_FOR_A_CONFLICT = 12;

test('an ordinary conflict is over with a few requests, and nothing moves after it', async ({
  server,
  newProxy,
  newDevice,
}) => {
  const [proxyA, proxyB] = [await newProxy(), await newProxy()];
  const [a, b] = [await newDevice('Desk', {at: proxyA}), await newDevice('Couch', {at: proxyB})];
  for (const device of [a, b]) await installClock(device);
  await shareNote(a, b, server, 'Plan', 'As agreed.');
  const watched = [
    {device: a, proxy: proxyA, skewMs: 0},
    {device: b, proxy: proxyB, skewMs: 0},
  ];
  const before = workOf(...watched);
  await replaceOnBoth([a, 'Written first.'], [b, 'Written last.']);
  const observer = await observe(server, ACCOUNT);
  await allAreEqual(observer, a, b);
  for (const device of [a, b]) {
    await expect(textBox(device)).toHaveText('Written last.');
    await isInRevisions(device, 'Written first.');
  }
  expect(workOf(...watched) - before).toBeLessThan(ENOUGH_FOR_A_CONFLICT);
  const head = await observer.head();
  await comesToRest(...watched);
  expect(await observer.head()).toBe(head);
});

test(
  'the server dies in the middle of a first sync and comes back: the page, left alone, gets everything',
  DEEP,
  async ({server, faultProxy, newDevice}) => {
    const [a, b] = [await newDevice('Desk'), await newDevice('Couch', {at: faultProxy})];
    await setUpServer(a, server.setupLink);
    await importZip(a, manyNotes(120, 16_000));
    await isSynced(a);
    const held = faultProxy.hold('sync/pull', 'after', 3);
    await beginSignIn(b);
    await held.arrived;
    await server.kill();
    held.drop();
    await server.start();
    await expect(notesTree(b)).toBeVisible();
    await isSynced(b);
    await everythingArrivedOnce(await observe(server, ACCOUNT), a, b);
  },
);

for (const at of ['before', 'after'] as const) {
  test(
    `the server dies ${at} it has stored a push and comes back: the page, left alone, sends it, once`,
    DEEP,
    async ({server, faultProxy, newDevice}) => {
      const [a, b] = [await newDevice('Desk', {at: faultProxy}), await newDevice('Couch')];
      await shareNote(a, b, server, 'Plan', 'As agreed.');
      const held = faultProxy.hold('sync/push', at);
      await replaceText(a, 'As changed.');
      await held.arrived;
      await server.kill();
      held.drop();
      await server.start();
      await isSynced(a);
      await expect(textBox(b)).toHaveText('As changed.');
      await everythingArrivedOnce(await observe(server, ACCOUNT), a, b);
    },
  );
}

test(
  'the server is away for an hour: both devices go on, and all of it flows when it is back',
  DEEP,
  async ({server, newProxy, newDevice}) => {
    const [proxyA, proxyB] = [await newProxy(), await newProxy()];
    const [a, b] = [await newDevice('Desk', {at: proxyA}), await newDevice('Couch', {at: proxyB})];
    for (const device of [a, b]) await installClock(device);
    await shareNote(a, b, server, 'Plan', 'As agreed.');
    await server.stop();
    for (const device of [a, b]) await expect(status(device)).toContainText('Server not reachable');
    await replaceText(a, 'Written in the first minute.');
    await createNote(b, 'Diary', 'Made in the first minute.');
    for (let minute = 0; minute < 60; minute += 5) {
      for (const [device, proxy] of [
        [a, proxyA],
        [b, proxyB],
      ] as const) {
        const tries = proxy.count('sync/hello');
        await passTime(device, 5 * MINUTE_MS);
        await expect.poll(() => proxy.count('sync/hello'), `${device.name} tries again`).toBeGreaterThan(tries);
      }
    }
    await replaceText(b, 'Made in the first minute, more in the last.');

    await server.skewClock(HOUR_MS); // its clock went on, too
    await isSynced(a, b);
    await openNote(a, 'Diary');
    await expect(textBox(a)).toHaveText('Made in the first minute, more in the last.');
    await openNote(b, 'Plan');
    await expect(textBox(b)).toHaveText('Written in the first minute.');
    await everythingArrivedOnce(await observe(server, ACCOUNT), a, b);
  },
);
