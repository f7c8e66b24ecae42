/** A device that was away for longer than the server remembers deletions: it keeps what it wrote, and resurrects nothing. */

import {describe, expect, test} from 'vitest';
import {utf8Bytes} from '../../protocol/bytes.ts';
import {bucketOf} from '../../protocol/digest.ts';
import {type Ref, refKey} from '../../protocol/entity.ts';
import {ok} from '../../protocol/errors.ts';
import {hashOf} from '../../protocol/hash.ts';
import {openCommit} from '../../server/core/commit.ts';
import {TOMBSTONE_HORIZON_MS} from '../../server/core/drop.ts';
import {readDocument} from '../../server/core/history.ts';
import {readBucket} from '../../server/core/recompute.ts';
import {writeData} from '../notes/note-data.ts';
import type {Change} from './changes.ts';
import {localRoot} from './check.ts';
import {ALL_BUCKETS, recount} from './recount.ts';
import {runRound} from './round.ts';
import type {RoundPorts} from './round-ports.ts';
import {createWorld, type Device, settle, type World} from './testing/world.ts';
import {verifyEverything} from './verify.ts';

const WEEK_MS = 7 * 24 * 3_600_000;
const NOTE = {kind: 'note', id: 'note1'} as const;
const PLACE = {kind: 'branch', id: 'place1'} as const;
const LABEL = {kind: 'attribute', id: 'label1'} as const;
const ALL = [NOTE, PLACE, LABEL];

const labelData = (value: string) =>
  writeData({note: NOTE.id, type: 'label', name: 'tag', value, inheritable: false, position: 10});

/** A note with its place and a label on both devices; another note that stays. */
async function twoDevices(): Promise<{world: World; a: Device; b: Device}> {
  const world = await createWorld();
  const [a, b] = [await world.device('A'), await world.device('B')];
  await a.create('note1', 'One', 'base');
  await a.writer.write([
    {type: 'create', ...PLACE, data: writeData({note: NOTE.id, parent: 'root', key: 'a'})},
    {type: 'create', ...LABEL, data: labelData('first')},
  ]);
  await a.create('stays', 'Stays', 'here');
  await settle(a, b);
  return {world, a, b};
}

function deletionOfAll(refs: readonly Ref[] = ALL): Change[] {
  return refs.map((ref) => ({
    type: 'delete',
    ...ref,
    eraseAfterMs: WEEK_MS,
    ...(ref !== NOTE && refs.includes(NOTE) ? {of: NOTE.id} : {}),
  }));
}

/** Deleted by one device; the others are away until the server has forgotten it. */
async function forget(world: World, by: Device, refs: readonly Ref[] = ALL): Promise<void> {
  await by.writer.write(deletionOfAll(refs));
  await by.round();
  world.nowMs += WEEK_MS;
  await world.core.erase();
  await by.round();
  world.nowMs += TOMBSTONE_HORIZON_MS;
  await world.core.erase();
  for (const ref of refs) expect(rowsOf(world).has(refKey(ref))).toBe(false);
}

function rowsOf({storage, accountId}: World) {
  const rows = storage.tables.entities.get(accountId);
  if (rows === undefined) throw new Error('the server has nothing');
  return rows;
}

function liveOn(world: World): string[] {
  return [...rowsOf(world).values()].flatMap(({row}) => (row.deleted || row.kind === 'option' ? [] : [row.id])).sort();
}

async function expectEqual(world: World, ...devices: Device[]): Promise<void> {
  const {root, head} = await world.core.standing(world.accountId);
  for (const device of devices) {
    const {cursor, problem, returning = null, pulledFrom = null} = await device.state();
    expect({cursor, problem, returning, pulledFrom}, device.name).toEqual({
      cursor: head,
      problem: null,
      returning: null,
      pulledFrom: null,
    });
    expect(await device.store.transaction('read', localRoot), device.name).toBe(root);
    expect(device.store.snapshot().outbox.size, device.name).toBe(0);
  }
}

function conflictsOn({store}: Device) {
  return [...store.snapshot().entities.values()].filter(
    ({meta}) => meta?.type === 'revision' && meta.reason === 'conflict',
  );
}

