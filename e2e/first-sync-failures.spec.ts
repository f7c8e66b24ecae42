/** What can be in the way of a first sync, on the screen that shows it: said with its cure, what has come is kept, and it goes on from there. */
import {beginSignIn, setUpServer} from './fixtures/accounts.ts';
import {everythingArrivedOnce} from './fixtures/arrival.ts';
import {DEEP, deepUnless} from './fixtures/deep.ts';
import type {Device} from './fixtures/device.ts';
import type {FaultProxy, Message} from './fixtures/fault-proxy.ts';
import {manyNotes} from './fixtures/field-notes.ts';
import {importZip} from './fixtures/importing.ts';
import {ACCOUNT, observe} from './fixtures/observer.ts';
import {limitRoom} from './fixtures/room.ts';
import type {Server} from './fixtures/server.ts';
import {isSynced} from './fixtures/sync-panel.ts';
import {expect, test} from './fixtures/test.ts';
import {notesTree} from './fixtures/tree.ts';

interface Failure {
  readonly name: string;
  readonly says: string;
  readonly cure: string | RegExp;
  /** What helps once the cause is gone. */
  readonly ending: 'it goes on by itself' | 'Try again';
  begin(proxy: FaultProxy): void;
}

const answering = (status: number, type: string, more: object = {}) => ({
  begin: (proxy: FaultProxy) =>
    proxy.answerWith((path) => path.includes('/api/sync/'), {
      status,
      type: 'application/json',
      body: JSON.stringify({error: {type, message: 'words for a log', ...more}}),
    }),
});

const FAILURES: readonly Failure[] = [
  {
    name: 'a row that arrives damaged',
    says: 'What the server sent arrived damaged.',
    cure: /^Sync asks for it again by itself\. If it stays, something on the way changes what is sent/,
    ending: 'it goes on by itself',
    begin: (proxy) => proxy.alterAnswers(['sync/pull'], damaged),
  },
  {
    name: 'a server that is too old',
    says: 'The server is too old for this app.',
    cure: 'Update the server, then try again.',
    ending: 'Try again',
    ...answering(426, 'upgrade_needed', {side: 'server'}),
  },
  {
    name: 'an app that is too old',
    says: 'This app is too old for the server.',
    cure: 'Press “Restart to update” to get the new app from the server.',
    ending: 'Try again',
    ...answering(426, 'upgrade_needed', {side: 'app'}),
  },
  {
    name: 'a server with an error',
    says: 'The server had an error (HTTP 500).',
    cure: 'Sync tries again by itself. If it stays, look into the server’s log.',
    ending: 'it goes on by itself',
    ...answering(500, 'server_error'),
  },
];

function damaged(answer: Message): Message {
  const rows = (answer.rows ?? []) as readonly Message[];
  return {...answer, rows: rows.map((row) => (row.kind === 'note' ? {...row, data: 'altered'} : row))};
}

for (const failure of FAILURES) {
  test(
    `${failure.name}: it is told, "Try again" tries, and once it is gone ${failure.ending === 'Try again' ? 'that helps' : failure.ending}`,
    deepUnless(failure === FAILURES[0]),
    async ({server, faultProxy, newDevice}) => {
      const [a, b] = [await newDevice('Desk'), await newDevice('Couch', {at: faultProxy})];
      const {page} = b;
      await fill(a, server);
      failure.begin(faultProxy);
      await beginSignIn(b);
      await isTold(b, failure);
      const again = page.getByRole('button', {name: 'Try again'});
      const asked = faultProxy.count('sync/hello');
      await again.click();
      await expect.poll(() => faultProxy.count('sync/hello')).toBeGreaterThan(asked);
      await isTold(b, failure);
      await page.reload();
      await isTold(b, failure);
      faultProxy.answerNormally();
      if (failure.ending === 'Try again') await again.click();
      await expect(notesTree(b)).toBeVisible({timeout: 20_000});
      await isSynced(b);
      await everythingArrivedOnce(await observe(server, ACCOUNT), a, b);
    },
  );
}

test(
  'a device that has no room left in the middle of it: it is told, and "Try again" goes on from there once there is room',
  DEEP,
  async ({server, faultProxy, newDevice}) => {
    const [a, b] = [await newDevice('Desk'), await newDevice('Couch', {at: faultProxy})];
    await fill(a, server);
    const room = await limitRoom(b, faultProxy.origin);
    const held = faultProxy.hold('sync/pull', 'after');
    await beginSignIn(b);
    await held.arrived;
    await room.end();
    await held.pass();
    await isTold(b, {says: 'This device has no room left.', cure: 'Free some space on the device, then try again.'});
    await room.lift();
    await b.page.getByRole('button', {name: 'Try again'}).click();
    await expect(notesTree(b)).toBeVisible();
    await isSynced(b);
    await everythingArrivedOnce(await observe(server, ACCOUNT), a, b);
  },
);

async function fill(device: Device, server: Server): Promise<void> {
  await setUpServer(device, server.setupLink);
  await importZip(device, manyNotes(120, 16_000));
  await isSynced(device);
}

async function isTold({page}: Device, {says, cure}: Pick<Failure, 'says' | 'cure'>): Promise<void> {
  await expect(page.getByRole('heading', {name: 'Sync in progress'})).toBeVisible();
  await expect(page.getByText(says, {exact: true})).toBeVisible();
  await expect(page.getByText(cure)).toBeVisible();
  await expect(page.getByText('What was received is kept on this device; it goes on from there.')).toBeVisible();
}
