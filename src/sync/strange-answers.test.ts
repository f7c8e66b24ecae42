/** Answers of a server with a fault, or of a proxy: told as the server's, nothing is lost by them, and nothing goes on for ever. */

import {expect, test} from 'vitest';
import {bucketOf, EMPTY_BUCKET} from '../../protocol/digest.ts';
import {failed} from '../../protocol/errors.ts';
import type {CallAnswer, CallName} from '../../protocol/messages.ts';
import {createWorld, type Device, settle, type World} from './testing/world.ts';

const NOTE = {kind: 'note', id: 'note1'} as const;

test('a page of a pull that isn’t the last and names no next one ends the round', async () => {
  const {a, b} = await twoDevices();
  await a.save('note1', await a.load('note1'), {text: 'newer'});
  await a.round();
  const {cursor} = await b.state();
  b.calls.length = 0;
  const heal = alter(b, 'pull', (answer) => ({...answer, rows: [], done: false, next: cursor ?? answer.next}));
  expect(await b.round()).toMatchObject({ok: false, error: {type: 'server_error'}});
  expect(callsOf(b, 'pull')).toBeLessThan(4);
  heal();
  expect((await b.round()).ok).toBe(true);
  expect(await b.read('note1')).toEqual({title: 'One', text: 'newer'});
});

test('a page of a pull in which a row arrives damaged is told as that, and is got again', async () => {
  const {a, b} = await twoDevices();
  await a.save('note1', await a.load('note1'), {text: 'newer'});
  await a.round();
  const heal = alter(b, 'pull', (answer) => ({
    ...answer,
    rows: answer.rows.map((row) => (row.kind === 'note' ? {...row, data: 'altered'} : row)),
  }));
  expect(await b.round()).toMatchObject({ok: false, error: {type: 'damaged_answer'}});
  heal();
  await b.round();
  expect(await b.read('note1')).toEqual({title: 'One', text: 'newer'});
});

test('a page of a repair that isn’t the last and brings nothing new ends the round', async () => {
  const {a} = await twoDevices();
  await a.store.transaction('write', (tx) =>
    tx.putBuckets([{index: 7, bucket: {sum: '1'.padStart(64, '0'), count: 1}}]),
  );
  alter(a, 'buckets', (answer) => ({...answer, digests: 'A'.repeat(answer.digests.length)}));
  alter(a, 'items', (answer) => ({...answer, rows: [], done: false}));
  expect(await a.round()).toMatchObject({ok: false, error: {type: 'server_error'}});
  expect(callsOf(a, 'items')).toBe(1);
});

test('what a repair brings and arrives damaged is not stored: it is got again', async () => {
  const {a} = await twoDevices();
  await a.store.transaction('write', async (tx) => {
    await tx.deleteEntities([NOTE]);
    await tx.putBuckets([{index: bucketOf(NOTE.id), bucket: EMPTY_BUCKET}]);
  });
  const heal = alter(a, 'items', damagedRows);
  expect(await a.round()).toMatchObject({ok: false, error: {type: 'damaged_answer'}});
  expect(callsOf(a, 'items')).toBe(1);
  expect(await a.entity(NOTE)).toBeUndefined();
  heal();
  expect((await a.round()).ok).toBe(true);
  expect(await a.read('note1')).toEqual({title: 'One', text: 'text'});
});

test('what the healing of a server that was put back brings and arrives damaged is not stored: the healing begins anew', async () => {
  const {world, a, b} = await twoDevices();
  const copy = world.storage.copy();
  await a.create('note3', 'Three', 'acknowledged, and lost with the copy');
  await a.round();
  world.storage.restore(copy);
  await b.save('note1', await b.load('note1'), {text: 'after it was put back'});
  await b.round();
  const before = await a.state();
  const heal = alter(a, 'items', damagedRows);
  expect(await a.round()).toMatchObject({ok: false, error: {type: 'damaged_answer'}});
  expect(await a.state()).toMatchObject({cursor: before.cursor, seen: before.seen});
  expect(await a.read('note1')).toEqual({title: 'One', text: 'text'});
  heal();
  await settle(a, b);
  expect(await a.read('note1')).toEqual({title: 'One', text: 'after it was put back'});
  expect(await b.read('note3')).toEqual({title: 'Three', text: 'acknowledged, and lost with the copy'});
});

test('parts of a change that are asked for again though all were sent: it isn’t sent for ever, and the others go out', async () => {
  const {a, b} = await twoDevices();
  await a.save('note1', await a.load('note1'), {text: 'mine'});
  await a.create('note3', 'Three', 'third');
  alter(a, 'push', (answer) => ({
    ...answer,
    verdicts: answer.verdicts.map((verdict) => {
      const {kind, id, stamp} = verdict;
      return id === 'note1' ? {kind, id, stamp, type: 'parts_needed', current: null, descendsFromBase: false} : verdict;
    }),
  }));
  a.calls.length = 0;
  await a.round();
  expect(callsOf(a, 'push')).toBe(2);
  await b.round();
  expect(await b.read('note1')).toEqual({title: 'One', text: 'mine'});
  expect(await b.read('note3')).toEqual({title: 'Three', text: 'third'});
});