describe('a device that comes back after deletions were forgotten', () => {
  test('keeps a text that it deleted before anybody else had it, also when another’s edit brings the note back', async () => {
    const {world, a, b} = await twoDevices();
    const c = await world.device('C');
    await c.round();
    await b.save('note1', await b.load('note1'), {text: 'only on B'});
    await b.writer.write(deletionOfAll());
    await c.save('note1', await c.load('note1'), {text: 'on C'});
    await forget(world, a);
    await settle(b, c, a, b);
    for (const device of [a, b, c]) expect(await device.read('note1')).toEqual({title: 'One', text: 'on C'});
    const kept = [...rowsOf(world).values()].filter(({row}) => row.meta?.type === 'revision');
    expect(kept.map(({row}) => [row.meta?.type === 'revision' && row.meta.reason, row.body])).toContainEqual([
      'restore',
      utf8Bytes('only on B'),
    ]);
    await expectEqual(world, a, b, c);
  });

  test('goes on knowing what it sent of what it lets go', async () => {
    const {world, a, b} = await twoDevices();
    await b.writer.write(deletionOfAll());
    const waiting = await b.outbox(NOTE);
    if (waiting === undefined) throw new Error('nothing waits');
    const sent = [...waiting.sent, waiting.stamp];
    await b.store.transaction('write', (tx) => tx.putOutbox([{...waiting, sent}]));
    await forget(world, a);
    await b.round();
    expect(await b.outbox(NOTE)).toBeUndefined();
    expect(await b.entity(NOTE)).toMatchObject({deleted: true, known: null, ownSent: waiting.stamp});
  });

  test('gives nothing of them back: they are in its own "Recently deleted", whole, and wait for nothing', async () => {
    const {world, a, b} = await twoDevices();
    await forget(world, b);
    expect(await a.round()).toEqual({ok: true, value: undefined});
    expect(liveOn(world)).toEqual(['stays']);
    for (const ref of ALL) {
      expect(await a.entity(ref)).toMatchObject({deleted: true, known: null, meta: {eraseAfterMs: WEEK_MS}});
      expect(await a.outbox(ref)).toBeUndefined();
    }
    expect((await a.entity(PLACE))?.meta).toMatchObject({of: NOTE.id});
    expect(a.store.snapshot().bodies.get(refKey(NOTE))).toBeDefined();
    await settle(a, b);
    await expectEqual(world, a, b);
    expect((await b.entity(NOTE))?.data).toHaveLength(0);
  });

  test('keeps an unsent edit: the note comes back with all that belongs to it, and nothing is taken for a conflict', async () => {
    const {world, a, b} = await twoDevices();
    await a.writer.write([{type: 'keep', ...NOTE, reason: 'named'}]);
    await a.round();
    await b.round();
    await a.save('note1', await a.load('note1'), {text: 'written while away'});
    await forget(world, b);
    await settle(a, b);
    for (const device of [a, b]) {
      expect(await device.read('note1')).toEqual({title: 'One', text: 'written while away'});
      for (const ref of ALL) expect((await device.entity(ref))?.deleted, device.name).toBe(false);
      expect(conflictsOn(device)).toEqual([]);
    }
    await expectEqual(world, a, b);
  });

  test('brings a note back for an edit of its label alone', async () => {
    const {world, a, b} = await twoDevices();
    await a.writer.write([{type: 'patch', ...LABEL, edit: () => labelData('second')}]);
    await forget(world, b);
    await settle(a, b);
    expect(liveOn(world)).toEqual(['label1', 'note1', 'place1', 'stays']);
    expect((await b.entity(LABEL))?.data).toEqual(labelData('second'));
    await expectEqual(world, a, b);
  });

  test('keeps the new note of somebody who made it while away', async () => {
    const {world, a, b} = await twoDevices();
    await a.create('fresh', 'New', 'made while away');
    await forget(world, b);
    await settle(a, b);
    expect(await b.read('fresh')).toEqual({title: 'New', text: 'made while away'});
    expect(liveOn(world)).toEqual(['fresh', 'stays']);
    await expectEqual(world, a, b);
  });

  test('that deleted the same note itself gives it back for no moment', async () => {
    const {world, a, b} = await twoDevices();
    await a.writer.write(deletionOfAll());
    await forget(world, b);
    const lives: string[][] = [];
    a.afterCall = async () => void lives.push(liveOn(world));
    await a.round();
    expect(new Set(lives.map(String))).toEqual(new Set(['stays']));
    await settle(a, b);
    await expectEqual(world, a, b);
  });

  test('"Restore" sends it as new, and everybody has it', async () => {
    const {world, a, b} = await twoDevices();
    await forget(world, b);
    await settle(a, b);
    await a.writer.write(ALL.map((ref) => ({type: 'undelete', ...ref})));
    expect(await a.outbox(NOTE)).toMatchObject({base: null});
    await settle(a, b);
    expect(await b.read('note1')).toEqual({title: 'One', text: 'base'});
    await expectEqual(world, a, b);
  });

  test('and is asked to verify everything, or to get everything again, sends none of its own "Recently deleted"', async () => {
    const {world, a, b} = await twoDevices();
    await forget(world, b);
    await settle(a, b);
    const {verification} = await verifyEverything(a.ports, () => undefined);
    expect(verification).toMatchObject({result: 'equal', repaired: 0});
    expect(await a.outbox(NOTE)).toBeUndefined();
    await settle(a, b);
    expect(liveOn(world)).toEqual(['stays']);
    await expectEqual(world, a, b);
  });

  test.each([
    'A first',
    'B first',
  ])('with another one, %s: the edit of one brings the note back for both', async (order) => {
    const {world, a, b} = await twoDevices();
    const c = await world.device('C');
    await settle(c);
    await a.save('note1', await a.load('note1'), {text: 'written while away'});
    await forget(world, c);
    await settle(...(order === 'A first' ? [a, b, c] : [b, a, c]));
    for (const device of [a, b, c]) {
      expect(await device.read('note1')).toEqual({title: 'One', text: 'written while away'});
      expect((await device.entity(PLACE))?.deleted, device.name).toBe(false);
    }
    await expectEqual(world, a, b, c);
  });

  test('learns of it also where the server forgets while it pulls', async () => {
    const {world, a, b} = await twoDevices();
    await b.writer.write(deletionOfAll());
    await b.round();
    world.nowMs += WEEK_MS;
    await world.core.erase();
    await b.round();
    world.nowMs += TOMBSTONE_HORIZON_MS - 1;
    a.afterCall = async (name) => {
      if (name !== 'hello') return;
      a.afterCall = null;
      world.nowMs += 1;
      await world.core.erase();
    };
    await a.round();
    expect(liveOn(world)).toEqual(['stays']);
    expect(await a.entity(NOTE)).toMatchObject({deleted: true, known: null});
    await settle(a, b);
    await expectEqual(world, a, b);
  });

  test('with its first sync unfinished learns of it when that ends', async () => {
    const {world, a, b} = await twoDevices();
    const c = await world.device('C');
    c.afterCall = async (name) => {
      if (name === 'pull' && c.faults.length === 0) c.faults.push({call: 'pull', lose: 'request'});
    };
    await c.round();
    c.afterCall = null;
    expect((await c.state()).firstSync).not.toBeNull();
    expect(await c.entity(NOTE)).toBeDefined();
    await forget(world, b);
    await settle(c, a, b);
    expect(liveOn(world)).toEqual(['stays']);
    expect(await c.entity(NOTE)).toMatchObject({deleted: true, known: null});
    await expectEqual(world, a, b, c);
  });

  test('gives back what the server lost since: that was no deletion of before the floor', async () => {
    const {world, a, b} = await twoDevices();
    await forget(world, b);
    world.nowMs += 1000;
    await a.create('late', 'Late', 'the server has it');
    const pushed = a.calls.length;
    await a.round();
    expect(a.calls.length).toBeGreaterThan(pushed);
    await settle(a, b);
    rowsOf(world).delete('note:late');
    await verifyEverything(a.ports, () => undefined);
    expect(liveOn(world)).toEqual(['late', 'stays']);
    await settle(a, b);
    await expectEqual(world, a, b);
  });

  test.each([
    ['at the floor or above it: it is given back', 0, ['stays']],
    ['below the floor: it was deleted', 1, []],
  ])('and knows what the server lacks at a seq %s', async (_, above, live) => {
    const {world, a, b} = await twoDevices();
    await forget(world, b);
    await settle(a, b);
    const known = (await a.entity({kind: 'note', id: 'stays'}))?.known;
    await a.store.transaction('write', async (tx) => {
      const state = await tx.state();
      if (state && known) await tx.putState({...state, returning: known.seq + above});
    });
    await dropUnnoticed(world, {kind: 'note', id: 'stays'});
    await a.round();
    expect(liveOn(world)).toEqual(live);
  });

  describe.each([
    ['lost', (world: World) => void rowsOf(world).delete('note:stays')],
    ['damaged', (world: World) => hurt(world, 'note:stays')],
  ])('gives back what the server has %s, although it is below the floor', (_, harm) => {
    test.each([
      ['before the server noticed', false],
      ['after the server noticed', true],
    ])('%s', async (_when, isNoticed) => {
      const {world, a, b} = await twoDevices();
      await forget(world, b);
      harm(world);
      if (isNoticed) await (await world.device('C')).round();
      await a.round();
      await verifyEverything(a.ports, () => undefined);
      expect(liveOn(world)).toEqual(['stays']);
      expect(await a.read('stays')).toEqual({title: 'Stays', text: 'here'});
      expect(await a.entity(NOTE)).toMatchObject({deleted: true, known: null});
      await settle(a, b);
      await expectEqual(world, a, b);
    });
  });

  test.each([
    ['here, and found before, is let go with the rest', [NOTE, PLACE, LABEL], ['stays']],
    ['here, and the only thing forgotten there, is let go', [PLACE], ['label1', 'note1', 'stays']],
  ])('what is damaged %s', async (_, deleted, live) => {
    const {world, a, b} = await twoDevices();
    await damageFound(a, PLACE);
    await forget(world, b, deleted);
    await a.round();
    expect(liveOn(world)).toEqual(live);
    for (const ref of deleted) expect(await a.entity(ref)).toMatchObject({deleted: true, known: null});
    await settle(a, b);
    await expectEqual(world, a, b);
    expect((await a.state()).unresolved).toEqual([]);
  });

  test('gives back all of a note that can’t be told from one that was lost, and nothing of one that can', async () => {
    const {world, a, b} = await twoDevices();
    await forget(world, b);
    const [document] = world.storage.tables.documents.values();
    if (document === undefined) throw new Error('there is no document');
    world.storage.tables.documents.set(world.accountId, {...document, lossy: [bucketOf(PLACE.id)]});
    await a.round();
    expect(liveOn(world)).toEqual(['stays']);
    expect(await a.entity(PLACE)).toMatchObject({deleted: true, known: null, meta: {of: NOTE.id}});

    const other = await twoDevices();
    await forget(other.world, other.b);
    const [head] = other.world.storage.tables.documents.values();
    if (head === undefined) throw new Error('there is no document');
    other.world.storage.tables.documents.set(other.world.accountId, {...head, lossy: [bucketOf(NOTE.id)]});
    await other.a.round();
    expect(liveOn(other.world)).toEqual([LABEL.id, NOTE.id, PLACE.id, 'stays']);
    await settle(other.a, other.b);
    await expectEqual(other.world, other.a, other.b);
  });

  test('goes on with an edit that waits although a difference stays that nobody can repair', async () => {
    const {world, a, b} = await twoDevices();
    await a.save('stays', await a.load('stays'), {text: 'written while away'});
    await forget(world, b);
    await runRound(withOtherRoot(a.ports));
    expect((await a.state()).problem?.type).toBe('hash_mismatch');
    expect(await a.outbox({kind: 'note', id: 'stays'})).toBeUndefined();
  });
});

