/**
 * Every point at which a process can die, one after the other: each scenario runs once without a death, which counts the
 * points, and then once for each of them. Afterwards a new process goes on with what was stored, and everything is as if
 * nobody had died: the same rows with the same stamps on all sides, each once, and nothing taken for a conflict.
 */

import {describe, expect, test} from 'vitest';
import {utf8Bytes} from '../../protocol/bytes.ts';
import {refKey} from '../../protocol/entity.ts';
import {ERASE_AFTER_MS} from '../../protocol/limits.ts';
import {TOMBSTONE_HORIZON_MS} from '../../server/core/drop.ts';
import type {Change} from './changes.ts';
import {localRoot} from './check.ts';
import {fetchEntities} from './fetch-entities.ts';
import {runRound} from './round.ts';
import type {RoundPorts} from './round-ports.ts';
import {createMortal, createMortalServer} from './testing/mortal.ts';
import {createWorld, type Device, noteData, settle, type World} from './testing/world.ts';
import {verifyEverything} from './verify.ts';

interface Setting {
  readonly world: World;
  /** The one that dies. */
  readonly device: Device;
  readonly others: readonly Device[];
  /** What it does until it dies, and its next process once more. */
  act(ports: RoundPorts): Promise<unknown>;
}

interface Scenario {
  readonly name: string;
  readonly prepare: () => Promise<Setting>;
}

/** Each text fills a third of a page or of a batch. */
const LARGE = 'x'.repeat(400_000);

const SCENARIOS: readonly Scenario[] = [
  {
    name: 'a push of edits, a new note, a deletion and several batches',
    prepare: async () => {
      const [world, a, b] = await twoDevices();
      await a.save('shop', await a.load('shop'), {text: 'milk and bread'});
      await a.save('diary', await a.load('diary'), {title: 'My diary'});
      await a.remove('gone');
      await createLarge(a, 4);
      return {world, device: a, others: [b], act: runRound};
    },
  },
  {
    name: 'a push of more than two batches, each next one taken while one is on its way',
    prepare: async () => {
      const [world, a, b] = await twoDevices();
      await a.save('shop', await a.load('shop'), {text: 'milk and bread'});
      await a.remove('gone');
      await createLarge(a, 4);
      return {world, device: a, others: [b], act: (ports) => runRound({...ports, batchRows: 2})};
    },
  },
  {
    name: 'a push of an edit that loses against another device',
    prepare: async () => {
      const [world, a, b] = await twoDevices();
      await a.save('shop', await a.load('shop'), {text: 'older'});
      world.nowMs += 1000;
      await b.save('shop', await b.load('shop'), {text: 'newer'});
      await b.round();
      return {world, device: a, others: [b], act: runRound};
    },
  },
  {
    name: 'a push of an edit that wins over another device',
    prepare: async () => {
      const [world, a, b] = await twoDevices();
      await b.save('shop', await b.load('shop'), {text: 'older'});
      await b.round();
      world.nowMs += 1000;
      await a.save('shop', await a.load('shop'), {text: 'newer'});
      return {world, device: a, others: [b], act: runRound};
    },
  },
  {
    name: 'a pull of what another device changed, over several pages',
    prepare: async () => {
      const [world, a, b] = await twoDevices();
      await b.save('shop', await b.load('shop'), {title: 'Shopping list', text: 'milk and bread'});
      await b.remove('gone');
      await createLarge(b, 4);
      await b.round();
      return {world, device: a, others: [b], act: runRound};
    },
  },
  {
    name: 'a first sync',
    prepare: async () => {
      const [world, a, b] = await twoDevices();
      await createLarge(a, 4);
      await settle(a, b);
      const c = await world.device('c');
      return {world, device: c, others: [a, b], act: runRound};
    },
  },
  {
    name: 'a first sync in which a note is written before its page comes',
    prepare: async () => {
      const [world, a, b] = await twoDevices();
      const c = await world.device('c');
      c.faults.push({call: 'pull', lose: 'request'});
      await c.round();
      await fetchEntities(c.ports, [{kind: 'note', id: 'shop'}]);
      await c.save('shop', await c.load('shop'), {text: 'written early'});
      await c.create('early', 'Early', 'made early');
      return {world, device: c, others: [a, b], act: runRound};
    },
  },
  {
    name: 'a repair of what this device lost and of what is damaged here',
    prepare: async () => {
      const [world, a, b] = await twoDevices();
      await loseHere(a, 'shop');
      await damageHere(a, 'diary');
      return {world, device: a, others: [b], act: verify};
    },
  },
  {
    name: 'a repair of what the server lost and of what is damaged there',
    prepare: async () => {
      const [world, a, b] = await twoDevices();
      rowsOf(world).delete(refKey({kind: 'note', id: 'shop'}));
      damageThere(world, 'diary');
      return {world, device: a, others: [b], act: verify};
    },
  },
  {
    name: 'a healing of a server that was put back to an older copy, with an edit that waits',
    prepare: async () => {
      const [world, a, b] = await twoDevices();
      const copy = world.storage.copy();
      await a.save('shop', await a.load('shop'), {text: 'acknowledged, and lost with the copy'});
      await a.remove('gone');
      await a.round();
      world.storage.restore(copy);
      await b.save('diary', await b.load('diary'), {text: 'after it was put back'});
      await b.round();
      world.nowMs += 1000;
      await a.save('shop', await a.load('shop'), {title: 'Not sent yet'});
      return {world, device: a, others: [b], act: runRound};
    },
  },
  {
    name: 'a return after deletions were forgotten, with an edit of one and a new note that wait',
    prepare: async () => {
      const [world, a, b] = await twoDevices();
      await a.save('diary', await a.load('diary'), {text: 'written while away'});
      await a.create('large0', 'New', 'made while away');
      await forgetDeletions(world, b, ['shop', 'diary', 'gone']);
      return {world, device: a, others: [b], act: runRound};
    },
  },
  {
    name: 'a return after deletions were forgotten, to a server with a new history',
    prepare: async () => {
      const [world, a, b] = await twoDevices();
      await a.create('large0', 'New', 'made while away');
      await forgetDeletions(world, b, ['shop', 'gone']);
      world.storage.tables.meta.set('epoch', 'another-epoch');
      return {world, device: a, others: [b], act: runRound};
    },
  },
];

