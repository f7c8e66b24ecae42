import {describe, expect, test} from 'vitest';
import type {CallRequest, PushedEntity} from '../../protocol/messages.ts';
import {parseStamp} from '../../protocol/stamp.ts';
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
});
