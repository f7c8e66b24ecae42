/**
 * Killed at the points before and after the server's commit, and so before the device's own: the tab, the service worker,
 * the whole browser, the server. Everything arrives, once. Every store transaction is gone through in src/sync/crash.test.ts.
 */
import {beginSignIn, setUpServer, signIn, startNotebook} from './fixtures/accounts.ts';
import {everythingArrivedOnce} from './fixtures/arrival.ts';
import {harmDevice, harmServer} from './fixtures/damage.ts';
import {DEEP} from './fixtures/deep.ts';
import {appIsKept, crashTab, type Device} from './fixtures/device.ts';
import {createFaultProxy, type FaultProxy} from './fixtures/fault-proxy.ts';
import {manyNotes} from './fixtures/field-notes.ts';
import {importZip} from './fixtures/importing.ts';
import {createNote, openNote, replaceText, textBox} from './fixtures/notes.ts';
import {ACCOUNT, observe} from './fixtures/observer.ts';
import type {Profile} from './fixtures/profile.ts';
import type {Server} from './fixtures/server.ts';
import {isSynced} from './fixtures/sync-panel.ts';
import {expect, test} from './fixtures/test.ts';
import {notesTree} from './fixtures/tree.ts';
import {workerOf} from './fixtures/worker.ts';

/** One browser whose requests can be held, and another device. */
interface Setting {
  readonly server: Server;
  readonly faultProxy: FaultProxy;
  readonly profile: Profile;
  /** Of the browser that is killed. */
  device: Device;
  readonly other: Device;
  readonly newDevice: (name: string, options: {at: FaultProxy}) => Promise<Device>;
  /** The bytes of each page of a first sync that nobody kills. */
  pages: readonly number[];
}

interface Killed {
  readonly name: string;
  /** Whatever was killed runs again, with an empty page. */
  kill(setting: Setting): Promise<void>;
}

const KILLED: readonly Killed[] = [
  {
    name: 'the tab',
    async kill(setting) {
      await crashTab(setting.device);
      setting.device = {...setting.device, page: await setting.device.context.newPage()};
    },
  },
  {
    name: 'the browser',
    async kill(setting) {
      await setting.profile.kill();
      setting.device = await setting.profile.open();
    },
  },
  {
    name: 'the server',
    async kill({server}) {
      await server.kill();
      await server.start();
    },
  },
];

/** The page that is being stored, and two that are asked for meanwhile. */
const MOST_AGAIN = 3;

const WHEN = {before: 'with the request on its way', after: 'with the answer on its way'} as const;

interface Work {
  readonly name: string;
  readonly call: string;
  readonly nth?: number;
  /** Until everybody has everything. */
  prepare(setting: Setting): Promise<void>;
  begin(setting: Setting): Promise<void>;
  /** After the kill; ends when what was begun is done. */
  goOn(setting: Setting): Promise<void>;
}

const WORKS: readonly Work[] = [
  {
    name: 'a push',
    call: 'sync/push',
    prepare: bothHaveNotes,
    begin: async ({device}) => {
      await openNote(device, 'Plan');
      await replaceText(device, 'As changed.');
    },
    async goOn({device, other}) {
      await device.page.goto(device.address);
      await openNote(other, 'Plan');
      await expect(textBox(other)).toHaveText('As changed.', {timeout: 30_000});
    },
  },
  {
    name: 'a pull',
    call: 'sync/pull',
    prepare: bothHaveNotes,
    begin: async ({other}) => {
      await openNote(other, 'Plan');
      await replaceText(other, 'As changed.');
    },
    async goOn({device}) {
      await device.page.goto(device.address);
      await openNote(device, 'Plan');
      await expect(textBox(device)).toHaveText('As changed.', {timeout: 30_000});
    },
  },
  {
    name: 'a first sync',
    call: 'sync/pull',
    nth: 5,
    async prepare(setting) {
      const {other, server, newDevice} = setting;
      await setUpServer(other, server.setupLink);
      await importZip(other, manyNotes(360, 16_000));
      await isSynced(other);
      const proxy = await createFaultProxy(server);
      await signInWhole(await newDevice('Shelf', {at: proxy}));
      setting.pages = pulledPages(proxy);
      await proxy.stopListening();
    },
    begin: ({device}) => beginSignIn(device),
    async goOn({device, faultProxy, pages}) {
      await device.page.goto(device.address);
      await expect(notesTree(device)).toBeVisible({timeout: 30_000});
      await isSynced(device);
      expect(pages.length).toBeGreaterThan(2 * MOST_AGAIN);
      const most = sum(pages.toSorted((a, b) => b - a).slice(0, MOST_AGAIN));
      const again = sum(pulledPages(faultProxy)) - sum(pages);
      expect(again, 'what was being stored, and what was on its way behind it, is asked for again').toBeLessThan(
        most * 1.1,
      );
    },
  },
  {
    name: 'a repair of what the server lost',
    call: 'sync/repair',
    async prepare(setting) {
      await bothHaveNotes(setting);
      await harmServer(setting.server, 'lost', await idOfPlan(setting));
    },
    begin: verifyEverything,
    goOn: verifiedAgain,
  },
  {
    name: 'a repair of what the device lost',
    call: 'sync/items',
    async prepare(setting) {
      await bothHaveNotes(setting);
      await harmDevice(setting.device, 'lost', await idOfPlan(setting));
    },
    begin: verifyEverything,
    goOn: verifiedAgain,
  },
];

