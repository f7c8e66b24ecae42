import {expect, test} from 'vitest';
import type {SyncError} from '../../protocol/errors.ts';
import {setUpServer, signIn, startNotebook} from './connect.ts';
import {createMemoryStore} from './memory-store.ts';
import type {Change} from './ports.ts';
import {createWorld, type Device, noteData, settle} from './testing/world.ts';

const INPUT = {address: 'https://aster.test', username: 'ada', password: 'correct horse battery', deviceName: 'New'};

function portsOf(device: Device, store = createMemoryStore()) {
  let counter = 0;
  const bytes = (count: number) => new Uint8Array(count).fill(++counter);
  const note: Change = {type: 'create', kind: 'note', id: 'welcome1', data: noteData('Welcome')};
  return {
    ...device.ports,
    store,
    random: {bytes, fraction: () => 0.5},
    rules: {
      welcome: () => [note],
      nameDevice: (replica: string): Change => ({type: 'create', kind: 'option', id: replica, data: noteData('x')}),
    },
  };
}

async function errorOf(result: Promise<{ok: true} | {ok: false; error: SyncError}>): Promise<string | null> {
  const settled = await result;
  return settled.ok ? null : settled.error.type;
}

test('a wrong password leaves the browser as it was', async () => {
  const world = await createWorld();
  const ports = portsOf(await world.device('A'));
  expect(await errorOf(signIn(ports, {...INPUT, password: 'wrong'}))).toBe('wrong_credentials');
  expect(await ports.store.transaction('read', (tx) => tx.state())).toBeUndefined();
});

test('a server with an account can not be set up again', async () => {
  const world = await createWorld();
  const ports = portsOf(await world.device('A'));
  expect(await errorOf(setUpServer(ports, {...INPUT, setupCode: 'anything'}))).toBe('already_initialized');
});

test('a notebook of this browser is not mixed with an account by signing in', async () => {
  const world = await createWorld();
  const ports = portsOf(await world.device('A'));
  await startNotebook(ports, 'New');
  const before = ports.store.snapshot();
  expect(await errorOf(signIn(ports, INPUT))).toBe('other_account');
  expect(ports.store.snapshot()).toEqual(before);
});

test('starting a notebook twice changes nothing', async () => {
  const world = await createWorld();
  const ports = portsOf(await world.device('A'));
  await startNotebook(ports, 'New');
  const before = ports.store.snapshot();
  await startNotebook(ports, 'Another');
  expect(ports.store.snapshot()).toEqual(before);
});

test('signing in again after the token was refused keeps what waits, and sends it', async () => {
  const world = await createWorld();
  const a = await world.device('A');
  await settle(a);
  for (const [id, device] of world.storage.tables.devices)
    world.storage.tables.devices.set(id, {...device, removedMs: 1});
  await a.create('note1', 'One', 'text');
  expect(await errorOf(a.round())).toBe('device_removed');
  expect((await a.state()).server?.token).toBeNull();
  expect(await errorOf(signIn(portsOf(a, a.store), INPUT))).toBeNull();
  expect(await errorOf(a.round())).toBeNull();
  const b = await world.device('B');
  await settle(b);
  expect(await b.read('note1')).toEqual({title: 'One', text: 'text'});
});
