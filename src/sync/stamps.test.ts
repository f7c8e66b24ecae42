import {describe, expect, test} from 'vitest';
import {utf8Bytes} from '../../protocol/bytes.ts';
import type {CallRequest, PushedEntity} from '../../protocol/messages.ts';
import {parseStamp} from '../../protocol/stamp.ts';
import {createSyncControl} from './control.ts';
import {controlPortsOf} from './testing/control-ports.ts';
import {createWorld, type Device, START_MS, settle, type World} from './testing/world.ts';

const NOTE = {kind: 'note' as const, id: 'note1'};

async function started(): Promise<{world: World; a: Device}> {
  const world = await createWorld();
  const a = await world.device('A');
  await a.create('note1', 'One', 'base');
  await settle(a);
  a.calls.length = 0;
  return {world, a};
}

function pushedStamps(device: Device): string[] {
  return device.calls.flatMap(({name, request}) => {
    if (name !== 'push') return [];
    const entities = (request as CallRequest<'push'>).entities as PushedEntity[];
    return entities.filter(({id}) => id === NOTE.id).map(({stamp}) => stamp);
  });
}

async function stampOf(device: Device): Promise<string> {
  return (await device.entity(NOTE))?.stamp ?? '';
}

describe('a stamp', () => {
  test('is fixed once it was sent: a retry sends the same bytes, however late', async () => {
    const {world, a} = await started();
    await a.save('note1', await a.load('note1'), {text: 'second'});
    a.faults.push({call: 'push', lose: 'answer'});
    await a.round();
    world.nowMs += 3_600_000;
    a.clockMs = 120_000;
    await a.round();
    const [first, second, ...more] = pushedStamps(a);
    expect(second).toBe(first);
    expect(more).toEqual([]);
    const [sent, again] = a.calls
      .filter(({name}) => name === 'push')
      .map(({request}) => request as CallRequest<'push'>);
    expect(again?.entities).toEqual(sent?.entities);
  });

  test('made while the clock was hours ahead is set by the true time of the edit when it is sent', async () => {
    const {world, a} = await started();
    a.clockMs = 8 * 3_600_000;
    await a.save('note1', await a.load('note1'), {text: 'second'});
    expect(parseStamp(await stampOf(a)).millis).toBeGreaterThan(world.nowMs + 3_600_000);
    a.clockMs = 0;
    world.nowMs += 60_000;
    await a.round();
    const [stamp = ''] = pushedStamps(a);
    expect(parseStamp(stamp).millis).toBeLessThanOrEqual(world.nowMs);
    expect(parseStamp(stamp).millis).toBeGreaterThanOrEqual(START_MS);
  });

  test('sorts after every own stamp ever made for its note, also where the row has gone back to an older version', async () => {
    const {a} = await started();
    await a.save('note1', await a.load('note1'), {text: 'second'});
    const highest = await stampOf(a);
    await a.store.transaction('write', async (tx) => {
      const [row] = await tx.entities([NOTE]);
      if (row?.known) await tx.putEntities([{...row, stamp: row.known.stamp}]);
      const [waiting] = await tx.outbox([NOTE]);
      if (waiting) await tx.deleteOutbox([NOTE]);
    });
    const loaded = await a.load('note1');
    await a.save('note1', loaded, {text: 'third'});
    expect((await stampOf(a)) > highest).toBe(true);
  });

  test('of an edit sorts after the version that it was made on, though the clock was set back', async () => {
    const {world, a} = await started();
    a.clockMs = -4 * 60_000;
    const before = await stampOf(a);
    await a.save('note1', await a.load('note1'), {text: 'second'});
    expect((await stampOf(a)) > before).toBe(true);
    await settle(a);
    const b = await world.device('B');
    await settle(b);
    expect((await b.read('note1'))?.text).toBe('second');
  });

  test.each([
    'save',
    'replace',
  ] as const)('of a %s sorts after what the editor had loaded, also where this device has an older version now', async (type) => {
    const {world, a} = await started();
    const b = await world.device('B');
    await settle(b);
    const [before] = await b.store.transaction('read', (tx) => tx.entities([NOTE]));
    world.nowMs += 60_000;
    await a.save('note1', await a.load('note1'), {text: 'second'});
    await settle(a, b);
    const loaded = await b.load('note1');
    if (before !== undefined) await b.store.transaction('write', (tx) => tx.putEntities([before]));
    b.clockMs = -4 * 60_000;
    await b.writer.write([{type, ...NOTE, loaded, body: utf8Bytes('third')}]);
    expect((await stampOf(b)) > loaded.stamp).toBe(true);
  });

  test('sorts after every own stamp ever sent for its note, also one that lost, though the edit seems to be older', async () => {
    const {world, a} = await started();
    const b = await world.device('B');
    await settle(b);
    world.nowMs += 3_600_000;
    await a.save('note1', await a.load('note1'), {text: 'sent'});
    world.nowMs += 1000;
    await b.save('note1', await b.load('note1'), {text: 'newer'});
    await b.round();
    a.afterCall = async (name) => {
      if (name !== 'push') return;
      a.afterCall = null;
      a.clockMs = -2 * 60_000;
      await a.save('note1', await a.load('note1'), {text: 'typed on'});
      a.clockMs = 0;
    };
    await a.round();
    const [lost = '', typedOn = ''] = pushedStamps(a);
    expect(typedOn > lost).toBe(true);
    expect((await a.read('note1'))?.text).toBe('newer');
  });

  test('that the server refused is made anew, as if it had never been sent', async () => {
    const {world, a} = await started();
    const b = await world.device('B');
    await settle(b);
    await b.save('note1', await b.load('note1'), {text: 'from B'});
    world.nowMs += 3_600_000;
    await a.round(); // the clocks agree
    await b.round();
    await a.save('note1', await a.load('note1'), {text: 'from A'});
    const {transport} = a.ports;
    const call = transport.call as (...args: unknown[]) => Promise<unknown>;
    const setBack = async (...args: unknown[]) => {
      world.nowMs -= 3_600_000;
      const answer = await call.apply(transport, args);
      world.nowMs += 3_600_000;
      return answer;
    };
    Object.assign(a.ports, {transport: {...transport, call: setBack}});
    a.calls.length = 0;
    await a.round();
    expect(await a.outbox(NOTE)).toMatchObject({parked: {type: 'stamp_ahead'}, sent: []});
    a.clockMs = -3_600_000; // the person takes over the server's time, and taps "Retry"
    await createSyncControl(controlPortsOf(world, a)).retry(NOTE);
    expect((await a.round()).ok).toBe(true);
    const [refused = '', anew = ''] = pushedStamps(a);
    expect(parseStamp(anew).millis).toBe(parseStamp(refused).millis - 3_600_000);
    expect(await a.outbox(NOTE)).toBeUndefined();
    Object.assign(a.ports, {transport});
    await settle(b);
    expect((await b.read('note1'))?.text).toBe('from A');
  });
});