/** What `npm test` runs; `npm run test:deep` runs the rest, too. */
const QUICK = 'a first sync, the server, before';

for (const {name, call, nth, prepare, begin, goOn} of WORKS) {
  for (const {name: killed, kill} of KILLED) {
    for (const at of ['before', 'after'] as const) {
      const tag = QUICK === `${name}, ${killed}, ${at}` ? [] : ['@deep'];
      test(`in ${name} ${killed} is killed ${WHEN[at]}: everything arrives, once`, {tag}, async ({
        server,
        faultProxy,
        newDevice,
        newProfile,
      }) => {
        const profile = await newProfile('Desk', {at: faultProxy});
        const [device, other] = [await profile.open(), await newDevice('Couch')];
        const setting = {server, faultProxy, profile, device, other, newDevice, pages: []};
        await prepare(setting);
        const held = faultProxy.hold(call, at, nth);
        await begin(setting);
        await held.arrived;
        await kill(setting);
        held.drop();
        await goOn(setting);
        await everythingArrivedOnce(await observe(server, ACCOUNT), setting.device, setting.other);
      });
    }
  }
}

for (const at of ['before', 'after'] as const) {
  const tag = at === 'after' ? [] : ['@deep'];
  test(`in a push of the worker it is killed ${WHEN[at]}: everything arrives, once`, {tag}, async ({
    server,
    faultProxy,
    newDevice,
  }) => {
    const [device, other] = [await newDevice('Desk', {at: faultProxy}), await newDevice('Couch')];
    await setUpServer(device, server.setupLink);
    await createNote(device, 'Plan', 'As agreed.');
    await isSynced(device);
    await appIsKept(device);
    await signIn(other);
    const worker = await workerOf(device);
    await faultProxy.stopListening();
    await replaceText(device, 'As changed.');
    await device.page.goto('about:blank');
    await worker.kill();
    await faultProxy.listen();
    const held = faultProxy.hold('sync/push', at);
    await worker.sync();
    await held.arrived;
    await worker.kill();
    held.drop();
    await worker.sync();
    await openNote(other, 'Plan');
    await expect(textBox(other)).toHaveText('As changed.');
    await device.page.goto(device.address);
    await everythingArrivedOnce(await observe(server, ACCOUNT), device, other);
  });
}

test(
  'a browser that is killed while somebody types without a pause takes the last seconds of it, not all',
  DEEP,
  async ({newProfile}) => {
    const profile = await newProfile('Desk');
    let device = await profile.open();
    await startNotebook(device);
    await createNote(device, 'Plan', 'Begin');
    await device.page.keyboard.type(' and on'.repeat(12), {delay: 60});
    await profile.kill();
    device = await profile.open();
    await device.page.goto(device.address);
    await openNote(device, 'Plan');
    await expect(textBox(device)).toContainText('Begin and on and on');
  },
);

async function bothHaveNotes({device, other, server}: Setting): Promise<void> {
  await setUpServer(device, server.setupLink);
  await createNote(device, 'Diary', 'Long ago.');
  await createNote(device, 'Plan', 'As agreed.');
  await isSynced(device);
  await signIn(other);
  await isSynced(other);
}

/** The bytes of each answer that came through; one that was lost on the way doesn't count. */
function pulledPages(proxy: FaultProxy): readonly number[] {
  return proxy.traffic().flatMap(({path, downBytes}) => (path === 'sync/pull' ? [downBytes] : []));
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}

/** Until nothing is asked for any more. */
async function signInWhole(device: Device): Promise<void> {
  await signIn(device);
  await isSynced(device);
}

async function idOfPlan({server}: Setting): Promise<string> {
  return (await (await observe(server, ACCOUNT)).note('Plan')).id;
}

async function verifyEverything({device: {page, address}}: Setting): Promise<void> {
  await page.goto(`${address}options/sync`);
  await page.getByRole('button', {name: 'Verify everything'}).click();
}

async function verifiedAgain(setting: Setting): Promise<void> {
  const {device, other} = setting;
  await verifyEverything(setting);
  await expect(device.page.getByRole('main').getByText(/Everything is whole|repaired\. Both sides/)).toBeVisible();
  await device.page.goto(device.address);
  for (const one of [device, other]) {
    await openNote(one, 'Plan');
    await expect(textBox(one)).toHaveText('As agreed.');
  }
}
