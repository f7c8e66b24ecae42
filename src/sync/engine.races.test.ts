/** When the engine must look again by itself, and when it must not hurry. */

import {expect, test} from 'vitest';
import {type SyncError, SyncFailure} from '../../protocol/errors.ts';
import type {Poke} from '../../protocol/messages.ts';
import {createEngine, type EnginePorts} from './engine.ts';
import type {Store, Transport} from './ports.ts';
import {createConnectivity} from './testing/connectivity.ts';
import {createTimers, quiet} from './testing/timers.ts';
import {createWorld, type Device, settle, type World} from './testing/world.ts';

interface More {
  readonly store?: Store;
  readonly onOpen?: (onEnd: (error: SyncError) => void) => void;
}

const NO_WORKER = {requestSync: () => undefined, handOver: () => undefined};

function createSetting(world: World, device: Device, {store = device.store, onOpen}: More = {}) {
  const timers = createTimers(world);
  const {connectivity, happen} = createConnectivity();
  const pokes: {onPoke: (poke: Poke) => void; onEnd: (error: SyncError) => void; open: boolean}[] = [];
  const transport: Transport = {
    call: (name, request, options) => device.ports.transport.call(name, request, options),
    openPokes(_, onPoke, onEnd) {
      const stream = {onPoke, onEnd, open: true};
      pokes.push(stream);
      onOpen?.(onEnd);
      return () => {
        stream.open = false;
      };
    },
  };
  const random = {bytes: () => new Uint8Array(12), fraction: () => 0.5};
  const locks = {
    ...device.ports.locks,
    lead: (_: string, onLead: () => void) => {
      onLead();
      return {claim: () => undefined, stop: () => undefined};
    },
  };
  const ports: EnginePorts = {
    ...device.ports,
    store,
    transport,
    time: timers.time,
    random,
    connectivity,
    locks,
    background: NO_WORKER,
  };
  const engine = createEngine(ports);
  const names = () => device.calls.splice(0).map(({name}) => name);
  return {
    engine,
    timers,
    pokes,
    names,
    happen,
  };
}

test('a stream of pokes that always ends at once does not make a round every half second', async () => {
  const world = await createWorld();
  const device = await world.device('A');
  await settle(device);
  const {engine, timers, names} = createSetting(world, device, {
    onOpen: (onEnd) => setImmediate(() => onEnd({type: 'not_aster', message: 'the answer is not an event stream'})),
  });
  engine.start();
  await timers.advance(120_000);
  engine.stop();
  expect(names().length).toBeLessThan(20);
});

test('a stream that ends because the device was removed is followed by a round that tells it', async () => {
  const world = await createWorld();
  const device = await world.device('A');
  await settle(device);
  const {engine, timers, pokes, names} = createSetting(world, device);
  engine.start();
  await timers.advance(1000);
  names();
  await device.store.transaction('write', async (tx) => {
    const state = await tx.state();
    if (state?.server) await tx.putState({...state});
  });
  pokes.at(-1)?.onEnd({type: 'device_removed', message: 'removed'});
  await timers.advance(600_000);
  engine.stop();
  expect(names()).toContain('hello');
});

test('a storage that fails once, when a timer fires, is tried again', async () => {
  const world = await createWorld();
  const device = await world.device('A');
  await settle(device);
  let fails = false;
  const store: Store = {
    ...device.store,
    transaction(mode, body) {
      if (!fails) return device.store.transaction(mode, body);
      fails = false;
      return Promise.reject(new SyncFailure({type: 'storage_broken', message: 'the connection was lost'}));
    },
  };
  const {engine, timers, pokes, names} = createSetting(world, device, {store});
  engine.start();
  await timers.advance(1000);
  pokes.at(-1)?.onEnd({type: 'unreachable', message: 'the server ended the event stream'});
  names();
  const unhandled: unknown[] = [];
  const note = (error: unknown) => unhandled.push(error);
  process.on('unhandledRejection', note);
  fails = true;
  await timers.advance(3_600_000);
  process.off('unhandledRejection', note);
  engine.stop();
  expect([unhandled.length, names().includes('hello')]).toEqual([0, true]);
});

