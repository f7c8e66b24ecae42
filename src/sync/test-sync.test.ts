import {expect, test} from 'vitest';
import type {Poke} from '../../protocol/messages.ts';
import {TEST_CHECKS, type TestCheck, type TestLine} from './api.ts';
import type {ReplicaState, Transport} from './ports.ts';
import type {DeviceFacts} from './probe.ts';
import {changeState} from './replica-state.ts';
import {testSync} from './test-sync.ts';
import {createProbe, type Place} from './testing/probe.ts';
import {createTimers} from './testing/timers.ts';
import {createWorld, settle} from './testing/world.ts';

const SERVER = 'https://aster.test';

interface Case {
  readonly typed?: string;
  readonly places?: Record<string, Place>;
  readonly device?: Partial<DeviceFacts>;
  readonly clockMs?: number;
  readonly state?: (state: ReplicaState) => ReplicaState;
  readonly openPokes?: Transport['openPokes'];
}

const pokeAtOnce: Transport['openPokes'] = (_options, onPoke) => {
  queueMicrotask(() => onPoke({} as Poke));
  return () => undefined;
};

async function linesOf({typed = SERVER, places, device, clockMs = 0, state, openPokes = pokeAtOnce}: Case = {}) {
  const world = await createWorld();
  const a = await world.device('A');
  await settle(a);
  if (state !== undefined) await changeState(a.store, state);
  a.clockMs = clockMs;
  a.calls.length = 0;
  const timers = createTimers(world);
  const ports = {
    store: a.store,
    transport: {...a.ports.transport, openPokes},
    time: {...a.ports.time, after: timers.time.after},
    probe: createProbe({places: places ?? {[SERVER]: {is: 'aster'}}, ...(device === undefined ? {} : {device})}),
  };
  const lines: TestLine[] = [];
  const testing = testSync(ports, typed, (line) => lines.push(line));
  await timers.advance(10_000);
  await testing;
  return {lines, calls: a.calls, of: (check: TestCheck) => lines.find((line) => line.check === check)};
}

const results = (lines: readonly TestLine[]) => Object.fromEntries(lines.map(({check, result}) => [check, result]));

test('all is well with the server of this device: each check is one line, in their order', async () => {
  const {lines} = await linesOf();
  expect(lines.map(({check}) => check)).toEqual(TEST_CHECKS);
  expect(new Set(lines.map(({result}) => result))).toEqual(new Set(['passed']));
});

test.each([
  ['my server', {}, 'address', 'no_address'],
  [SERVER, {}, 'reachable', 'unreachable'],
  [SERVER, {'http://aster.test': {is: 'aster'}}, 'tls', 'no_tls'],
  [SERVER, {[SERVER]: {is: 'login page'}}, 'way', 'login_page'],
  [SERVER, {[SERVER]: {is: 'unreadable'}}, 'way', 'origin_refused'],
  [SERVER, {[SERVER]: {is: 'web site'}}, 'aster', 'not_aster'],
] as const)('%s with %o fails at "%s", and what depends on it is not tested', async (typed, places, check, type) => {
  const {lines, calls, of} = await linesOf({typed, places});
  expect(of(check)).toMatchObject({result: 'failed', error: {type}});
  expect(lines.map((line) => line.check)).toEqual(TEST_CHECKS);
  expect(lines.filter(({result}) => result === 'failed')).toHaveLength(1);
  expect(results(lines)).toMatchObject({
    protocol: 'skipped',
    pokes: 'skipped',
    signed_in: 'skipped',
    storage: 'passed',
  });
  expect(calls).toEqual([]);
});

test('an address that was mended is told with what was typed, without a secret in it', async () => {
  const {of} = await linesOf({typed: 'https://ada:pass@aster.test/setup#code=secret'});
  expect(of('address')?.value).toBe('https://aster.test, by what was typed: https://aster.test/setup');
});

