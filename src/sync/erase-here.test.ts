/** A device erases what no server knows of, when its time has passed, and nothing else. */

import {describe, expect, test} from 'vitest';
import {utf8Bytes} from '../../protocol/bytes.ts';
import type {Ref} from '../../protocol/entity.ts';
import {ERASE_AFTER_MS} from '../../protocol/limits.ts';
import {TOMBSTONE_HORIZON_MS} from '../../server/core/drop.ts';
import {LIFETIME_RULES, lifetimeRef, readLifetimes} from '../notes/lifetimes.ts';
import {mergeBody} from '../notes/merge.ts';
import {writeData} from '../notes/note-data.ts';
import {noteOf} from '../notes/note-of.ts';
import type {Change} from './changes.ts';
import {startNotebook} from './connect.ts';
import {createEraser, eraseHere} from './erase-here.ts';
import {inspect} from './inspect.ts';
import {createMemoryStore} from './memory-store.ts';
import type {StoreTx} from './ports.ts';
import {controlPortsOf} from './testing/control-ports.ts';
import {createTimers, quiet} from './testing/timers.ts';
import {createWorld, noteData, START_MS, settle, type World} from './testing/world.ts';
import {createWriter} from './writer.ts';

const NOTE = {kind: 'note', id: 'note1'} as const;
const PLACE = {kind: 'branch', id: 'place1'} as const;
const HOUR_MS = 3_600_000;

/** A notebook without a server: a note with its place. */
async function createAlone() {
  const clock = {nowMs: START_MS};
  const store = createMemoryStore();
  const time = {wallMs: () => clock.nowMs, monotonicMs: () => clock.nowMs, after: () => () => undefined};
  const random = {bytes: (count: number) => new Uint8Array(count).fill(7), fraction: () => 0.5};
  const writer = createWriter({store, time, random, readLifetimes, merging: {mergeBody}});
  const nameDevice = (): Change => ({
    type: 'create',
    kind: 'option',
    id: 'name',
    data: writeData({key: 'k', value: 'v'}),
  });
  const transport = {call: () => Promise.reject(new Error('there is no server'))};
  await startNotebook({store, time, random, readLifetimes, transport, rules: {welcome: () => [], nameDevice}}, 'Phone');
  await writer.write([
    {type: 'create', ...NOTE, data: noteData('One'), body: utf8Bytes('text')},
    {type: 'create', ...PLACE, data: writeData({note: NOTE.id, parent: 'root', key: 'a'})},
  ]);
  const read = <T>(body: (tx: StoreTx) => Promise<T>) => store.transaction('read', body);
  return {
    clock,
    store,
    writer,
    erase: () => eraseHere({store, time, noteOf}),
    removeAll: () =>
      writer.write([
        {type: 'delete', ...NOTE},
        {type: 'delete', ...PLACE, of: NOTE.id},
      ]),
    revisionsOf: ({id}: Ref) => read((tx) => tx.revisionsOf(id)),
    async keepConflict(ref: Ref, state: 'open' | 'resolved', kept?: 'as it is') {
      if (state === 'open' && kept === undefined) await writer.write([{type: 'keep', ...ref, reason: 'conflict'}]);
      await store.transaction('write', async (tx) => {
        const rows = await tx.revisionsOf(ref.id);
        const kept = rows.flatMap((row) =>
          row.meta?.type === 'revision' ? [{...row, meta: {...row.meta, state}}] : [],
        );
        expect(kept.length).toBeGreaterThan(0);
        await tx.putEntities(kept);
      });
    },
    entity: async (ref: Ref) => (await read((tx) => tx.entities([ref])))[0],
    body: async (ref: Ref) => (await read((tx) => tx.bodies([ref])))[0],
  };
}

