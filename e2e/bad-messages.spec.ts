import {setUpServer} from './fixtures/accounts.ts';
import {makeEntity, newId, pushEntities} from './fixtures/foreign-device.ts';
import {createNote} from './fixtures/notes.ts';
import {ACCOUNT, type Observer, observe} from './fixtures/observer.ts';
import type {Server} from './fixtures/server.ts';
import {allAreEqual, isSynced} from './fixtures/sync-panel.ts';
import {expect, test} from './fixtures/test.ts';

const MEGABYTE = 1024 * 1024;
const HISTORY = {epoch: null, cursor: null, seen: null};
const ASKED = {protocol: 3, replica: 'e2eObserver00000', history: HISTORY};

interface Message {
  readonly name: string;
  readonly path: string;
  readonly body: string;
  readonly status: number;
  readonly type: string;
  readonly token?: string;
  readonly contentType?: string;
  readonly side?: string;
}

const HELLO = {replica: ASKED.replica, history: HISTORY, t0: 0};

const MESSAGES: readonly Message[] = [
  {name: 'no JSON', path: 'sync/hello', body: '{"protocol":', status: 400, type: 'malformed'},
  {name: 'no body', path: 'sync/push', body: '', status: 400, type: 'malformed'},
  {name: 'JSON of another shape', path: 'sync/push', body: '[1, 2, 3]', status: 400, type: 'malformed'},
  {
    name: 'a form',
    path: 'sync/push',
    body: 'a=1',
    contentType: 'application/x-www-form-urlencoded',
    status: 415,
    type: 'malformed',
  },
  {
    name: 'a position that is no number',
    path: 'sync/pull',
    body: JSON.stringify({...ASKED, lane: 'all', after: 'x'}),
    status: 400,
    type: 'malformed',
  },
  {
    name: 'too many entities',
    path: 'sync/push',
    body: JSON.stringify({...ASKED, entities: Array(1001).fill({})}),
    status: 400,
    type: 'malformed',
  },
  {
    name: 'more than a request may have',
    path: 'sync/push',
    body: JSON.stringify({...ASKED, entities: ['x'.repeat(25 * MEGABYTE)]}),
    status: 413,
    type: 'too_large',
  },
  {
    name: 'a protocol that is too new',
    path: 'sync/hello',
    body: JSON.stringify({...HELLO, protocol: {min: 7, max: 9}}),
    status: 426,
    type: 'upgrade_needed',
    side: 'server',
  },
  {
    name: 'a protocol that is too old',
    path: 'sync/hello',
    body: JSON.stringify({...HELLO, protocol: {min: 0, max: 0}}),
    status: 426,
    type: 'upgrade_needed',
    side: 'app',
  },
  {
    name: 'a push of an unknown protocol',
    path: 'sync/push',
    body: JSON.stringify({...ASKED, protocol: 9, entities: [{}]}),
    status: 426,
    type: 'upgrade_needed',
    side: 'server',
  },
  {name: 'no token', path: 'sync/hello', body: '{}', token: '', status: 401, type: 'signed_out'},
  {name: 'an unknown token', path: 'sync/hello', body: '{}', token: 'x'.repeat(43), status: 401, type: 'signed_out'},
  {name: 'an unknown address', path: 'nothing/here', body: '{}', status: 404, type: 'not_found'},
  {
    name: 'a wrong password',
    path: 'login',
    body: JSON.stringify({...ACCOUNT, password: 'wrong', deviceName: 'x'}),
    status: 401,
    type: 'wrong_credentials',
  },
  {
    name: 'a setup of a server that has an account',
    path: 'setup',
    body: JSON.stringify({setupCode: 'x', username: 'eve', password: 'long enough', deviceName: 'x'}),
    status: 409,
    type: 'already_initialized',
  },
];

test('bad messages are answered with their kind, as JSON, and the server stays up', async ({server, newDevice}) => {
  const device = await newDevice('Desk');
  await setUpServer(device, server.setupLink);
  await isSynced(device);
  const observer = await observe(server, ACCOUNT);
  const head = await observer.head();

  for (const message of MESSAGES) {
    await test.step(message.name, async () => {
      const answer = await post(server, observer, message);
      const {error} = (await answer.json()) as {error: {type: string; message: string; side?: string}};
      expect.soft(error.type, message.name).toBe(message.type);
      expect.soft(answer.status, message.name).toBe(message.status);
      expect.soft(error.message, message.name).not.toBe('');
      expect.soft(answer.headers.get('content-type'), message.name).toContain('application/json');
      if (message.side !== undefined) expect.soft(error.side, message.name).toBe(message.side);
    });
  }
  expect(await observer.head()).toBe(head);
  expect(server.isRunning()).toBe(true);
  await createNote(device, 'Afterwards', 'Still syncing.');
  await isSynced(device);
  await allAreEqual(observer, device);
});

test('a bad entity is refused by name and the others of its push arrive', async ({server, newDevice}) => {
  const device = await newDevice('Desk');
  await setUpServer(device, server.setupLink);
  await isSynced(device);
  const observer = await observe(server, ACCOUNT);
  const note = (title: string, body = '') =>
    makeEntity('note', newId(), {mime: 'text/html', title, type: 'text'}, body);
  const good = note('Good', '<p>Good.</p>');

  const verdicts = await pushEntities(server, observer, [
    {...note('Wrong hash'), hash: 'A'.repeat(43)},
    {kind: 'note'},
    good,
    {...note('Deleted without a tombstone'), deleted: true},
  ]);
  expect(verdicts.map(({type, error}) => error?.type ?? type)).toEqual([
    'wrong_hash',
    'malformed_entity',
    'applied',
    'malformed_entity',
  ]);
  const [large] = await pushEntities(server, observer, [note('Too large', 'x'.repeat(17 * MEGABYTE))]);
  expect(large?.error?.type).toBe('entity_too_large');
  expect((await observer.notes()).map(({title}) => title)).toContain('Good');
  await isSynced(device);
  await allAreEqual(observer, device);
});

test('a wrong setup code over HTTP is a typed error, and the account is still to be made', async ({server}) => {
  const body = JSON.stringify({setupCode: 'wrong', ...ACCOUNT, deviceName: 'x'});
  const answer = await post(server, null, {name: '', path: 'setup', body, status: 403, type: 'wrong_setup_code'});
  expect(((await answer.json()) as {error: {type: string}}).error.type).toBe('wrong_setup_code');
  const status = (await (await fetch(`${server.address}api/status`)).json()) as {initialized: boolean};
  expect(status.initialized).toBe(false);
});

function post(
  {address}: Server,
  observer: Observer | null,
  {path, body, token, contentType}: Message,
): Promise<Response> {
  const bearer = token ?? observer?.token ?? '';
  return fetch(`${address}api/${path}`, {
    method: 'POST',
    headers: {
      'content-type': contentType ?? 'application/json',
      ...(bearer === '' ? {} : {authorization: `Bearer ${bearer}`}),
    },
    body,
  });
}
