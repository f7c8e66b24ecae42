/** A server put back to an older copy, by hand or with a new epoch: today's data is what the copy and the devices have. */

import {describe, expect, test, vi} from 'vitest';
import {utf8Bytes} from '../../protocol/bytes.ts';
import type {Ref} from '../../protocol/entity.ts';
import type {Change} from './changes.ts';
import {localRoot} from './check.ts';
import {createWorld, type Device, settle, type World} from './testing/world.ts';

const HOUR_MS = 3_600_000;
const NOTE = {kind: 'note', id: 'note1'} as const;

async function twoDevices() {
  const world = await createWorld();
  const [a, b] = [await world.device('A'), await world.device('B')];
  await a.create('note1', 'One', 'base');
  await settle(a, b);
  return {world, a, b};
}

async function textsKept(device: Device): Promise<string[]> {
  const {entities, bodies} = device.store.snapshot();
  return [...bodies.values()]
    .filter(({kind, id}) => entities.has(`${kind}:${id}`))
    .map(({body}) => new TextDecoder().decode(body))
    .sort();
}

async function expectOne(world: World, ...devices: Device[]): Promise<void> {
  const standing = await world.core.standing(world.accountId);
  for (const device of devices) {
    const {cursor, seen, epoch, problem, firstSync} = await device.state();
    expect({cursor, seen, epoch, problem, firstSync}).toEqual({
      cursor: standing.head,
      seen: standing.head,
      epoch: standing.epoch,
      problem: null,
      firstSync: null,
    });
    expect(await device.store.transaction('read', localRoot)).toBe(standing.root);
  }
}

