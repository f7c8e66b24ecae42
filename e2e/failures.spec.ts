/**
 * Every way in which an answer can be wrong, one after the other on one device: what the status says, cause and cure in
 * the panel, the edit that waits, the step that helps, and that the edit is on the server afterwards, once. The words are
 * written out here, on purpose; src/ui/words-in-e2e.test.ts holds that no type of error is without them.
 */
import {createHash} from 'node:crypto';
import {setUpServer} from './fixtures/accounts.ts';
import {DEEP, deepUnless} from './fixtures/deep.ts';
import type {Device} from './fixtures/device.ts';
import type {FaultProxy, Message, Reply} from './fixtures/fault-proxy.ts';
import {createNote, replaceText, titleBox} from './fixtures/notes.ts';
import {ACCOUNT, type Observer, observe} from './fixtures/observer.ts';
import {allAreEqual, closeSyncPanel, isSynced, openSyncPanel, outbox, status} from './fixtures/sync-panel.ts';
import {expect, test} from './fixtures/test.ts';

const isSync = (path: string): boolean => path.includes('/api/sync/') || path.endsWith('/api/pokes');
const json = (status: number, value: unknown): Reply => ({
  status,
  type: 'application/json',
  body: JSON.stringify(value),
});
const error = (status: number, type: string, more: object = {}): Reply =>
  json(status, {error: {type, message: 'words for a log', ...more}});
const html = (status: number, body: string): Reply => ({status, type: 'text/html', body: `<!doctype html>${body}`});

interface Failure {
  /** What answers instead of the server. */
  readonly name: string;
  readonly reply: Reply | 'nothing';
  readonly state: 'Sync problem' | 'Server not reachable';
  readonly says: string;
  readonly cure: string;
  /** The way on that the panel offers beside "Sync now". */
  readonly step?: {readonly role: 'link' | 'button'; readonly name: string};
}

const CHECK = {role: 'link', name: 'Check the connection'} as const;
const RESTART = {role: 'button', name: 'Restart to update'} as const;
const NOT_ASTER = {
  state: 'Sync problem',
  says: 'Something answers at this address, but it is not an Aster server.',
  cure: 'Check the address: host, port and path.',
  step: CHECK,
} as const;
const LOGIN_PAGE = {
  state: 'Sync problem',
  says: 'A login page is in the way: of a network, or of a proxy before the server.',
  cure: 'Open the server address in a tab of its own, log in there, then try again.',
  step: CHECK,
} as const;
const UNREACHABLE = {
  state: 'Server not reachable',
  says: 'The server is not reachable.',
  cure: 'Check the address and that the server runs. Sync tries again by itself.',
  step: CHECK,
} as const;
const BUSY = {state: 'Sync problem', says: 'The server is busy.'} as const;
const SERVER_ERROR = {
  state: 'Sync problem',
  says: 'The server had an error (HTTP 500).',
  cure: 'Sync tries again by itself. If it stays, look into the server’s log.',
} as const;

/** Over when what is in the way is gone: nobody needs to press anything. */
const PASSING: readonly Failure[] = [
  {name: 'another web server', reply: html(200, '<h1>It works!</h1>'), ...NOT_ASTER},
  {name: 'another web server that lacks the page', reply: html(404, '<h1>Not Found</h1>'), ...NOT_ASTER},
  {name: 'a server that answers other JSON', reply: json(200, {hello: 'world'}), ...NOT_ASTER},
  {name: 'HTML that calls itself JSON', reply: {...html(200, '<p>Hello</p>'), type: 'application/json'}, ...NOT_ASTER},
  {
    name: 'a login page',
    reply: html(200, '<title>Sign in</title><form method="post"><input type="password" name="p"></form>'),
    ...LOGIN_PAGE,
  },
  {name: 'a proxy that wants a login', reply: html(401, '<h1>Authorization required</h1>'), ...LOGIN_PAGE},
  {name: 'a gateway without its server', reply: html(502, '<h1>502 Bad Gateway</h1>'), ...UNREACHABLE},
  {name: 'a gateway that waited in vain', reply: html(504, '<h1>504 Gateway Timeout</h1>'), ...UNREACHABLE},
  {
    name: 'a server that says when to come back',
    reply: {...error(503, 'busy'), retryAfterS: 1},
    ...BUSY,
    cure: 'Sync tries again by itself in 1 second.',
  },
  {
    name: 'a proxy that limits requests',
    reply: {...html(429, '<h1>429 Too Many Requests</h1>'), retryAfterS: 2},
    ...BUSY,
    cure: 'Sync tries again by itself in 2 seconds.',
  },
  {
    name: 'a proxy in maintenance',
    reply: html(503, '<h1>503 Service Unavailable</h1>'),
    ...BUSY,
    cure: 'Sync tries again by itself in a moment.',
  },
  {name: 'a server with an error', reply: error(500, 'server_error'), ...SERVER_ERROR},
  {name: 'a proxy with an error', reply: html(500, '<h1>500 Internal Server Error</h1>'), ...SERVER_ERROR},
];

