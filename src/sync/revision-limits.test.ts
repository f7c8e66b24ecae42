/** Automatic revisions: how often one is kept, how many stay, and what no limit ever drops. */

import {beforeEach, describe, expect, test} from 'vitest';
import {isErased} from '../../protocol/entity.ts';
import {LIFETIME_RULES, type LifetimeName, lifetimeRef} from '../notes/lifetimes.ts';
import {writeData} from '../notes/note-data.ts';
import {createWorld, type Device, settle, type World} from './testing/world.ts';

const MINUTE_MS = 60_000;
const NOTE = {kind: 'note', id: 'note1'} as const;

let world: World;
let a: Device;
let b: Device;

beforeEach(async () => {
  world = await createWorld();
  [a, b] = [await world.device('A'), await world.device('B')];
  await a.create('note1', 'One', 'text 0');
  await settle(a, b);
});

async function setOption(name: LifetimeName, value: number): Promise<void> {
  const data = writeData({key: LIFETIME_RULES[name].key, value: `${value}`});
  await a.writer.write([{type: 'create', ...lifetimeRef(name), data}]);
}

/** Each save so many minutes after the one before. */
async function saveEvery(minutes: number, texts: readonly string[], by = a): Promise<void> {
  for (const text of texts) {
    world.nowMs += minutes * MINUTE_MS;
    await by.save('note1', await by.load('note1'), {text});
  }
}

async function textsOf(device: Device, reason: string): Promise<string[]> {
  const rows = await device.store.transaction('read', (tx) => tx.revisionsOf(NOTE.id));
  const wanted = rows.filter(({meta}) => meta?.type === 'revision' && meta.reason === reason);
  const bodies = await device.store.transaction('read', (tx) => tx.bodies(wanted));
  return bodies.map((row) => new TextDecoder().decode(row?.body)).sort();
}

describe('automatic revisions', () => {
  test('are kept after ten minutes of editing, or after as many as the option says', async () => {
    await saveEvery(9, ['text 1']);
    expect(await textsOf(a, 'edit')).toEqual([]);
    await saveEvery(1, ['text 2']);
    expect(await textsOf(a, 'edit')).toEqual(['text 1']);
    await setOption('reviseMinutes', 2);
    await saveEvery(2, ['text 3']);
    expect(await textsOf(a, 'edit')).toEqual(['text 1', 'text 2']);
  });

  test('beyond the limit the oldest go for good, on every device, and the note is as it was', async () => {
    await setOption('revisionsPerNote', 2);
    await saveEvery(10, ['text 1', 'text 2', 'text 3', 'text 4']);
    expect(await textsOf(a, 'edit')).toEqual(['text 2', 'text 3']);
    await settle(a, b);
    expect(await textsOf(b, 'edit')).toEqual(['text 2', 'text 3']);
    expect((await b.read('note1'))?.text).toBe('text 4');
    expect((await b.state()).lastCheck?.result).toBe('equal');
    const gone = [...a.store.snapshot().entities.values()].filter((row) => row.kind === 'revision' && row.deleted);
    expect(gone.map(isErased)).toEqual([true, true]);
  });

  test('that the server has already go for good there as well', async () => {
    await saveEvery(10, ['text 1', 'text 2', 'text 3']);
    await settle(a, b);
    await setOption('revisionsPerNote', 1);
    await saveEvery(10, ['text 4']);
    await settle(a, b);
    expect(await textsOf(b, 'edit')).toEqual(['text 3']);
    const there = [...(world.storage.tables.entities.get(world.accountId)?.values() ?? [])].map(({row}) => row);
    expect(there.filter((row) => row.kind === 'revision' && !row.deleted)).toHaveLength(1);
  });

  test('go in the transaction that makes the new one, or not at all', async () => {
    await setOption('revisionsPerNote', 1);
    await saveEvery(10, ['text 1']);
    const before = await textsOf(a, 'edit');
    const {store} = a;
    const transaction = store.transaction.bind(store);
    Object.assign(store, {
      transaction: (mode: 'read' | 'write', body: Parameters<typeof transaction>[1]) =>
        transaction(mode, (tx) => body({...tx, putOutbox: () => Promise.reject(new Error('the disk is full'))})),
    });
    await expect(saveEvery(10, ['text 2'])).rejects.toThrow('the disk is full');
    Object.assign(store, {transaction});
    expect(await textsOf(a, 'edit')).toEqual(before);
    expect((await a.read('note1'))?.text).toBe('text 1');
  });

  test('alone are limited: conflicts and what a person saved stay', async () => {
    await setOption('revisionsPerNote', 1);
    await a.writer.write([{type: 'keep', ...NOTE, reason: 'named'}]);
    await a.writer.write([{type: 'keep', ...NOTE, reason: 'conflict'}]);
    await saveEvery(10, ['text 1', 'text 2', 'text 3']);
    expect(await textsOf(a, 'edit')).toEqual(['text 2']);
    expect(await textsOf(a, 'named')).toEqual(['text 0']);
    expect(await textsOf(a, 'conflict')).toEqual(['text 0']);
  });
});

test('a deletion is kept for as long as the option says, where the one who deletes says nothing else', async () => {
  await setOption('deletedDays', 3);
  await a.writer.write([{type: 'delete', ...NOTE}]);
  expect((await a.entity(NOTE))?.meta).toEqual({type: 'tombstone', eraseAfterMs: 3 * 24 * 60 * MINUTE_MS});
});