test('a failure that can’t be stored is told until a round is stored again', async () => {
  const world = await createWorld();
  const device = await world.device('A');
  await settle(device);
  let failure: Error | null = null;
  const store: Store = {
    ...device.store,
    transaction: (mode, body) => (failure === null ? device.store.transaction(mode, body) : Promise.reject(failure)),
  };
  const {engine} = createSetting(world, device, {store});
  const told: (string | undefined)[] = [];
  engine.watchFailure((untold) => told.push(untold?.type));
  failure = new SyncFailure({type: 'storage_full', message: 'full'});
  await engine.run();
  failure = new TypeError('a bug');
  await engine.run();
  failure = null;
  await engine.run();
  expect(told).toEqual(['storage_full', 'internal_error', undefined]);
});

test('a poke that comes during a round that finds a mismatch starts another', async () => {
  const world = await createWorld();
  const a = await world.device('A');
  const b = await world.device('B');
  await settle(a, b);
  const {engine, timers, pokes} = createSetting(world, b);
  engine.start();
  await timers.advance(1000);
  // B's digest is damaged: every round of it ends with hash_mismatch, which is `carry_on`
  await b.store.transaction('write', (tx) =>
    tx.putBuckets([{index: 7, bucket: {sum: '1'.padStart(64, '0'), count: 1}}]),
  );
  await a.create('note1', 'One', 'text');
  await a.round();
  b.afterCall = async (name) => {
    if (name !== 'pull') return;
    b.afterCall = null;
    await a.create('note2', 'Two', 'text');
    await a.round();
    pokes.at(-1)?.onPoke(await world.core.standing(world.accountId));
    for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
  };
  pokes.at(-1)?.onPoke(await world.core.standing(world.accountId));
  await timers.advance(60_000);
  engine.stop();
  expect(await b.read('note2')).toBeDefined();
});

test('the poke of its own push, before the answer, makes no second round', async () => {
  const world = await createWorld();
  const device = await world.device('A');
  await settle(device);
  let stored = 0;
  const store: Store = {
    ...device.store,
    transaction: ((mode, body) =>
      device.store.transaction(mode, (tx) =>
        body({
          ...tx,
          putState: (state) => {
            stored += 1;
            return tx.putState(state);
          },
        }),
      )) as Store['transaction'],
  };
  const {engine, timers, pokes, names} = createSetting(world, device, {store});
  engine.start();
  await timers.advance(1000);
  stored = 0;
  device.afterCall = async (name) => {
    if (name !== 'push') return;
    pokes.at(-1)?.onPoke(await world.core.standing(world.accountId));
    await quiet();
  };
  names();
  await device.create('note1', 'One', 'text');
  await timers.advance(1000);
  for (let turn = 0; turn < 3; turn++) await quiet();
  engine.stop();
  expect([names(), stored]).toEqual([['push'], 3]); // the answer, the hash check, the outcome
});

test('a look at the store that throws is told, and does not end the sending of what is written', async () => {
  const world = await createWorld();
  const device = await world.device('A');
  await settle(device);
  let fails = false;
  const store: Store = {
    ...device.store,
    transaction(mode, body) {
      if (!fails) return device.store.transaction(mode, body);
      fails = false;
      return Promise.reject(new TypeError('a damaged record'));
    },
  };
  const {engine, timers, pokes, names} = createSetting(world, device, {store});
  const told: (string | undefined)[] = [];
  engine.watchFailure((failure) => told.push(failure?.type));
  const unhandled: unknown[] = [];
  const note = (error: unknown) => unhandled.push(error);
  process.on('unhandledRejection', note);
  engine.start();
  await timers.advance(1000);
  fails = true;
  pokes.at(-1)?.onPoke(await world.core.standing(world.accountId));
  await quiet();
  expect(told.at(-1)).toBe('internal_error');
  await timers.advance(3_600_000);
  names();
  await device.create('note1', 'One', 'text');
  await timers.advance(1000);
  engine.stop();
  process.off('unhandledRejection', note);
  expect([names().includes('push'), told.at(-1), unhandled]).toEqual([true, undefined, []]);
});