describe('a server put back to an older copy', () => {
  test('gets back what it lost, and what was written on both sides of it is kept', async () => {
    const {world, a, b} = await twoDevices();
    const copy = world.storage.copy();
    await a.save('note1', await a.load('note1'), {text: 'acknowledged, and lost with the copy'});
    await a.create('note2', 'Two', 'acknowledged too');
    await a.round();
    world.storage.restore(copy);
    world.nowMs += 1000;
    await b.save('note1', await b.load('note1'), {text: 'after it was put back'});
    await b.round();
    await settle(a, b);
    for (const device of [a, b]) {
      expect((await device.read('note1'))?.text).toBe('after it was put back');
      expect((await device.read('note2'))?.text).toBe('acknowledged too');
      expect(await textsKept(device)).toContain('acknowledged, and lost with the copy');
    }
    await expectOne(world, a, b);
  });

  test('gets back very much, of which only a part is in memory at a time', async () => {
    const {world, a} = await twoDevices();
    const copy = world.storage.copy();
    const ids = Array.from({length: 900}, (_, n) => `many${n}`);
    for (const id of ids) await a.create(id, id, `text of ${id}`);
    await a.round();
    world.storage.restore(copy);
    const read: number[] = [];
    let readUntilReturned = 0;
    a.afterCall = async (name) => {
      if (name === 'repair' && readUntilReturned === 0) readUntilReturned = Math.max(...read);
    };
    const transaction = a.store.transaction.bind(a.store);
    vi.spyOn(a.store, 'transaction').mockImplementation((mode, body) =>
      transaction(mode, (tx) => {
        const entities = (refs: readonly Ref[]) => {
          if (mode === 'write') read.push(refs.length);
          return tx.entities(refs);
        };
        return body({...tx, entities});
      }),
    );
    await settle(a);
    expect(readUntilReturned).toBe(100);
    await expectOne(world, a);
    const c = await world.device('C');
    await settle(c);
    for (const id of ids) expect((await c.read(id))?.text).toBe(`text of ${id}`);
  });

  test('is noticed also where others have overtaken its old head', async () => {
    const {world, a, b} = await twoDevices();
    const copy = world.storage.copy();
    await a.save('note1', await a.load('note1'), {text: 'lost with the copy'});
    await a.round();
    world.storage.restore(copy);
    for (let count = 1; count <= 5; count++) await b.create(`more${count}`, 'More', 'more');
    await b.round();
    expect((await world.core.standing(world.accountId)).head.seq).toBeGreaterThan((await a.state()).seen?.seq ?? 0);
    await settle(a, b);
    expect((await b.read('note1'))?.text).toBe('lost with the copy');
    await expectOne(world, a, b);
  });

  test('keeps an edit that waits, and its base comes back first: nothing is taken for a conflict', async () => {
    const {world, a, b} = await twoDevices();
    const copy = world.storage.copy();
    await a.save('note1', await a.load('note1'), {text: 'lost with the copy'});
    await settle(a, b);
    await a.save('note1', await a.load('note1'), {text: 'not sent yet'});
    world.storage.restore(copy);
    await settle(a, b);
    expect((await b.read('note1'))?.text).toBe('not sent yet');
    const conflicts = [...a.store.snapshot().entities.values()].filter(
      ({meta}) => meta?.type === 'revision' && meta.reason === 'conflict',
    );
    expect(conflicts).toEqual([]);
    await expectOne(world, a, b);
  });

  test('does not undo a deletion that was made after the copy, not even one that was erased', async () => {
    const {world, a, b} = await twoDevices();
    const copy = world.storage.copy();
    const deletion: Change = {type: 'delete', ...NOTE, eraseAfterMs: HOUR_MS};
    await a.writer.write([deletion]);
    await settle(a, b);
    world.nowMs += 2 * HOUR_MS;
    await world.core.erase();
    await settle(a, b);
    world.storage.restore(copy);
    await settle(a, b);
    for (const device of [a, b]) expect((await device.entity(NOTE))?.data).toHaveLength(0);
    await expectOne(world, a, b);
  });

  test('learns of an erased deletion also from a device on which an edit of it waits', async () => {
    const {world, a, b} = await twoDevices();
    const copy = world.storage.copy();
    const shown = await a.load('note1');
    await a.writer.write([{type: 'delete', ...NOTE, eraseAfterMs: HOUR_MS}]);
    await settle(a, b);
    world.nowMs += 2 * HOUR_MS;
    await world.core.erase();
    await settle(a, b);
    world.storage.restore(copy);
    await a.save('note1', shown, {title: 'Shown all the time', text: 'and saved'});
    await settle(a, b);
    expect(await b.read('note1')).toEqual({title: 'Shown all the time', text: 'and saved'});
    await expectOne(world, a, b);
  });

  test('with a new epoch is healed the same way, by several devices at once', async () => {
    const {world, a, b} = await twoDevices();
    const copy = world.storage.copy();
    await a.save('note1', await a.load('note1'), {text: 'lost with the backup'});
    await settle(a, b);
    world.storage.restore(copy);
    world.storage.tables.meta.set('epoch', 'a-restored-backup');
    await Promise.all([a.round(), b.round()]);
    await settle(a, b);
    expect((await b.read('note1'))?.text).toBe('lost with the backup');
    await expectOne(world, a, b);
  });

  test('claims nothing before both are equal: the marks stay until then', async () => {
    const {world, a, b} = await twoDevices();
    const copy = world.storage.copy();
    await a.save('note1', await a.load('note1'), {text: 'lost with the copy'});
    await settle(a, b);
    const before = await a.state();
    world.storage.restore(copy);
    a.faults.push({call: 'repair', lose: 'answer'});
    await a.round();
    const {cursor, seen} = await a.state();
    expect({cursor, seen}).toEqual({cursor: before.cursor, seen: before.seen});
    await settle(a, b);
    await expectOne(world, a, b);
  });

  test('counts anew from there: what comes next is not taken for older than what was seen before', async () => {
    const {world, a, b} = await twoDevices();
    const copy = world.storage.copy();
    for (const text of ['one', 'two', 'three', 'four']) {
      await a.save('note1', await a.load('note1'), {text});
      await settle(a, b);
    }
    world.storage.restore(copy);
    await settle(a, b);
    await expectOne(world, a, b);
    await a.save('note1', await a.load('note1'), {text: 'in the history of now'});
    await a.round();
    b.calls.length = 0;
    await b.round();
    expect(b.calls.map(({name}) => name)).toEqual(['hello', 'pull']);
    expect((await b.read('note1'))?.text).toBe('in the history of now');
    await expectOne(world, a, b);
  });

  test('… nor what the server says of an edit that has waited since', async () => {
    const {world, a, b} = await twoDevices();
    const copy = world.storage.copy();
    b.clockMs = 6 * 60_000; // holds the push
    await b.save('note1', await b.load('note1'), {text: 'waits'});
    for (const text of ['one', 'two', 'three', 'four']) {
      world.nowMs += 1000;
      await a.save('note1', await a.load('note1'), {text});
      await settle(a, b);
    }
    world.storage.restore(copy);
    await settle(a, b);
    world.nowMs += 1000;
    await a.save('note1', await a.load('note1'), {text: 'in the history of now'});
    await a.round();
    b.clockMs = 0;
    b.calls.length = 0;
    await b.round();
    expect(b.calls.map(({name}) => name)).not.toContain('buckets');
    expect((await b.read('note1'))?.text).toBe('in the history of now');
    await settle(a, b);
    expect(await textsKept(a)).toContain('waits');
    await expectOne(world, a, b);
  });

  test('gives the text of an edit that waits without it, and counts nothing as seen before both are equal', async () => {
    const {world, a, b} = await twoDevices();
    const copy = world.storage.copy();
    await a.create('note2', 'Two', 'lost with the copy');
    await settle(a, b);
    await b.save('note1', await b.load('note1'), {title: 'Renamed'});
    await b.store.transaction('write', async (tx) => {
      const [row] = await tx.outbox([NOTE]);
      const [body] = await tx.bodies([NOTE]);
      if (!row?.baseVersion || body === undefined) throw new Error('nothing waits');
      await tx.putOutbox([{...row, baseVersion: {...row.baseVersion, body: null}}]);
      await tx.putBodies([{...body, body: utf8Bytes('what the disk made of it')}]);
    });
    const before = await b.state();
    world.storage.restore(copy);
    world.storage.tables.meta.set('epoch', 'a-restored-backup');
    b.faults.push({call: 'repair', lose: 'request'});
    await b.round();
    expect(b.calls.map(({name}) => name)).toContain('fetch');
    expect(await b.read('note1')).toEqual({title: 'Renamed', text: 'base'});
    const {cursor, seen, epoch} = await b.state();
    expect({cursor, seen, epoch}).toEqual({cursor: before.cursor, seen: before.seen, epoch: before.epoch});
    await settle(b, a);
    expect(await a.read('note1')).toEqual({title: 'Renamed', text: 'base'});
    await expectOne(world, a, b);
  });

  test('in which a row is filed wrongly counts it again, and the healing ends', async () => {
    const {world, a, b} = await twoDevices();
    const copy = world.storage.copy();
    await a.create('note2', 'Two', 'lost with the copy');
    await settle(a, b);
    world.storage.restore(copy);
    const rows = world.storage.tables.entities.get(world.accountId);
    const stored = rows?.get('note:note1');
    if (stored === undefined) throw new Error('note1 is not stored');
    rows?.set('note:note1', {...stored, facts: {...stored.facts, counted: false}});
    while ((await world.core.scrub()) === 0);
    await a.save('note1', await a.load('note1'), {text: 'waits'});
    await settle(a, b);
    expect((await b.read('note1'))?.text).toBe('waits');
    await expectOne(world, a, b);
  });
});