describe.each(SCENARIOS)('$name', ({prepare}) => {
  test('survives the death of the device at every point', async () => {
    const whole = await prepare();
    const counting = createMortal(whole.device.ports, Number.POSITIVE_INFINITY);
    await whole.act(counting.ports);
    await finish(whole);
    const expected = await everything(whole);
    expect(counting.points).toBeGreaterThanOrEqual(8);
    for (let point = 1; point <= counting.points; point++) {
      const setting = await prepare();
      const mortal = createMortal(setting.device.ports, point);
      await Promise.race([setting.act(mortal.ports), mortal.died]);
      await setting.act(setting.device.ports);
      await finish(setting);
      expect(await everything(setting), `death at point ${point} of ${counting.points}`).toEqual(expected);
    }
  });

  test('survives the death of the server before and after each of its transactions', async () => {
    const whole = await prepare();
    const counting = createMortalServer(whole.world, Number.POSITIVE_INFINITY);
    await whole.act(whole.device.ports);
    const {points} = counting;
    await finish(whole);
    const expected = await everything(whole);
    expect(points).toBeGreaterThanOrEqual(2);
    for (let point = 1; point <= points; point++) {
      const setting = await prepare();
      const server = createMortalServer(setting.world, point);
      await setting.act(server.portsOf(setting.device.ports));
      await setting.act(setting.device.ports);
      await finish(setting);
      expect(await everything(setting), `death at point ${point} of ${points}`).toEqual(expected);
    }
  });
});