/** As if it had been deleted, erased and forgotten: nothing tells that it was there. */
async function dropUnnoticed({storage, accountId, nowMs}: World, ref: Ref): Promise<void> {
  const ports = {now: () => nowMs, random: (length: number) => new Uint8Array(length)};
  await storage.write(accountId, async (tx) => {
    await tx.deleteEntity(accountId, ref);
    const commit = await openCommit(tx, accountId, ports);
    const index = bucketOf(ref.id);
    commit.setBucket(index, (await readBucket(tx, accountId, index)).bucket);
    await commit.close();
    await tx.putDocument(accountId, {...(await readDocument(tx, accountId)), lossy: []});
  });
}

function hurt(world: World, key: string): void {
  const stored = rowsOf(world).get(key);
  if (stored === undefined) throw new Error(`there is no ${key}`);
  rowsOf(world).set(key, {...stored, row: {...stored.row, data: utf8Bytes('#')}});
}

/** A row that the disk of this device has damaged, and a scrub has found: it isn't counted any more. */
async function damageFound({store, ports}: Device, ref: Ref): Promise<void> {
  const tables = store.snapshot();
  const row = tables.entities.get(refKey(ref));
  if (row === undefined) throw new Error(`there is no ${refKey(ref)}`);
  tables.entities.set(refKey(ref), {...row, data: utf8Bytes('#')});
  store.restore(tables);
  await recount(ports, ALL_BUCKETS, () => undefined);
}