/** Somebody has to change something first: looked at now and then, and at once by "Sync now". */
const LASTING: readonly Failure[] = [
  {
    name: 'a server of another build',
    reply: error(400, 'malformed'),
    state: 'Sync problem',
    says: 'The server did not understand a message.',
    cure: 'App and server may be of different builds: update both, then try again.',
  },
  {
    name: 'a server under another path',
    reply: error(404, 'not_found'),
    state: 'Sync problem',
    says: 'The server does not know the address that was asked for.',
    cure: 'Check the server address, its path too, in Options → Sync.',
    step: CHECK,
  },
  {
    name: 'a server that is too new',
    reply: error(426, 'upgrade_needed', {side: 'app'}),
    state: 'Sync problem',
    says: 'This app is too old for the server.',
    cure: 'Press “Restart to update” to get the new app from the server.',
    step: RESTART,
  },
  {
    name: 'a server that is too old',
    reply: error(426, 'upgrade_needed', {side: 'server'}),
    state: 'Sync problem',
    says: 'The server is too old for this app.',
    cure: 'Update the server, then try again.',
  },
  {
    name: 'a server with another account',
    reply: error(403, 'other_account'),
    state: 'Sync problem',
    says: 'This browser’s notebook belongs to another account.',
    cure: 'Sign in with the account that it belongs to. Or let that one go in Options → Sync, “Disconnect from this server”: then these notes can join the other.',
  },
  {
    name: 'a server with another history',
    reply: error(409, 'other_history'),
    state: 'Sync problem',
    says: 'The server does not know the history that this device has seen. It may have been restored from a backup.',
    cure: 'Sync tries again by itself in a few minutes. If this stays, ask the person who runs the server; keep this device as it is.',
  },
  {
    name: 'a server that was emptied',
    reply: error(409, 'not_initialized'),
    state: 'Sync problem',
    says: 'This server has no account yet.',
    cure: 'Set it up first, with the link that it printed when it started.',
  },
];

async function deviceWithNote(device: Device, setupLink: string): Promise<void> {
  await setUpServer(device, setupLink);
  await createNote(device, 'Plan', 'As agreed.');
  await isSynced(device);
}

/** With the panel open: the words, the way on, and the edit that waits. */
async function failureIsSaid(
  device: Device,
  {state, says, cure, step}: Omit<Failure, 'name' | 'reply'>,
): Promise<void> {
  await expect(status(device)).toContainText(`${state} 1 waiting`);
  const panel = await openSyncPanel(device);
  await expect(panel.getByText(says, {exact: true})).toBeVisible();
  await expect(panel.getByText(cure, {exact: true})).toBeVisible();
  await expect(panel.getByText(/All changes are kept on this device\.|Your notes are not affected\./)).toBeVisible();
  if (step !== undefined) await expect(panel.getByRole(step.role, {name: step.name})).toBeVisible();
  await expect(panel.getByRole('button', {name: 'Sync now'})).toBeVisible();
  await expect(outbox(device)).toHaveCount(1);
  await expect(outbox(device)).toContainText('Plan');
}