test('an answer that is damaged does not make rounds without a pause', async () => {
  const world = await createWorld();
  const a = await world.device('A');
  await settle(a);
  const setting = createSetting(world, a);
  const call = a.ports.transport.call;
  (a.ports.transport as {call: Transport['call']}).call = async (name, request, options) => {
    const answer = await call(name, request, options);
    if (name === 'push' && answer.ok) (answer.value as {verdicts: unknown[]}).verdicts = [];
    return answer;
  };
  setting.engine.start();
  await setting.timers.advance(1000);
  await a.create('note1', 'One', 'text');
  setting.names();
  await setting.timers.advance(10_000);
  setting.engine.stop();
  expect(setting.names().filter((name) => name === 'push').length).toBeLessThan(10);
});

test('pausing holds pokes that come while the stream is opened', async () => {
  const world = await createWorld();
  const a = await world.device('A');
  const b = await world.device('B');
  await settle(a, b);
  const {engine, timers, pokes, names} = createSetting(world, b);
  engine.start();
  await timers.advance(1000);
  names();
  await b.store.transaction('write', async (tx) => {
    const state = await tx.state();
    if (state) await tx.putState({...state, paused: true});
  });
  await timers.advance(1000);
  expect(pokes.filter(({open}) => open)).toEqual([]);
  await b.create('note1', 'One', 'text');
  await timers.advance(100_000);
  engine.stop();
  expect(names()).toEqual([]);
});

test('offline without an online event after it still looks now and then', async () => {
  const world = await createWorld();
  const device = await world.device('A');
  await settle(device);
  const {engine, timers, names, happen} = createSetting(world, device);
  engine.start();
  await timers.advance(1000);
  names();
  happen('offline');
  await timers.advance(3_600_000);
  engine.stop();
  expect(names()).toContain('hello');
});

test('signing in again while a round is refused goes on by itself', async () => {
  const world = await createWorld();
  const a = await world.device('A');
  await a.create('note1', 'One', 'text');
  const good = (await a.state()).server?.token ?? '';
  const setToken = (token: string) =>
    a.store.transaction('write', async (tx) => {
      const state = await tx.state();
      if (state?.server) await tx.putState({...state, problem: null, server: {...state.server, token}});
    });
  await setToken('revoked-token');
  const {engine, timers, pokes} = createSetting(world, a);
  a.afterCall = async () => {
    a.afterCall = null;
    await setToken(good);
    await new Promise((resolve) => setTimeout(resolve, 5)); // its timer goes while the round runs
    await quiet();
  };
  engine.start();
  void timers.advance(0);
  await new Promise((resolve) => setTimeout(resolve, 50));
  await timers.advance(3_600_000);
  engine.stop();
  expect((await a.state()).server?.token).toBe(good);
  expect(await a.outbox({kind: 'note', id: 'note1'})).toBeUndefined();
  expect(pokes.length).toBeGreaterThan(0);
});

test('an exception that is no SyncFailure does not make rounds without a pause', async () => {
  const world = await createWorld();
  const device = await world.device('A');
  await settle(device);
  let fails = false;
  const store: Store = {
    ...device.store,
    transaction: ((mode, body) =>
      device.store.transaction(mode, (tx) =>
        body({
          ...tx,
          putBuckets: (rows) => (fails ? Promise.reject(new TypeError('a bug')) : tx.putBuckets(rows)),
        }),
      )) as Store['transaction'],
  };
  const unhandled: unknown[] = [];
  const note = (error: unknown) => unhandled.push(error);
  process.on('unhandledRejection', note);
  const {engine, timers, names} = createSetting(world, device, {store});
  engine.start();
  await timers.advance(1000);
  fails = true;
  await device.create('note1', 'One', 'text');
  names();
  await timers.advance(10_000);
  engine.stop();
  await quiet();
  process.off('unhandledRejection', note);
  expect([names().filter((name) => name === 'push').length < 10, unhandled.length]).toEqual([true, 0]);
});