test('a first sync that dies goes on where it was: no page that was stored is asked for again', async () => {
  const first = SCENARIOS.find(({name}) => name === 'a first sync');
  if (first === undefined) throw new Error('no first sync');
  const whole = await first.prepare();
  const counting = createMortal(whole.device.ports, Number.POSITIVE_INFINITY);
  await whole.act(counting.ports);
  const pulls = pullsOf(whole.device);
  expect(pulls).toBeGreaterThan(3);
  for (let point = 1; point <= counting.points; point++) {
    const setting = await first.prepare();
    const mortal = createMortal(setting.device.ports, point);
    await Promise.race([setting.act(mortal.ports), mortal.died]);
    const {cursor, firstSync} = await setting.device.state();
    const calls = setting.device.calls.length;
    await setting.act(setting.device.ports);
    const next = setting.device.calls.slice(calls).find(({name}) => name === 'pull');
    const {lane, after} = firstSync ?? {lane: 'heads', after: null};
    if (cursor === null) expect(next?.request, `death at point ${point}`).toMatchObject({lane, after});
    // The page that was being stored, and two ahead of it.
    expect(pullsOf(setting.device), `death at point ${point}`).toBeLessThanOrEqual(pulls + 3);
  }
});

function pullsOf({calls}: Device): number {
  return calls.filter(({name}) => name === 'pull').length;
}

async function twoDevices(): Promise<[World, Device, Device]> {
  const world = await createWorld();
  const [a, b] = [await world.device('a'), await world.device('b')];
  await a.create('shop', 'Shopping', 'milk');
  await a.create('diary', 'Diary', 'long ago');
  await a.create('gone', 'Gone', 'soon');
  await settle(a, b);
  world.nowMs += 1000;
  return [world, a, b];
}

async function forgetDeletions(world: World, by: Device, ids: readonly string[]): Promise<void> {
  world.nowMs += 1000;
  for (const id of ids) await by.remove(id);
  await by.round();
  for (const passedMs of [ERASE_AFTER_MS, TOMBSTONE_HORIZON_MS]) {
    world.nowMs += passedMs;
    await world.core.erase();
    await by.round();
  }
}

async function createLarge({writer}: Device, count: number): Promise<void> {
  const changes = Array.from({length: count}, (_, i): Change => {
    return {
      type: 'create',
      kind: 'note',
      id: `large${i}`,
      data: noteData(`Large ${i}`),
      body: utf8Bytes(`${i}${LARGE}`),
    };
  });
  await writer.write(changes);
}

function verify(ports: RoundPorts): Promise<unknown> {
  return verifyEverything(ports, () => undefined);
}

async function finish({device, others, world}: Setting): Promise<void> {
  await settle(device, ...others);
  const {root} = await world.core.standing(world.accountId);
  for (const one of [device, ...others]) {
    expect(await one.store.transaction('read', localRoot), one.name).toBe(root);
    expect((await one.state()).unresolved).toEqual([]);
    expect(await one.store.transaction('read', (tx) => tx.outboxHead(1)), one.name).toEqual([]);
  }
}

/** What all sides hold: names, stamps, hashes; and every text, which must be there. */
async function everything({world, device, others}: Setting): Promise<unknown> {
  const server = [...rowsOf(world).values()].map(({row}) => [refKey(row), row.stamp, row.hash, row.deleted]);
  const rows = server.sort();
  const texts = new Map<string, unknown>();
  for (const one of [device, ...others]) {
    for (const id of ['shop', 'diary', 'gone', 'large0', 'large3']) texts.set(`${one.name} ${id}`, await one.read(id));
  }
  return {rows, texts};
}

function rowsOf({storage, accountId}: World) {
  const rows = storage.tables.entities.get(accountId);
  if (rows === undefined) throw new Error('the server has nothing');
  return rows;
}

function damageThere(world: World, id: string): void {
  const key = refKey({kind: 'note', id});
  const stored = rowsOf(world).get(key);
  if (stored === undefined) throw new Error(`${id} is not there`);
  rowsOf(world).set(key, {...stored, row: {...stored.row, body: utf8Bytes('#')}});
}

async function damageHere({store}: Device, id: string): Promise<void> {
  await store.transaction('write', async (tx) => {
    const [body] = await tx.bodies([{kind: 'note', id}]);
    if (body) await tx.putBodies([{...body, body: utf8Bytes('#')}]);
  });
}

async function loseHere({store}: Device, id: string): Promise<void> {
  await store.transaction('write', async (tx) => {
    await tx.deleteEntities([{kind: 'note', id}]);
    await tx.deleteBodies([{kind: 'note', id}]);
  });
}