async function arrivedOnce(observer: Observer, device: Device, text: string): Promise<void> {
  await expect(outbox(device)).toHaveCount(0);
  await closeSyncPanel(device);
  await isSynced(device);
  expect((await observer.note('Plan')).text).toContain(text);
  expect(await observer.conflicts()).toEqual([]);
}

test('what is in the way of sync for a while: said in words with its cure, the edit is kept and goes out by itself', async ({
  server,
  faultProxy,
  newDevice,
}) => {
  test.slow();
  const device = await newDevice('Desk', {at: faultProxy});
  await deviceWithNote(device, server.setupLink);
  const observer = await observe(server, ACCOUNT);
  for (const {name, reply, ...said} of PASSING) {
    await test.step(name, async () => {
      faultProxy.answerWith(isSync, reply);
      await replaceText(device, `Written during ${name}.`);
      await failureIsSaid(device, said);
      faultProxy.answerNormally();
      await arrivedOnce(observer, device, `Written during ${name}.`);
    });
  }
  await allAreEqual(observer, device);
});

test(
  'what somebody has to change: said in words with its cure, the edit is kept, and "Sync now" sends it',
  DEEP,
  async ({server, faultProxy, newDevice}) => {
    const device = await newDevice('Desk', {at: faultProxy});
    await deviceWithNote(device, server.setupLink);
    const observer = await observe(server, ACCOUNT);
    for (const {name, reply, ...said} of LASTING) {
      await test.step(name, async () => {
        faultProxy.answerWith(isSync, reply);
        await replaceText(device, `Written during ${name}.`);
        await failureIsSaid(device, said);
        faultProxy.answerNormally();
        await device.page.getByRole('button', {name: 'Sync now'}).click();
        await arrivedOnce(observer, device, `Written during ${name}.`);
      });
    }
    await allAreEqual(observer, device);
  },
);

test(
  'a server that never answers: after the time limit that the person chose it is said, and it goes on by itself',
  DEEP,
  async ({server, faultProxy, newDevice}) => {
    const device = await newDevice('Desk', {at: faultProxy});
    const {page} = device;
    await deviceWithNote(device, server.setupLink);
    const note = page.url();
    await page.goto(`${device.address}options/sync`);
    await page.getByLabel('Sync timeout (seconds)').fill('1');
    await page.getByRole('button', {name: 'Save'}).click();
    await expect(page.getByText('Saved.')).toBeVisible();
    await page.goto(note);
    await isSynced(device);

    faultProxy.answerWith(isSync, 'nothing');
    await replaceText(device, 'Written in silence.');
    await failureIsSaid(device, {
      state: 'Server not reachable',
      says: 'The server took too long to answer.',
      cure: 'Sync tries again by itself. On a slow line, raise “Sync timeout” in Options → Sync.',
      step: CHECK,
    });
    faultProxy.answerNormally();
    await arrivedOnce(await observe(server, ACCOUNT), device, 'Written in silence.');
  },
);

test(
  'a server that answers for another account: nothing of it is stored, nothing is sent to it',
  DEEP,
  async ({server, faultProxy, newDevice}) => {
    const device = await newDevice('Desk', {at: faultProxy});
    await deviceWithNote(device, server.setupLink);
    const observer = await observe(server, ACCOUNT);
    const before = await observer.head();
    const {page} = device;
    await (await openSyncPanel(device)).getByRole('button', {name: 'Pause sync'}).click();
    await closeSyncPanel(device);
    await replaceText(device, 'Written meanwhile.');
    await page.reload();
    await expect(status(device)).toContainText('1 change waiting paused');
    faultProxy.alterAnswer('sync/hello', (answer) => ({...answer, account: 'somebodyElse0000'}));
    await (await openSyncPanel(device)).getByRole('button', {name: 'Resume sync'}).click();
    await expect(status(device)).toContainText('Sync problem');
    await closeSyncPanel(device);
    await failureIsSaid(device, {
      state: 'Sync problem',
      says: 'This browser’s notebook belongs to another account.',
      cure: 'Sign in with the account that it belongs to. Or let that one go in Options → Sync, “Disconnect from this server”: then these notes can join the other.',
    });
    expect(await observer.head()).toBe(before);
    await page.getByRole('button', {name: 'Sync now'}).click();
    await arrivedOnce(observer, device, 'Written meanwhile.');
  },
);

