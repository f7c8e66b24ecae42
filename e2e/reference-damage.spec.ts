/**
 * What the reference compares are stored hashes, never what is stored: damage is never found there, or spreads. Here it is
 * found by reading, without anybody pressing anything, on either side; what is found by "Verify everything" is in
 * repair.spec.ts, a damaged text also in scrub.spec.ts.
 */
import {setUpServer, signIn} from './fixtures/accounts.ts';
import {installClock, passTime} from './fixtures/clocks.ts';
import {FORGED_TITLE, HARMS, harmDevice, harmServer} from './fixtures/damage.ts';
import {DEEP, deepUnless} from './fixtures/deep.ts';
import {type Device, rowCounts} from './fixtures/device.ts';
import {createNote, openNote, rename, textBox} from './fixtures/notes.ts';
import {ACCOUNT, type Observer, observe} from './fixtures/observer.ts';
import type {Server} from './fixtures/server.ts';
import {allAreEqual, closeSyncPanel, isSynced, openSyncPanel} from './fixtures/sync-panel.ts';
import {expect, test} from './fixtures/test.ts';

/** The app lets so much pass before it begins to read what it has. */
const READS_AFTER_MS = 31_000;
const FOUND = '1 entry was damaged or missing, and repaired.';

test.use({serverOptions: {basePath: '/', timers: 'hurried'}});

/** Both show the note "Diary"; "Plan" was written on Desk and read on Couch. */
async function twoDevices(
  server: Server,
  newDevice: (name: string) => Promise<Device>,
): Promise<{a: Device; b: Device; observer: Observer; id: string; stamp: string}> {
  const [a, b] = [await newDevice('Desk'), await newDevice('Couch')];
  await installClock(a);
  await setUpServer(a, server.setupLink);
  await createNote(a, 'Diary', 'Long ago.');
  await createNote(a, 'Plan', 'As agreed.');
  await isSynced(a);
  await openNote(a, 'Diary');
  await signIn(b);
  await openNote(b, 'Plan');
  await openNote(b, 'Diary');
  await isSynced(b);
  const observer = await observe(server, ACCOUNT);
  const {id, stamp} = await observer.note('Plan');
  return {a, b, observer, id, stamp};
}

/** The tab may not lead yet when time passes first. */
async function findsByReading(device: Device): Promise<void> {
  const panel = await openSyncPanel(device);
  await expect(async () => {
    await passTime(device, READS_AFTER_MS);
    await expect(panel.getByText(FOUND)).toBeVisible({timeout: 5_000});
  }).toPass({timeout: 40_000});
  await closeSyncPanel(device);
}

async function saysOnBoth(title: string, text: string, ...devices: readonly Device[]): Promise<void> {
  for (const device of devices) {
    await openNote(device, title);
    await expect(textBox(device)).toHaveText(text);
  }
}

for (const harm of HARMS) {
  for (const side of ['device', 'server'] as const) {
    test(
      `a note that is ${harm} on the ${side} is found by itself, and both sides are equal again`,
      deepUnless(side === 'server' && harm === 'lost'),
      async ({server, newDevice}) => {
        const {a, b, observer, id, stamp} = await twoDevices(server, newDevice);
        if (side === 'device') {
          await harmDevice(a, harm, id, 'unread');
          await a.page.reload();
          await findsByReading(a);
        } else {
          await harmServer(server, harm, id, 'unread');
          await expect
            .poll(() => server.output(), {timeout: 30_000})
            .toContain('stored rows are not what the digest says');
        }
        const forged = harm === 'forged' ? 1 : 0;
        await expect(async () => {
          await allAreEqual(observer, a, b);
          expect(await observer.note('Plan')).toMatchObject({stamp, text: '<p>As agreed.</p>'});
          const counts = await observer.counts();
          expect((await observer.notes()).filter(({title}) => title === FORGED_TITLE)).toHaveLength(forged);
          for (const device of [a, b]) expect((await rowCounts(device)).notes, device.name).toBe(counts.note);
        }).toPass();
        await saysOnBoth('Plan', 'As agreed.', a, b);
        expect(await observer.conflicts()).toEqual([]);
      },
    );
  }
}

test(
  'a note that was written last on the device where it is damaged now is renamed there: its text stays whole everywhere else, and comes back',
  DEEP,
  async ({server, newDevice}) => {
    const {a, b, observer, id} = await twoDevices(server, newDevice);
    await harmDevice(a, 'damaged', id, 'unread');
    await a.page.reload();
    await openNote(a, 'Plan');
    await rename(a, 'Plan for autumn');
    await isSynced(a);
    expect((await observer.note('Plan for autumn')).text).toBe('<p>As agreed.</p>');
    await findsByReading(a);
    await allAreEqual(observer, a, b);
    await openNote(a, 'Diary');
    await saysOnBoth('Plan for autumn', 'As agreed.', a, b);
    expect((await observer.note('Plan for autumn')).text).toBe('<p>As agreed.</p>');
  },
);
