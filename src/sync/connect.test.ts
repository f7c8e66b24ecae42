import {expect, test} from 'vitest';
import type {SyncError} from '../../protocol/errors.ts';
import type {Change} from './changes.ts';
import {bringBack, setUpServer, signIn, startNotebook} from './connect.ts';
import {createMemoryStore} from './memory-store.ts';
import type {ServerLink} from './ports.ts';
import {runRound} from './round.ts';
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

test('after its database was removed a device has a new replica, under its old token, and gets everything', async () => {
  const world = await createWorld();
  const device = await world.device('A');
  await device.create('note1', 'One', 'text');
  await device.round();
  const {server, deviceName, replica} = await device.state();
  const store = createMemoryStore();
  const ports = portsOf(device, store);
  expect(await bringBack(ports, deviceName, server as ServerLink)).toEqual({ok: true, value: undefined});
  const {state, entities} = await roundOn(ports);
  expect(state?.replica).not.toBe(replica);
  expect(state?.server?.deviceId).toBe(server?.deviceId);
  expect(entities.has('note:note1')).toBe(true);
  expect(await errorOf(bringBack(ports, deviceName, server as ServerLink))).toBe('other_account');
});

test('with a token that the server does not take any more nothing is made', async () => {
  const world = await createWorld();
  const device = await world.device('A');
  const {server, deviceName} = await device.state();
  const store = createMemoryStore();
  const refused = {...(server as ServerLink), token: 'x'.repeat(43)};
  expect(await errorOf(bringBack(portsOf(device, store), deviceName, refused))).toBe('signed_out');
  expect(store.snapshot().state).toBeUndefined();
});

async function roundOn(ports: ReturnType<typeof portsOf>) {
  expect(await runRound(ports)).toEqual({ok: true, value: undefined});
  return ports.store.snapshot();
}