for (const {type, title} of [
  {type: 'signed_out', title: 'This device is signed out.'},
  {type: 'device_removed', title: 'This device was removed from the account.'},
]) {
  test(
    `${type}: the notes stay usable, the token is not tried again, signing in sends what waits, once`,
    deepUnless(type === 'signed_out'),
    async ({server, faultProxy, newDevice}) => {
      const device = await newDevice('Desk', {at: faultProxy});
      const {page} = device;
      await deviceWithNote(device, server.setupLink);
      faultProxy.answerWith(isSync, error(401, type));
      await replaceText(device, 'Written meanwhile.');
      await expect(status(device)).toContainText('Signed out 1 waiting');
      await expect(page.getByText('Signed out: 1 change waits on this device')).toBeVisible();
      faultProxy.answerNormally();
      const asked = faultProxy.count('sync/hello') + faultProxy.count('sync/push');
      const panel = await openSyncPanel(device);
      await expect(panel.getByText(title, {exact: true})).toBeVisible();
      await expect(panel.getByText(/^Sign in again/)).toBeVisible();
      await expect(panel.getByRole('button', {name: 'Export unsynced changes'})).toBeVisible();
      await panel.getByRole('button', {name: 'Sync now'}).click();
      await expect(status(device)).toContainText('Signed out 1 waiting');
      await page.reload();
      await expect(titleBox(device)).toHaveValue('Plan');
      await expect(status(device)).toContainText('Signed out 1 waiting');
      expect(faultProxy.count('sync/hello') + faultProxy.count('sync/push')).toBe(asked);

      await page.getByRole('link', {name: 'Sign in'}).first().click();
      await page.getByLabel('Password').fill(ACCOUNT.password);
      await page.getByRole('button', {name: 'Sign in'}).click();
      await isSynced(device);
      await expect(page.getByText('Signed out: 1 change waits on this device')).toBeHidden();
      const observer = await observe(server, ACCOUNT);
      expect((await observer.note('Plan')).text).toContain('Written meanwhile.');
      await allAreEqual(observer, device);
    },
  );
}

type Pushed = Message & {readonly entities: readonly Message[]};

interface Refusal {
  readonly name: string;
  /** What happens to the pushed note on its way; the server's own verdict is the answer. */
  damage(entity: Message): Message;
  readonly says: string;
  readonly cure: string;
}

const FAR_FUTURE = 'zzzzzzzz0-0000-e2eObserver00000';

const REFUSALS: readonly Refusal[] = [
  {
    name: 'a change that the server can’t read',
    damage: ({stamp: _, ...entity}) => entity,
    says: 'The server could not read this change.',
    cure: 'Edit the note or press “Retry”. If it stays, update app and server.',
  },
  {
    name: 'a change that arrives damaged',
    damage: (entity) => ({...entity, hash: 'A'.repeat(43)}),
    says: 'This change arrived damaged.',
    cure: 'Press “Retry”. If it stays, edit the note: that sends it anew.',
  },
  {
    name: 'a note that is too large',
    damage: (entity) => grown(entity, 17 * 1024 * 1024),
    says: 'This note is larger than the server takes (16 MB).',
    cure: 'Split it into smaller notes.',
  },
  {
    name: 'a stamp that doesn’t follow its base',
    damage: (entity) => ({...entity, base: FAR_FUTURE}),
    says: 'This change has a time stamp that does not follow the version it was made on.',
    cure: 'Edit the note or press “Retry”.',
  },
  {
    name: 'a stamp from the future',
    damage: (entity) => ({...entity, stamp: FAR_FUTURE, base: null}),
    says: 'This change has a time stamp from the future.',
    cure: 'Set this device’s clock, then press “Retry”.',
  },
];

