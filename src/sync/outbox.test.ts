/** What goes into one push, and in which order. */

import {expect, test} from 'vitest';
import {takeBatch} from './outbox.ts';
import type {StoreTx} from './ports.ts';
import {createWorld, type Device} from './testing/world.ts';

test('the oldest go first while all that waits fits into one batch', async () => {
  const device = await deviceWith({c: 'three', a: 'one', b: 'two'});
  expect(await taken(device, {rows: 4})).toEqual(['c', 'a', 'b']);
});

test('of more than fit, neighbours go together, by kind and id', async () => {
  const device = await deviceWith({c: 'three', a: 'one', b: 'two'});
  expect(await taken(device, {rows: 2})).toEqual(['a', 'b']);
  expect(await taken(device, {rows: 3})).toEqual(['a', 'b', 'c']);
});

test('a batch ends before the row that passes its bytes, and has one row at least', async () => {
  const device = await deviceWith({a: 'x'.repeat(3_000), b: 'x'.repeat(3_000), c: 'x'.repeat(3_000)});
  expect(await taken(device, {bytes: 8_000})).toEqual(['a', 'b']);
  expect(await taken(device, {bytes: 10})).toEqual(['a']);
});

test('small texts are read many at once, large ones no more than about a batch of them', async () => {
  const small = await deviceWith(notes(400, 'small'));
  const read = countingBodies(small);
  expect(await taken(small, {rows: 500})).toHaveLength(400);
  expect(read()).toEqual([50, 50, 100, 200]);
  const large = await deviceWith(notes(400, 'x'.repeat(20_000)));
  const readLarge = countingBodies(large);
  expect(await taken(large, {rows: 500})).toHaveLength(51);
  expect(readLarge()).toEqual([50, 50]);
});

/** All of it waits, in the order that is given. */
async function deviceWith(texts: {readonly [id: string]: string}): Promise<Device> {
  const world = await createWorld();
  const device = await world.device('A');
  await device.round();
  for (const [id, text] of Object.entries(texts)) {
    world.nowMs += 1;
    await device.create(id, id, text);
  }
  return device;
}

function notes(count: number, text: string): {[id: string]: string} {
  return Object.fromEntries(Array.from({length: count}, (_, n) => [`n${String(n).padStart(3, '0')}`, text]));
}

async function taken(
  device: Device,
  {bytes = 1_048_576, rows = 500}: {bytes?: number; rows?: number},
): Promise<string[]> {
  const {items} = await device.store.transaction('write', (tx) =>
    takeBatch(tx, device.ports.time.wallMs(), {bytes, rows}),
  );
  return items.map(({pushed}) => pushed.id);
}

/** How many bodies each of the next reads asks for. */
function countingBodies({store}: Device): () => number[] {
  const sizes: number[] = [];
  const {transaction} = store;
  store.transaction = (mode, body) =>
    transaction(mode, (tx: StoreTx) =>
      body({
        ...tx,
        bodies: (refs) => {
          sizes.push(refs.length);
          return tx.bodies(refs);
        },
      }),
    );
  return () => sizes;
}