describe('a notebook without a server', () => {
  test('erases what was deleted when its time has passed, not a minute before, and what was deleted with it', async () => {
    const alone = await createAlone();
    await alone.removeAll();
    const deletedAt = (await alone.entity(NOTE))?.stamp;
    alone.clock.nowMs += ERASE_AFTER_MS - 1;
    await alone.erase();
    expect((await alone.entity(NOTE))?.data).toEqual(noteData('One'));
    alone.clock.nowMs += 1;
    await alone.erase();
    for (const ref of [NOTE, PLACE]) expect((await alone.entity(ref))?.data).toHaveLength(0);
    expect(await alone.entity(NOTE)).toMatchObject({deleted: true, stamp: deletedAt});
    expect(await alone.body(NOTE)).toBeUndefined();
  });

  test('a note that was deleted below another has its own time, and waits while that one is disputed', async () => {
    const alone = await createAlone();
    const below = {kind: 'note', id: 'below'} as const;
    await alone.writer.write([{type: 'create', ...below, data: noteData('Below'), body: utf8Bytes('below')}]);
    await alone.keepConflict(NOTE, 'open');
    await alone.removeAll();
    await alone.writer.write([{type: 'delete', ...below, of: NOTE.id, eraseAfterMs: 0}]);
    alone.clock.nowMs += ERASE_AFTER_MS;
    await alone.erase();
    expect(await alone.body(below)).toBeDefined();
    await alone.keepConflict(NOTE, 'resolved');
    await alone.writer.write([{type: 'undelete', ...NOTE}]);
    await alone.erase();
    expect(await alone.body(below)).toBeUndefined();
    expect(await alone.body(NOTE)).toBeDefined();
  });

  test.each([
    'deletion',
    'edit',
  ] as const)('waits while a note in the middle is disputed, where the %s stands', async (stands) => {
    const alone = await createAlone();
    const [middle, below] = [{kind: 'note', id: 'middle'} as const, {kind: 'note', id: 'below'} as const];
    for (const ref of [middle, below])
      await alone.writer.write([{type: 'create', ...ref, data: noteData('One'), body: utf8Bytes('text')}]);
    if (stands === 'deletion') await alone.keepConflict(middle, 'open');
    await alone.removeAll();
    await alone.writer.write([middle, below].map((ref) => ({type: 'delete', ...ref, of: NOTE.id})));
    alone.clock.nowMs += HOUR_MS;
    if (stands === 'edit') {
      await alone.keepConflict(middle, 'open');
      await alone.writer.write([{type: 'undelete', ...middle}]);
    }
    alone.clock.nowMs += ERASE_AFTER_MS;
    await alone.erase();
    expect(await alone.body(below)).toBeDefined();
    await alone.keepConflict(middle, 'resolved');
    await alone.erase();
    expect(await alone.body(below)).toBeUndefined();
  });

  test('erases what was deleted with a note never before it', async () => {
    const alone = await createAlone();
    await alone.writer.write([
      {type: 'delete', ...NOTE},
      {type: 'delete', ...PLACE, of: NOTE.id, eraseAfterMs: 0},
    ]);
    alone.clock.nowMs += ERASE_AFTER_MS - 1;
    await alone.erase();
    expect((await alone.entity(PLACE))?.data).not.toHaveLength(0);
  });

  test('waits while a conflict of the note is unresolved', async () => {
    const alone = await createAlone();
    await alone.keepConflict(NOTE, 'open');
    await alone.removeAll();
    alone.clock.nowMs += ERASE_AFTER_MS;
    await alone.erase();
    expect((await alone.entity(NOTE))?.data).not.toHaveLength(0);
    await alone.keepConflict(NOTE, 'resolved');
    await alone.erase();
    expect((await alone.entity(NOTE))?.data).toHaveLength(0);
  });

  test('waits while a conflict of something that belongs to the note is unresolved', async () => {
    const alone = await createAlone();
    const label = {kind: 'attribute', id: 'label1'} as const;
    const data = writeData({note: NOTE.id, type: 'label', name: 'l', value: '', inheritable: false, position: 0});
    await alone.writer.write([{type: 'create', ...label, data}]);
    await alone.keepConflict(label, 'open');
    await alone.removeAll();
    alone.clock.nowMs += ERASE_AFTER_MS;
    await alone.erase();
    expect((await alone.entity(NOTE))?.data).not.toHaveLength(0);
  });

  test('leaves alone what comes into dispute between the look and the erasing', async () => {
    const alone = await createAlone();
    await alone.removeAll();
    alone.clock.nowMs += ERASE_AFTER_MS;
    const {store} = alone;
    const transaction = store.transaction.bind(store);
    let isKept = false;
    Object.assign(store, {
      transaction: async (mode: 'read' | 'write', body: Parameters<typeof transaction>[1]) => {
        if (mode === 'write' && !isKept) {
          isKept = true;
          await alone.keepConflict(NOTE, 'open');
        }
        return transaction(mode, body);
      },
    });
    await alone.erase();
    expect(isKept).toBe(true);
    expect((await alone.entity(NOTE))?.data).not.toHaveLength(0);
  });

  test('leaves alone what was restored, also between the look and the erasing', async () => {
    const alone = await createAlone();
    await alone.removeAll();
    await alone.writer.write([{type: 'undelete', ...NOTE}]);
    alone.clock.nowMs += ERASE_AFTER_MS;
    await alone.erase();
    expect(await alone.entity(NOTE)).toMatchObject({deleted: false, data: noteData('One')});
    expect((await alone.entity(PLACE))?.data).not.toHaveLength(0);
  });

  test('erases the revisions of what it erased, after it, but none in dispute and no other', async () => {
    const alone = await createAlone();
    const other = {kind: 'note', id: 'note2'} as const;
    await alone.writer.write([{type: 'create', ...other, data: noteData('Two'), body: utf8Bytes('two')}]);
    for (const ref of [NOTE, other]) await alone.writer.write([{type: 'keep', ...ref, reason: 'named'}]);
    await alone.writer.write([{type: 'patch', ...NOTE, edit: () => noteData('One, later')}]);
    await alone.removeAll();
    const [kept, others] = [await alone.revisionsOf(NOTE), await alone.revisionsOf(other)];
    alone.clock.nowMs += ERASE_AFTER_MS - 1;
    await alone.erase();
    expect(await alone.revisionsOf(NOTE)).toEqual(kept);
    alone.clock.nowMs += 1;
    await alone.erase();
    expect(await alone.revisionsOf(NOTE)).toEqual([]);
    expect(await alone.revisionsOf(other)).toEqual(others);
    for (const {stamp, ...ref} of kept) {
      const meta = {type: 'tombstone', eraseAfterMs: 0, of: NOTE.id};
      const row = await alone.entity(ref);
      expect(row).toMatchObject({stamp, deleted: true, meta});
      expect(row === undefined || inspect({entity: row, body: undefined, outbox: undefined}, 'expected')).toBe('sound');
      expect(await alone.body(ref)).toBeUndefined();
    }
  });

  test('erases revisions that a kill left, and keeps those of a note that is disputed after it was erased', async () => {
    const alone = await createAlone();
    await alone.writer.write([{type: 'keep', ...NOTE, reason: 'named'}]);
    await alone.removeAll();
    alone.clock.nowMs += ERASE_AFTER_MS;
    const {store} = alone;
    const transaction = store.transaction.bind(store);
    let writes = 0;
    Object.assign(store, {
      transaction: async (mode: 'read' | 'write', body: Parameters<typeof transaction>[1]) => {
        if (mode === 'write' && ++writes > 1) throw new Error('killed');
        return transaction(mode, body);
      },
    });
    await expect(alone.erase()).rejects.toThrow('killed');
    Object.assign(store, {transaction});
    expect((await alone.entity(NOTE))?.data).toHaveLength(0);
    const [kept] = await alone.revisionsOf(NOTE);
    await alone.keepConflict(NOTE, 'open', 'as it is');
    await alone.erase();
    expect(await alone.revisionsOf(NOTE)).toEqual([expect.objectContaining({id: kept?.id})]);
    await alone.keepConflict(NOTE, 'resolved');
    await alone.erase();
    expect(await alone.revisionsOf(NOTE)).toEqual([]);
  });

  test('keeps deleted notes for as long as the option says', async () => {
    const alone = await createAlone();
    const data = writeData({key: LIFETIME_RULES.deletedDays.key, value: '30'});
    await alone.writer.write([{type: 'create', ...lifetimeRef('deletedDays'), data}]);
    await alone.removeAll();
    alone.clock.nowMs += ERASE_AFTER_MS;
    await alone.erase();
    expect((await alone.entity(NOTE))?.data).not.toHaveLength(0);
    alone.clock.nowMs = START_MS + 30 * 24 * HOUR_MS;
    await alone.erase();
    expect((await alone.entity(NOTE))?.data).toHaveLength(0);
  });
});

