import {beforeEach, describe, expect, test} from 'vitest';
import {runInBackground, runUnlessSeen} from './background.ts';
import {createTimers} from './testing/timers.ts';
import {createWorld, type Device, settle, type World} from './testing/world.ts';

let world: World;
let a: Device;

beforeEach(async () => {
  world = await createWorld();
  a = await world.device('A');
  await settle(a);
  a.calls.length = 0;
});

const names = () => a.calls.splice(0).map(({name}) => name);

describe('a round without a page', () => {
  test('sends what waits', async () => {
    await a.create('note1', 'One', 'first');
    expect(await runInBackground(a.ports, 'send')).toBe('done');
    expect(names()).toEqual(['push']);
    expect(await a.outbox({kind: 'note', id: 'note1'})).toBeUndefined();
  });

  test('asks nothing where another sent it meanwhile', async () => {
    await a.create('note1', 'One', 'first');
    const exclusive = a.ports.locks.exclusive;
    Object.assign(a.ports.locks, {
      exclusive: async (name: string, body: () => Promise<unknown>) => {
        Object.assign(a.ports.locks, {exclusive});
        await a.round();
        return exclusive(name, body);
      },
    });
    expect(await runInBackground(a.ports, 'send')).toBe('done');
    expect(names()).toEqual(['push']);
  });

  test('fetches too when it is woken for that', async () => {
    expect(await runInBackground(a.ports, 'send')).toBe('done');
    expect(names()).toEqual([]);
    expect(await runInBackground(a.ports, 'send_and_fetch')).toBe('done');
    expect(names()).toEqual(['hello']);
  });

  test('asks to be woken again when the server could not be reached, and keeps the outbox', async () => {
    await a.create('note1', 'One', 'first');
    a.faults.push({call: 'push', lose: 'answer'});
    expect(await runInBackground(a.ports, 'send')).toBe('again');
    expect(await a.outbox({kind: 'note', id: 'note1'})).toBeDefined();
    expect(await runInBackground(a.ports, 'send')).toBe('done');
  });

  test.each([
    ['paused', {paused: true}],
    ['without a server', {server: null}],
  ])('does nothing %s', async (_, change) => {
    await a.create('note1', 'One', 'first');
    const state = await a.state();
    await a.store.transaction('write', (tx) => tx.putState({...state, ...change}));
    expect(await runInBackground(a.ports, 'send_and_fetch')).toBe('done');
    expect(names()).toEqual([]);
  });
});

describe('a round beside a page', () => {
  /** `seen`: what is found at each look; the last holds on. */
  function look(...seen: boolean[]) {
    const timers = createTimers(world);
    const ports = {...a.ports, time: timers.time};
    const outcome = runUnlessSeen(ports, 'send', async () => (seen.length > 1 ? seen.shift() : seen[0]) ?? false);
    return {timers, outcome};
  }

  test('is left to it when it sends what waits', async () => {
    await a.create('note1', 'One', 'first');
    const {timers, outcome} = look(true);
    await timers.advance(0);
    expect(timers.waiting()).toHaveLength(1);
    await a.round();
    await timers.advance(1_000);
    expect(await outcome).toBe('done');
    expect(names().at(-1)).toBe('push');
  });

  test('follows at once when it is closed with something waiting', async () => {
    await a.create('note1', 'One', 'first');
    const {timers, outcome} = look(true, false);
    await timers.advance(1_000);
    expect(await outcome).toBe('done');
    expect(names().at(-1)).toBe('push');
    expect(await a.outbox({kind: 'note', id: 'note1'})).toBeUndefined();
  });

  test('is over at once where nothing waits, or nobody looks', async () => {
    expect(await look(true).outcome).toBe('done');
    expect(names()).toEqual([]);
    await a.create('note1', 'One', 'first');
    expect(await look(false).outcome).toBe('done');
    expect(names().at(-1)).toBe('push');
  });

  test('is tried again for a while when the server can not be reached yet', async () => {
    await a.create('note1', 'One', 'first');
    a.faults.push({call: 'push', lose: 'request'}, {call: 'hello', lose: 'request'});
    const {timers, outcome} = look(false);
    await timers.advance(60_000);
    expect(await outcome).toBe('done');
    expect(await a.outbox({kind: 'note', id: 'note1'})).toBeUndefined();
  });

  test('asks to be woken again when the server stays away', async () => {
    await a.create('note1', 'One', 'first');
    for (let n = 0; n < 20; n++) a.faults.push({call: 'push', lose: 'request'}, {call: 'hello', lose: 'request'});
    const {timers, outcome} = look(false);
    await timers.advance(60_000);
    expect(await outcome).toBe('again');
    expect(timers.waiting()).toHaveLength(0);
    expect(await a.outbox({kind: 'note', id: 'note1'})).toBeDefined();
  });

  test('asks to be woken again when the page gets nowhere', async () => {
    await a.create('note1', 'One', 'first');
    const {timers, outcome} = look(true);
    await timers.advance(120_000);
    expect(await outcome).toBe('again');
    expect(names()).toEqual([]);
  });
});