test('a token goes to no other address than its own', async () => {
  const {lines, calls} = await linesOf({typed: 'https://b.org', places: {'https://b.org': {is: 'aster'}}});
  expect(results(lines)).toMatchObject({
    aster: 'passed',
    same_server: 'skipped',
    pokes: 'skipped',
    signed_in: 'skipped',
  });
  expect(calls.map(({name}) => name)).toEqual(['status']);
});

test('a device without a server has nothing to sign in with yet, which is no failure', async () => {
  const {lines, of} = await linesOf({state: (state) => ({...state, server: null})});
  expect(results(lines)).toMatchObject({
    same_server: 'skipped',
    signed_in: 'skipped',
    pokes: 'skipped',
    body_size: 'passed',
  });
  expect(of('signed_in')?.value).toContain('has not signed in yet');
});

test('a device that is signed out fails there', async () => {
  const {of} = await linesOf({state: (state) => ({...state, server: state.server && {...state.server, token: null}})});
  expect(of('signed_in')).toMatchObject({result: 'failed', error: {type: 'signed_out'}});
});

test('another account at the same address is not the same server', async () => {
  const account = {id: 'another', username: 'ada'};
  const {of} = await linesOf({state: (state) => ({...state, server: state.server && {...state.server, account}})});
  expect(of('same_server')).toMatchObject({result: 'failed', error: {type: 'other_account'}});
});

test('a history that the server doesn’t know is named', async () => {
  const {of} = await linesOf({state: (state) => ({...state, epoch: 'another'})});
  expect(of('same_server')).toMatchObject({result: 'failed', error: {type: 'other_history'}});
});

test('clocks six minutes apart fail with the offset and its direction', async () => {
  const {of} = await linesOf({clockMs: -360_000});
  expect(of('clock')).toMatchObject({result: 'failed', error: {type: 'clock_skew', offsetMs: 360_000}});
  expect(of('clock')?.value).toContain('360.0 s server ahead');
});

test('a proxy that takes no request of a megabyte is named', async () => {
  const {of} = await linesOf({places: {[SERVER]: {is: 'aster', maxBytes: 100_000}}});
  expect(of('body_size')).toMatchObject({result: 'failed', error: {type: 'requests_refused'}});
});

test('a stream that is held back is named, and one that is refused', async () => {
  const held = await linesOf({openPokes: () => () => undefined});
  expect(held.of('pokes')).toMatchObject({result: 'warned', error: {type: 'pokes_held'}});
  let isClosed = false;
  const refused = await linesOf({
    openPokes: (_options, _onPoke, onEnd) => {
      queueMicrotask(() => onEnd({type: 'not_aster', message: 'no stream'}));
      return () => {
        isClosed = true;
      };
    },
  });
  expect(refused.of('pokes')).toMatchObject({result: 'failed', error: {type: 'not_aster'}});
  expect(isClosed).toBe(true);
});

test('without TLS in the network of the house sync works, and it is said what that means', async () => {
  const typed = 'http://192.168.1.5';
  const {of} = await linesOf({typed, places: {[typed]: {is: 'aster'}}});
  expect(of('tls')).toMatchObject({result: 'warned', error: {type: 'not_encrypted'}});
});

test.each([
  [{isPersisted: false}, 'storage', 'warned', 'not_persisted'],
  [{isPersisted: null}, 'storage', 'skipped', undefined],
  [{isNearlyFull: true}, 'room', 'warned', 'nearly_full'],
  [{allowedBytes: null}, 'room', 'skipped', undefined],
  [{offlineStart: 'insecure'}, 'offline_start', 'warned', 'insecure_page'],
  [{offlineStart: 'none'}, 'offline_start', 'warned', 'no_worker'],
  [{offlineStart: 'installing'}, 'offline_start', 'passed', undefined],
  [{offlineStart: null}, 'offline_start', 'skipped', undefined],
] as const)('%o is told', async (device, check, result, type) => {
  const line = (await linesOf({device})).of(check);
  expect([line?.result, line?.error?.type]).toEqual([result, type]);
});