describe('a device with a server', () => {
  async function returned() {
    const world: World = await createWorld();
    const [a, b] = [await world.device('A'), await world.device('B')];
    await a.create('note1', 'One', 'base');
    await settle(a, b);
    await b.remove('note1');
    await b.round();
    for (const passedMs of [ERASE_AFTER_MS, TOMBSTONE_HORIZON_MS]) {
      world.nowMs += passedMs;
      await world.core.erase();
      await b.round();
    }
    await settle(a, b);
    return {world, a, b};
  }

  test('erases its own "Recently deleted" after the same time, and stops looking', async () => {
    const {world, a, b} = await returned();
    world.nowMs += ERASE_AFTER_MS - 1;
    await eraseHere(a.ports);
    expect(await a.entity(NOTE)).toMatchObject({data: noteData('One')});
    world.nowMs += 1;
    await eraseHere(a.ports);
    expect((await a.entity(NOTE))?.data).toHaveLength(0);
    await eraseHere(a.ports);
    expect((await a.state()).ownDeletedMs).toBeNull();
    await settle(a, b);
    expect((await a.state()).lastCheck?.result).toBe('equal');
  });

  test('erases nothing while its clock is known to be wrong', async () => {
    const {world, a} = await returned();
    a.clockMs = ERASE_AFTER_MS;
    await a.round();
    await eraseHere(a.ports);
    expect((await a.entity(NOTE))?.data).toEqual(noteData('One'));
    expect(world.nowMs).toBeLessThan(START_MS + 2 * ERASE_AFTER_MS + TOMBSTONE_HORIZON_MS);
  });

  test('leaves to the server what waits to be sent there', async () => {
    const world = await createWorld();
    const a = await world.device('A');
    await a.create('note1', 'One', 'never sent');
    await a.remove('note1');
    await a.store.transaction('write', async (tx) => {
      const state = await tx.state();
      if (state) await tx.putState({...state, ownDeletedMs: 1});
    });
    world.nowMs += 2 * ERASE_AFTER_MS;
    await eraseHere(a.ports);
    expect((await a.entity(NOTE))?.data).not.toHaveLength(0);
  });

  test('leaves to the server what the server knows', async () => {
    const world = await createWorld();
    const a = await world.device('A');
    await a.create('note1', 'One', 'base');
    await a.round();
    await a.remove('note1');
    await a.store.transaction('write', async (tx) => {
      const state = await tx.state();
      if (state) await tx.putState({...state, ownDeletedMs: 1});
    });
    world.nowMs += 2 * ERASE_AFTER_MS;
    await eraseHere(a.ports);
    expect((await a.entity(NOTE))?.data).not.toHaveLength(0);
    await a.round();
    await eraseHere(a.ports);
    expect((await a.entity(NOTE))?.data).not.toHaveLength(0);
  });

  test('looks after five minutes and then every hour, in one tab, but not when the clock was set meanwhile', async () => {
    const {world, a} = await returned();
    world.nowMs += ERASE_AFTER_MS;
    const timers = createTimers(world);
    let lead: () => void = () => undefined;
    let jumpMs = 0;
    const locks = {
      ...a.ports.locks,
      lead: (_: string, onLead: () => void) => {
        lead = onLead;
        return {claim: () => undefined, stop: () => undefined};
      },
    };
    const time = {...timers.time, wallMs: () => world.nowMs + jumpMs};
    const eraser = createEraser({...controlPortsOf(world, a), locks, time});
    eraser.start();
    expect(timers.waiting()).toEqual([]);
    lead();
    expect(timers.waiting()).toEqual([5 * 60_000]);
    jumpMs = 1000;
    await timers.advance(5 * 60_000);
    await quiet();
    expect((await a.entity(NOTE))?.data).not.toHaveLength(0);
    await timers.advance(HOUR_MS);
    await quiet();
    expect((await a.entity(NOTE))?.data).toHaveLength(0);
    eraser.stop();
    expect(timers.waiting()).toEqual([]);
  });
});