test('verdicts on other entities than those that were pushed are not taken', async () => {
  const {a, b} = await twoDevices();
  await b.save('note2', await b.load('note2'), {text: 'theirs'});
  await b.round();
  await a.save('note1', await a.load('note1'), {text: 'mine'});
  await a.save('note2', await a.load('note2'), {text: 'mine too'});
  const heal = alter(a, 'push', (answer) => ({...answer, verdicts: [...answer.verdicts].reverse()}));
  expect(await a.round()).toMatchObject({ok: false, error: {type: 'server_error'}});
  expect(await a.read('note1')).toEqual({title: 'One', text: 'mine'});
  expect(await a.outbox({kind: 'note', id: 'note1'})).toBeDefined();
  heal();
  await settle(a, b);
  expect(await b.read('note1')).toEqual({title: 'One', text: 'mine'});
});

test('a batch that the line doesn’t carry within the time limit goes out in smaller ones', async () => {
  const {a, b} = await twoDevices();
  for (let n = 0; n < 8; n++) await a.create(`large${n}`, `Large ${n}`, 'x'.repeat(60_000));
  const {transport} = a.ports;
  const call = transport.call as (...args: unknown[]) => Promise<unknown>;
  const slow = async (...args: unknown[]) => {
    const isLarge = args[0] === 'push' && JSON.stringify(args[1]).length > 200_000;
    return isLarge ? {ok: false, error: {type: 'timeout', message: 'too slow'}} : call.apply(transport, args);
  };
  Object.assign(a.ports, {transport: {...transport, call: slow}});
  expect((await a.round()).ok).toBe(true);
  await settle(b);
  expect((await b.read('large7'))?.text).toHaveLength(60_000);
});

test('one change that the line doesn’t carry is told, not tried without end', async () => {
  const {a} = await twoDevices();
  await a.create('large', 'Large', 'x'.repeat(60_000));
  const {transport} = a.ports;
  const call = transport.call as (...args: unknown[]) => Promise<unknown>;
  let tries = 0;
  const slow = async (...args: unknown[]) => {
    if (args[0] === 'push') tries++;
    return args[0] === 'push'
      ? {ok: false, error: {type: 'timeout', message: 'too slow'}}
      : call.apply(transport, args);
  };
  Object.assign(a.ports, {transport: {...transport, call: slow}});
  await a.create('small', 'Small', 'x');
  expect(await a.round()).toMatchObject({ok: false, error: {type: 'timeout'}});
  expect(tries).toBe(2);
});

test('a batch that is too large for a proxy goes out in smaller ones; one change that is too large alone is parked, the others go', async () => {
  const {a, b} = await twoDevices();
  const write = async (id: string, length: number) => a.create(id, id, 'x'.repeat(length));
  await write('first', 20_000);
  await write('large', 90_000);
  for (let n = 0; n < 8; n++) await write(`small${n}`, 20_000);
  const heal = refuseFrom(a, 70_000);
  expect((await a.round()).ok).toBe(true);
  expect((await a.outbox({kind: 'note', id: 'large'}))?.parked?.type).toBe('too_large');
  await settle(b);
  expect((await b.read('first'))?.text).toHaveLength(20_000);
  for (let n = 0; n < 8; n++) expect((await b.read(`small${n}`))?.text).toHaveLength(20_000);
  expect(await b.read('large')).toBeUndefined();
  heal();
  await a.save('large', await a.load('large'), {title: 'Tried again'});
  await settle(a, b);
  expect((await b.read('large'))?.text).toHaveLength(90_000);
});

async function twoDevices(): Promise<{world: World; a: Device; b: Device}> {
  const world = await createWorld();
  const a = await world.device('A');
  await a.create('note1', 'One', 'text');
  await a.create('note2', 'Two', 'text');
  await a.round();
  const b = await world.device('B');
  await settle(a, b);
  return {world, a, b};
}

/** Changes every good answer to these calls, until the returned function is called. */
function alter<N extends CallName>({ports}: Device, name: N, change: (answer: CallAnswer<N>) => object): () => void {
  const {transport} = ports;
  const call = transport.call as (...args: unknown[]) => Promise<{ok: boolean; value: CallAnswer<N>}>;
  const altered = {
    ...transport,
    async call(...args: [string, ...unknown[]]) {
      const answer = await call.apply(transport, args);
      return args[0] === name && answer.ok ? {...answer, value: change(answer.value)} : answer;
    },
  };
  Object.assign(ports, {transport: altered});
  return () => Object.assign(ports, {transport});
}

function damagedRows<A extends {readonly rows: readonly object[]}>(answer: A): A {
  return {...answer, rows: answer.rows.map((row) => ({...row, data: 'altered'}))};
}

/** A proxy that lets no push of so many bytes through, until the returned function is called. */
function refuseFrom({ports}: Device, bytes: number): () => void {
  const {transport} = ports;
  const call = transport.call as (...args: unknown[]) => Promise<unknown>;
  const refusing = async (...args: unknown[]) => {
    const isTooLarge = args[0] === 'push' && JSON.stringify(args[1]).length > bytes;
    return isTooLarge ? failed({type: 'too_large', message: 'HTTP 413'}) : call.apply(transport, args);
  };
  Object.assign(ports, {transport: {...transport, call: refusing}});
  return () => Object.assign(ports, {transport});
}

function callsOf({calls}: Device, name: CallName): number {
  return calls.filter((call) => call.name === name).length;
}
