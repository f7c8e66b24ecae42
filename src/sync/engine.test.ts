import {describe, expect, test} from 'vitest';
import type {SyncError} from '../../protocol/errors.ts';
import type {Poke} from '../../protocol/messages.ts';
import {createEngine, type EnginePorts} from './engine.ts';
import type {Connectivity, Transport} from './ports.ts';
import {START_MS as SCRUBS_AFTER_MS} from './scrubbing.ts';
import {createTimers} from './testing/timers.ts';
import {createWorld, type Device, settle, type World} from './testing/world.ts';

/** `fraction`: what chance says, 0 … 1. */
function createSetting(world: World, device: Device, view: 'visible' | 'hidden', fraction: number) {
  const timers = createTimers(world);
  const listeners = new Set<(event: 'online' | 'offline' | 'visible' | 'hidden') => void>();
  const connectivity: Connectivity = {
    isOnline: () => true,
    isVisible: () => view === 'visible',
    watch(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
  const pokes: {onPoke: (poke: Poke) => void; onEnd: (error: SyncError) => void; open: boolean}[] = [];
  const transport: Transport = {
    call: (name, request, options) => device.ports.transport.call(name, request, options),
    openPokes(_, onPoke, onEnd) {
      const stream = {onPoke, onEnd, open: true};
      pokes.push(stream);
      return () => {
        stream.open = false;
      };
    },
  };
  const random = {bytes: () => new Uint8Array(12), fraction: () => fraction};
  const leadership = {lead: () => {}, lose: () => {}, claims: 0};
  const locks = {
    ...device.ports.locks,
    lead: (_: string, onLead: () => void, onLost: () => void) => {
      Object.assign(leadership, {lead: onLead, lose: onLost});
      onLead();
      return {
        claim: () => {
          leadership.claims += 1;
        },
        stop: () => undefined,
      };
    },
  };
  const asked: string[] = [];
  const background = {requestSync: () => void asked.push('request'), handOver: () => void asked.push('hand over')};
  const ports: EnginePorts = {
    ...device.ports,
    transport,
    time: timers.time,
    random,
    connectivity,
    locks,
    background,
  };
  const engine = createEngine(ports);
  const names = () => device.calls.splice(0).map(({name}) => name);
  return {
    engine,
    timers,
    pokes,
    names,
    leadership,
    asked,
    tell: (event: Parameters<Parameters<Connectivity['watch']>[0]>[0]) => {
      for (const listener of listeners) listener(event);
    },
  };
}

async function running(view: 'visible' | 'hidden' = 'visible', fraction = 0.5) {
  const world = await createWorld();
  const a = await world.device('A');
  await a.create('note1', 'One', 'first');
  await settle(a);
  const setting = createSetting(world, a, view, fraction);
  setting.names();
  setting.engine.start();
  await setting.timers.advance(0);
  return {world, a, ...setting};
}

describe('the engine', () => {
  test('runs a round at the start and opens the pokes, then rests', async () => {
    const {names, pokes, timers} = await running();
    expect(names()).toEqual(['hello']);
    expect(pokes.filter(({open}) => open)).toHaveLength(1);
    await timers.advance(600_000);
    expect(names()).toEqual([]);
  });

  test('pushes a local write within moments, in one request', async () => {
    const {a, names, timers} = await running();
    names();
    await a.save('note1', await a.load('note1'), {text: 'second'});
    await timers.advance(50);
    expect(names()).toEqual(['push']);
    await timers.advance(5_000);
    expect(names()).toEqual([]);
  });

  test('sends what it is told was written here at once, in one request, also what is written meanwhile', async () => {
    const {a, names, timers, engine} = await running();
    names();
    await a.save('note1', await a.load('note1'), {text: 'second'});
    engine.sendSoon();
    engine.sendSoon();
    await timers.advance(0);
    expect(names()).toEqual(['push']);
    const saving = a.save('note1', await a.load('note1'), {text: 'third'});
    engine.sendSoon();
    await saving;
    engine.sendSoon();
    await timers.advance(5_000);
    expect(names()).toEqual(['push']);
    expect(await a.outbox({kind: 'note', id: 'note1'})).toBeUndefined();
  });

  test('told of a write it does nothing where another tab leads, or a failure is waited out', async () => {
    const {a, names, timers, engine, leadership} = await running();
    names();
    a.faults.push({call: 'push', lose: 'request'});
    await a.save('note1', await a.load('note1'), {text: 'second'});
    await timers.advance(50);
    names();
    engine.sendSoon();
    await timers.advance(0);
    expect(names()).toEqual([]);
    leadership.lose();
    engine.sendSoon();
    await timers.advance(60_000);
    expect(names()).toEqual([]);
  });

  test('pulls on a poke from another device, and not on the echo of its own push', async () => {
    const {world, a, names, timers, pokes} = await running();
    const b = await world.device('B');
    await settle(b);
    await b.create('note2', 'Two', 'other');
    await b.round();
    names();
    const standing = await world.core.standing(world.accountId);
    pokes[0]?.onPoke(standing);
    await timers.advance(0);
    expect(names()).toEqual(['pull']);
    expect(await a.read('note2')).toEqual({title: 'Two', text: 'other'});
    pokes[0]?.onPoke(standing);
    await timers.advance(0);
    expect(names()).toEqual([]);
  });

  test('tries again by itself, with growing pauses, and at once when the network is back', async () => {
    const {a, names, timers, tell} = await running('hidden');
    await timers.advance(SCRUBS_AFTER_MS); // not in a page that nobody sees: no timer of its own among those below
    names();
    for (let i = 0; i < 20; i++) a.faults.push({call: 'push', lose: 'request'}, {call: 'hello', lose: 'request'});
    await a.save('note1', await a.load('note1'), {text: 'second'});
    const pauses: number[] = [];
    await timers.advance(50);
    for (let i = 0; i < 8; i++) {
      const pause = Math.min(...timers.waiting());
      pauses.push(pause);
      await timers.advance(pause);
    }
    expect(pauses).toEqual([...pauses].sort((x, y) => x - y));
    expect(Math.max(...pauses)).toBeLessThanOrEqual(12_500);
    a.faults.length = 0;
    names();
    tell('online');
    await timers.advance(0);
    expect(names()).toEqual(['hello', 'push']);
    expect(await a.outbox({kind: 'note', id: 'note1'})).toBeUndefined();
  });

  test('tries again at another moment than another device that the same failure met', async () => {
    const pausesOf = async (fraction: number) => {
      const {a, timers, pokes} = await running('hidden', fraction);
      await timers.advance(SCRUBS_AFTER_MS); // no timer of its own among those below
      pokes[0]?.onEnd({type: 'unreachable', message: 'the server is being restarted'});
      const [untilOpened = 0] = timers.waiting();
      a.faults.push({call: 'hello', lose: 'request'}, {call: 'hello', lose: 'request'});
      await timers.advance(untilOpened);
      const [untilTried = 0] = timers.waiting();
      return {untilOpened, untilTried};
    };
    const [early, late] = [await pausesOf(0), await pausesOf(1)];
    expect(late.untilOpened).toBeGreaterThan(1.5 * early.untilOpened);
    expect(late.untilTried).toBeGreaterThan(1.5 * early.untilTried);
  });

  test('looks at once when the page becomes visible: what others wrote while nobody told is here', async () => {
    const {world, a, names, timers, tell} = await running();
    const b = await world.device('B');
    await settle(b);
    await b.create('note2', 'Two', 'other');
    await b.round();
    await timers.advance(600_000);
    names();
    tell('visible');
    await timers.advance(0);
    expect(names()).toEqual(['hello', 'pull']);
    expect(await a.read('note2')).toEqual({title: 'Two', text: 'other'});
  });

  test('opens the pokes again after they ended, with a round', async () => {
    const {names, timers, pokes} = await running();
    names();
    pokes[0]?.onEnd({type: 'unreachable', message: 'ended'});
    await timers.advance(15_000);
    expect(names()).toEqual(['hello']);
    expect(pokes.filter(({open}) => open)).toHaveLength(2);
  });

  test('asks nothing of a server that refused its token', async () => {
    const {world, a, names, timers, pokes} = await running();
    names();
    for (const [id, device] of world.storage.tables.devices)
      world.storage.tables.devices.set(id, {...device, removedMs: 1});
    await a.save('note1', await a.load('note1'), {text: 'second'});
    await timers.advance(600_000);
    expect(names()).toEqual(['push']);
    expect((await a.state()).server?.token).toBeNull();
    expect(await a.outbox({kind: 'note', id: 'note1'})).toBeDefined();
    expect(pokes.filter(({open}) => open)).toHaveLength(0);
  });
});

describe('between tabs and the worker', () => {
  test('a tab that lost the lead rests: no stream, no timer; it goes on when it leads again', async () => {
    const {leadership, pokes, timers, names, world, a} = await running();
    names();
    leadership.lose();
    expect(pokes.at(-1)?.open).toBe(false);
    expect(timers.waiting()).toEqual([]);
    await a.create('note2', 'Two', 'second');
    await timers.advance(3_600_000);
    expect(names()).toEqual([]);
    world.nowMs += 1;
    leadership.lead();
    await timers.advance(0);
    expect(names()).toEqual(['hello', 'push']);
    expect(pokes.at(-1)?.open).toBe(true);
  });

  test('a page that becomes visible claims the lead', async () => {
    const {leadership, tell} = await running();
    expect(leadership.claims).toBe(1);
    tell('visible');
    expect(leadership.claims).toBe(2);
  });

  test('the worker is asked for help when something waits, whoever leads, and handed over to when the page goes', async () => {
    const {leadership, asked, tell, a, engine} = await running();
    tell('hidden');
    expect(asked).toEqual([]);
    leadership.lose();
    await a.create('note2', 'Two', 'second');
    expect(asked).toEqual(['request']);
    tell('hidden');
    expect(asked).toEqual(['request', 'hand over']);
    engine.stop();
    tell('hidden');
    expect(asked).toHaveLength(2);
  });
});