/** Whatever is repaired, the server tells a root that isn't that of its rows. */
function withOtherRoot(ports: RoundPorts): RoundPorts {
  const call: RoundPorts['transport']['call'] = async (...asked) => {
    const answer = await ports.transport.call(...asked);
    return answer.ok && 'root' in answer.value ? ok({...answer.value, root: hashOf(utf8Bytes('another'))}) : answer;
  };
  return {...ports, transport: {call}};
}

describe('a device below the floor of a server that was put back', () => {
  /** The whole of what the server has, with a new name for its history: what `aster restore` does. */
  function restore(world: World, copy: ReturnType<World['storage']['copy']>): void {
    world.storage.restore(copy);
    world.storage.tables.meta.set('epoch', 'another-epoch');
  }

  test('whose past the copy knows resurrects nothing', async () => {
    const {world, a, b} = await twoDevices();
    await forget(world, b);
    restore(world, world.storage.copy());
    await settle(a, b);
    expect(liveOn(world)).toEqual(['stays']);
    expect(await a.entity(NOTE)).toMatchObject({deleted: true, known: null});
    await expectEqual(world, a, b);
  });

  test('lets go of what is damaged here, too, when a scrub has found it before', async () => {
    const {world, a, b} = await twoDevices();
    await damageFound(a, PLACE);
    await forget(world, b);
    restore(world, world.storage.copy());
    await settle(a, b);
    expect(liveOn(world)).toEqual(['stays']);
    for (const ref of ALL) expect(await a.entity(ref)).toMatchObject({deleted: true, known: null});
    await expectEqual(world, a, b);
  });

  test('gives back what it had pushed after its place, and the copy lost', async () => {
    const {world, a, b} = await twoDevices();
    await forget(world, b);
    const copy = world.storage.copy();
    // Acknowledged beyond the place up to which it pulled: the device is gone before it looks further.
    await a.create('late', 'Late', 'acknowledged, and lost with the copy');
    await a.round();
    await b.round();
    await b.create('later', 'Later', 'acknowledged, and lost as well');
    await b.round();
    restore(world, copy);
    await settle(a, b);
    expect(liveOn(world)).toEqual(['late', 'later', 'stays']);
    await expectEqual(world, a, b);
  });

  test('takes nothing for deleted that was acknowledged after the past that both have', async () => {
    const {world, a, b} = await twoDevices();
    await b.create('between', 'Between', 'so that the ack doesn’t move the place');
    await b.round();
    const copy = world.storage.copy();
    await a.create('late', 'Late', 'acknowledged, and lost with the copy');
    a.faults.push({call: 'pull', lose: 'request'});
    await a.round();
    const known = (await a.entity({kind: 'note', id: 'late'}))?.known;
    expect(known?.seq).toBeGreaterThan((await a.state()).cursor?.seq ?? 0);
    restore(world, copy);
    await settle(b);
    await forget(world, b);
    expect(world.storage.tables.documents.get(world.accountId)?.floor).toBeGreaterThan(known?.seq ?? 0);
    await settle(a, b);
    expect(liveOn(world)).toEqual(['between', 'late', 'stays']);
    expect(await a.entity(NOTE)).toMatchObject({deleted: true, known: null});
    await expectEqual(world, a, b);
  });

  test('whose past the copy doesn’t know gives back what it has: better a note too many than one lost', async () => {
    const {world, a, b} = await twoDevices();
    const copy = world.storage.copy();
    await a.create('late', 'Late', 'lost with the copy');
    await a.round();
    world.storage.restore(copy);
    for (let count = 0; count < 4; count++) await b.create(`more${count}`, 'More', 'more');
    await b.round();
    await forget(world, b);
    await settle(a, b);
    expect(liveOn(world)).toContain('late');
    await expectEqual(world, a, b);
  });

  test('keeps an unsent edit, with all that belongs to the note', async () => {
    const {world, a, b} = await twoDevices();
    await a.save('note1', await a.load('note1'), {text: 'written while away'});
    await forget(world, b);
    restore(world, world.storage.copy());
    await settle(a);
    expect(await a.read('note1')).toEqual({title: 'One', text: 'written while away'});
    expect(liveOn(world)).toEqual(['label1', 'note1', 'place1', 'stays']);
    await expectEqual(world, a);
  });
});

test('a device that was killed while it compared marks nothing as sent before it has compared', async () => {
  const {world, a} = await twoDevices();
  world.nowMs += 1000; // the last clock check still serves
  await a.save('stays', await a.load('stays'), {text: 'edited'});
  await a.store.transaction('write', async (tx) => {
    const state = await tx.state();
    if (state !== undefined) await tx.putState({...state, returning: 1, problem: null});
  });
  a.calls.length = 0;
  a.faults.push({call: 'pull', lose: 'request'});
  await a.round();
  expect(a.calls.map(({name}) => name)).not.toContain('push');
  expect((await a.outbox({kind: 'note', id: 'stays'}))?.sent).toEqual([]);
});
