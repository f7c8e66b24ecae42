import {beginSignIn, fillSetup, openSetupLink, setUpServer, signIn, startNotebook} from './fixtures/accounts.ts';
import {everythingArrivedOnce} from './fixtures/arrival.ts';
import {DEEP} from './fixtures/deep.ts';
import type {Device} from './fixtures/device.ts';
import type {Held} from './fixtures/fault-proxy.ts';
import {manyNotes} from './fixtures/field-notes.ts';
import {importZip} from './fixtures/importing.ts';
import {createNote, openNote, replaceText, textBox} from './fixtures/notes.ts';
import {ACCOUNT, observe} from './fixtures/observer.ts';
import {allAreEqual, isSynced} from './fixtures/sync-panel.ts';
import {expect, test} from './fixtures/test.ts';
import {notesTree} from './fixtures/tree.ts';

interface Loss {
  readonly name: string;
  readonly at: 'before' | 'after';
  /** `@deep`: left to `npm run test:deep`. */
  readonly tag?: '@deep';
  lose(held: Held, device: Device): Promise<void>;
}

const LOSSES: readonly Loss[] = [
  {name: 'the request is lost just before the commit', at: 'before', tag: '@deep', lose: async (held) => held.drop()},
  {name: 'the answer is lost just after the commit', at: 'after', lose: async (held) => held.drop()},
  {name: 'the answer breaks off in the middle', at: 'after', tag: '@deep', lose: async (held) => held.cut()},
  {
    name: 'the page is reloaded and the request is lost before the commit',
    at: 'before',
    tag: '@deep',
    lose: async (held, {page}) => {
      await page.reload();
      held.drop();
    },
  },
  {
    name: 'the page is reloaded and the answer is lost after the commit',
    at: 'after',
    tag: '@deep',
    lose: async (held, {page}) => {
      await page.reload();
      held.drop();
    },
  },
];

for (const {name, at, lose, tag = []} of LOSSES) {
  test(`in a push ${name}: the edit arrives, once`, {tag}, async ({server, faultProxy, newDevice}) => {
    const [a, b] = [await newDevice('Desk', {at: faultProxy}), await newDevice('Couch')];
    await setUpServer(a, server.setupLink);
    await createNote(a, 'Plan', 'As agreed.');
    await isSynced(a);
    await signIn(b);
    await openNote(b, 'Plan');
    const observer = await observe(server, ACCOUNT);

    const held = faultProxy.hold('sync/push', at);
    await replaceText(a, 'As changed.');
    await held.arrived;
    await lose(held, a);

    await isSynced(a);
    await expect(textBox(a)).toHaveText('As changed.');
    await expect(textBox(b)).toHaveText('As changed.');
    await everythingArrivedOnce(observer, a, b);
  });

  test(`in a first sync ${name}: everything arrives, once`, DEEP, async ({server, faultProxy, newDevice}) => {
    const [a, b] = [await newDevice('Desk'), await newDevice('Couch', {at: faultProxy})];
    await setUpServer(a, server.setupLink);
    await importZip(a, manyNotes(120, 16_000));
    await isSynced(a);
    const observer = await observe(server, ACCOUNT);

    // The first page of the tree, then one of the texts, then the next one but one: whatever comes in between gets through.
    let held = faultProxy.hold('sync/pull', at);
    await beginSignIn(b);
    for (const later of [2, 2]) {
      await held.arrived;
      const next = faultProxy.hold('sync/pull', at, later);
      await lose(held, b);
      held = next;
    }
    await held.arrived;
    await lose(held, b);

    await expect(notesTree(b)).toBeVisible({timeout: 30_000});
    await isSynced(b);
    await everythingArrivedOnce(observer, a, b);
  });

  test(
    `while a device fills a server ${name}: everything arrives, once`,
    DEEP,
    async ({server, faultProxy, newDevice}) => {
      const device = await newDevice('Desk', {at: faultProxy});
      await startNotebook(device);
      await importZip(device, manyNotes(120, 16_000));
      await openSetupLink(device, server.setupLink);
      let held = faultProxy.hold('sync/push', at);
      await fillSetup(device, ACCOUNT);
      await held.arrived;
      const next = faultProxy.hold('sync/push', at, 2);
      await lose(held, device);
      held = next;
      await held.arrived;
      await lose(held, device);

      await isSynced(device);
      await everythingArrivedOnce(await observe(server, ACCOUNT), device);
    },
  );
}

test(
  'a push that reaches the server long after it was given up changes nothing',
  DEEP,
  async ({server, faultProxy, newDevice}) => {
    const [a, b] = [await newDevice('Desk', {at: faultProxy}), await newDevice('Couch')];
    await setUpServer(a, server.setupLink);
    await createNote(a, 'Plan', 'As agreed.');
    await isSynced(a);
    await signIn(b);
    await openNote(b, 'Plan');
    const observer = await observe(server, ACCOUNT);

    const held = faultProxy.hold('sync/push', 'before');
    await replaceText(a, 'Sent first.');
    await held.arrived;
    await a.page.reload();
    await isSynced(a);
    await replaceText(a, 'Sent second.');
    await isSynced(a);
    await expect(textBox(b)).toHaveText('Sent second.');
    const head = await observer.head();
    await held.pass();
    expect(await observer.head()).toBe(head);
    await expect(textBox(a)).toHaveText('Sent second.');
    await everythingArrivedOnce(observer, a, b);
  },
);

test(
  'an edit made while the answer to the one before is lost is not lost with it',
  DEEP,
  async ({server, faultProxy, newDevice}) => {
    const [a, b] = [await newDevice('Desk', {at: faultProxy}), await newDevice('Couch')];
    await setUpServer(a, server.setupLink);
    await createNote(a, 'Plan', 'As agreed.');
    await isSynced(a);
    await signIn(b);
    await openNote(b, 'Plan');
    const observer = await observe(server, ACCOUNT);

    const held = faultProxy.hold('sync/push', 'after');
    await replaceText(a, 'Sent, answer lost.');
    await held.arrived;
    await replaceText(a, 'Written meanwhile.');
    held.drop();
    await isSynced(a);
    await expect(textBox(b)).toHaveText('Written meanwhile.');
    await everythingArrivedOnce(observer, a, b);
  },
);

test(
  'the answer to the setup is lost: the account is there, and signing in works',
  DEEP,
  async ({server, faultProxy, newDevice}) => {
    const device = await newDevice('Desk', {at: faultProxy});
    await openSetupLink(device, server.setupLink);
    const held = faultProxy.hold('setup', 'after');
    await fillSetup(device, ACCOUNT);
    await held.arrived;
    held.drop();
    await expect(device.page.getByText('The server is not reachable.')).toBeVisible();
    await signIn(device);
    await isSynced(device);
    await createNote(device, 'First', 'Text.');
    await isSynced(device);
    await allAreEqual(await observe(server, ACCOUNT), device);
  },
);