test(
  'a refused change is kept, named with cause and cure, blocks nothing, and "Retry" or another edit sends it, once',
  DEEP,
  async ({server, faultProxy, newDevice}) => {
    test.slow();
    const device = await newDevice('Desk', {at: faultProxy});
    await deviceWithNote(device, server.setupLink);
    const observer = await observe(server, ACCOUNT);
    for (const [index, {name, damage, says, cure}] of REFUSALS.entries()) {
      await test.step(name, async () => {
        damageNextPush(faultProxy, damage);
        await replaceText(device, `Written during ${name}.`);
        await expect(status(device)).toContainText('Sync problem 1 refused');
        expect((await observer.note('Plan')).text).not.toContain(name);

        await createNote(device, `Beside ${index}`, 'Goes out.');
        await expect.poll(async () => (await observer.notes()).map(({title}) => title)).toContain(`Beside ${index}`);
        await expect(status(device)).toContainText('Sync problem 1 refused');
        await device.page.getByRole('treeitem', {name: 'Plan', exact: true}).click();
        await expect(device.page.getByText('Saved on this device, refused by the server')).toBeVisible();

        const panel = await openSyncPanel(device);
        await expect(panel.getByText('The server refused 1 change.')).toBeVisible();
        await expect(outbox(device)).toHaveCount(1);
        await expect(outbox(device)).toContainText(`${says} ${cure}`);
        await expect(panel.getByRole('button', {name: 'Export unsynced changes'})).toBeVisible();
        if (index % 2 === 0) {
          await panel.getByRole('button', {name: 'Retry'}).click();
          await arrivedOnce(observer, device, `Written during ${name}.`);
        } else {
          await closeSyncPanel(device);
          await replaceText(device, `Written after ${name}.`);
          await openSyncPanel(device);
          await arrivedOnce(observer, device, `Written after ${name}.`);
        }
      });
    }
    await allAreEqual(observer, device);
  },
);

test(
  'a proxy that refuses a change as too large: it is named and kept, and "Retry" sends it once the limit is raised',
  DEEP,
  async ({server, faultProxy, newDevice}) => {
    const device = await newDevice('Desk', {at: faultProxy});
    await deviceWithNote(device, server.setupLink);
    const observer = await observe(server, ACCOUNT);
    const isPush = (path: string): boolean => path.endsWith('/api/sync/push');
    for (const reply of [html(413, '<h1>413 Request Entity Too Large</h1>'), error(413, 'too_large')]) {
      faultProxy.answerWith(isPush, reply);
      await replaceText(device, `Written against ${reply.type}.`);
      await expect(status(device)).toContainText('Sync problem 1 refused');
      const panel = await openSyncPanel(device);
      await expect(outbox(device)).toContainText('A message was too large for the server or for a proxy before it.');
      await expect(outbox(device)).toContainText('Raise the limit for request bodies in the proxy to 24 MB or more');
      faultProxy.answerNormally();
      await panel.getByRole('button', {name: 'Retry'}).click();
      await arrivedOnce(observer, device, `Written against ${reply.type}.`);
    }
    await allAreEqual(observer, device);
  },
);

function damageNextPush(proxy: FaultProxy, damage: Refusal['damage']): void {
  proxy.alter('sync/push', (message) => {
    const {entities} = message as Pushed;
    return {...message, entities: entities.map((entity) => (entity.kind === 'note' ? damage(entity) : entity))};
  });
}

/** As a device with a larger limit would send it: whole, with right hashes. */
function grown(entity: Message, bytes: number): Message {
  const body = 'x'.repeat(bytes);
  const {data} = entity.parts as {readonly data: string};
  const parts = {data, body: sha256(body).toString('base64url')};
  const hash = sha256(Buffer.concat([sha256(''), Buffer.from(data, 'base64url'), sha256(body)]));
  return {...entity, body, parts, hash: hash.toString('base64url')};
}

function sha256(bytes: string | Buffer): Buffer {
  return createHash('sha256').update(bytes).digest();
}
