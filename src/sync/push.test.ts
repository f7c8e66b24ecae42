/** Batches that follow one another: the next is taken while one is on its way. */

import {expect, test} from 'vitest';
import type {PushedEntity} from '../../protocol/messages.ts';
import {pullAll} from './pull.ts';
import {runRound} from './round.ts';
import type {RoundPorts} from './round-ports.ts';
import {createWorld, type Device, type World} from './testing/world.ts';

const ROWS = 2;
const IDS = ['note0', 'note1', 'note2', 'note3', 'note4'] as const;

test('each batch is durable in `sent` before it leaves, and leaves before the answer to the one before is stored', async () => {
  const {device} = await filled();
  const left: {ids: string[]; waiting: number}[] = [];
  let underWay = 0;
  const ports = onPush(device, async (request, send) => {
    underWay += 1;
    expect(underWay).toBe(1);
    const rows = await device.store.transaction('read', (tx) => tx.outboxHead(99));
    for (const {id, stamp} of request.entities) expect(rows.find((row) => row.id === id)?.sent, id).toContain(stamp);
    left.push({ids: request.entities.map(({id}) => id), waiting: rows.length});
    const answer = await send();
    underWay -= 1;
    return answer;
  });
  expect(await runRound(ports)).toEqual({ok: true, value: undefined});
  expect(left).toEqual([
    {ids: ['note0', 'note1'], waiting: 5},
    {ids: ['note2', 'note3'], waiting: 5},
    {ids: ['note4'], waiting: 3},
  ]);
  await allIsSent(device);
});

test('of what fits into one batch nothing is taken twice, and no transaction is spent on looking', async () => {
  const world = await createWorld();
  const device = await world.device('A');
  await device.round();
  device.calls.length = 0;
  await device.create('note0', 'One');
  let transactions = 0;
  const ports: RoundPorts = {
    ...device.ports,
    batchRows: ROWS,
    store: {
      ...device.store,
      transaction: (mode, body) => {
        transactions += 1;
        return device.store.transaction(mode, body);
      },
    },
  };
  await runRound(ports);
  expect(pushes(device)).toEqual([['note0']]);
  expect(transactions).toBe(4); // look and take, store the answer, check the hash, store the outcome
});

test('an answer that is lost leaves it and what was taken behind it as sent, and both go out again with the same stamps', async () => {
  const {device, world} = await filled();
  device.faults.push({call: 'push', lose: 'answer'});
  await runRound({...device.ports, batchRows: ROWS});
  const sent = await Promise.all(IDS.map(async (id) => (await device.outbox({kind: 'note', id}))?.sent.length));
  expect(sent).toEqual([1, 1, 1, 1, 0]);
  const stamps = await stampsOf(device);
  world.nowMs += 60_000;
  await runRound({...device.ports, batchRows: ROWS});
  expect(pushes(device).slice(1)).toEqual([['note0', 'note1'], ['note2', 'note3'], ['note4']]);
  expect((await stampsOf(device)).slice(0, 4)).toEqual(stamps.slice(0, 4));
  await allIsSent(device);
});

test('what is edited while it is on its way, or taken behind that, goes out once more, and nothing is taken for a conflict', async () => {
  const {device, world} = await filled();
  const other = await world.device('B');
  let calls = 0;
  const ports = onPush(device, async (_, send) => {
    calls += 1;
    if (calls === 1) {
      const answer = await send();
      for (const id of ['note1', 'note2']) await device.save(id, await device.load(id), {text: `${id} edited`});
      return answer;
    }
    return send();
  });
  expect(await runRound(ports)).toEqual({ok: true, value: undefined});
  expect(await other.round()).toEqual({ok: true, value: undefined});
  for (const id of ['note1', 'note2']) expect((await other.read(id))?.text).toBe(`${id} edited`);
  expect(await device.store.transaction('read', (tx) => tx.ids('revision', null, 9))).toEqual([]);
  await allIsSent(device);
});

test('a newer version without a text, known before the answer comes, takes the text away here too', async () => {
  const {device, world} = await filled();
  await runRound(device.ports);
  const other = await world.device('B');
  await other.round();
  await device.save('note1', await device.load('note1'), {text: 'edited'});
  device.afterCall = async (name) => {
    if (name !== 'push') return;
    device.afterCall = null;
    await other.round();
    world.nowMs += 1000;
    await other.save('note1', await other.load('note1'), {text: ''});
    await other.round();
    await pullAll(device.ports, await device.state());
    expect((await device.outbox({kind: 'note', id: 'note1'}))?.theirs?.body).toHaveLength(0);
  };
  await runRound(device.ports);
  expect((await device.read('note1'))?.text).toBe('');
  expect(await device.store.transaction('read', (tx) => tx.bodies([{kind: 'note', id: 'note1'}]))).toEqual([undefined]);
  await allIsSent(device);
});

test('a revision that follows what it is an older version of goes whole, as the server may not have that text any more', async () => {
  const {device, world} = await filled();
  await runRound(device.ports);
  device.calls.length = 0;
  world.nowMs += 11 * 60_000;
  await device.save('note3', await device.load('note3'), {text: 'a new text'});
  await device.save('note4', await device.load('note4'), {title: 'A new title'});
  const revisions = await device.store.transaction('read', (tx) => tx.ids('revision', null, 9));
  await runRound({...device.ports, batchRows: ROWS});
  expect(pushes(device)).toEqual([['note3', 'note4'], revisions.slice(0, 2)]);
  await allIsSent(device);
});

test.each([
  {push: 1, out: ['note0', 'note1']},
  {push: 2, out: ['note0', 'note1', 'note2', 'note3']},
])('a pause during push $push ends with its answer; what was taken behind it goes out when sync is resumed', async ({
  push,
  out,
}) => {
  const {device} = await filled();
  let calls = 0;
  const ports = onPush(device, async (_, send) => {
    calls += 1;
    if (calls === push) await setPaused(device, true);
    return send();
  });
  await runRound(ports);
  expect(pushes(device).flat()).toEqual(out);
  await setPaused(device, false);
  await runRound(ports);
  expect(pushes(device).flat()).toEqual([...IDS]);
});

test('a batch that is too large for something on the way is cut, and what was taken behind it goes out in its turn', async () => {
  const {device} = await filled('x'.repeat(100_000));
  let refused = 0;
  const ports = onPush(device, async (request, send) => {
    if (JSON.stringify(request).length < 200_000) return send();
    refused += 1;
    return {ok: false, error: {type: 'too_large', message: 'a proxy'}} as const;
  });
  await runRound(ports);
  expect(refused).toBeGreaterThan(0);
  await allIsSent(device);
});

async function filled(text = 'text'): Promise<{world: World; device: Device}> {
  const world = await createWorld();
  const device = await world.device('A');
  await device.round();
  device.calls.length = 0;
  for (const id of IDS) await device.create(id, id, `${text} of ${id}`);
  return {world, device};
}

interface Push {
  readonly entities: readonly PushedEntity[];
}

type Send = () => ReturnType<RoundPorts['transport']['call']>;

/** The device's ports, with small batches, and `act` in place of each push. */
function onPush(device: Device, act: (request: Push, send: Send) => ReturnType<Send>): RoundPorts {
  const {transport} = device.ports;
  const call = ((name, request, options) => {
    const send = () => transport.call(name, request, options);
    return name === 'push' ? act(request as Push, send as Send) : send();
  }) as RoundPorts['transport']['call'];
  return {...device.ports, batchRows: ROWS, transport: {...transport, call}};
}

function pushes({calls}: Device): string[][] {
  return calls.flatMap(({name, request}) => (name === 'push' ? [(request as Push).entities.map(({id}) => id)] : []));
}

async function allIsSent({store, state}: Device): Promise<void> {
  const waiting = await store.transaction('read', async (tx) => [
    ...(await tx.outboxHead(9)),
    ...(await tx.parkedOutbox()),
  ]);
  expect(waiting).toEqual([]);
  expect((await state()).lastCheck?.result).toBe('equal');
}

async function stampsOf(device: Device): Promise<(string | undefined)[]> {
  return Promise.all(IDS.map(async (id) => (await device.entity({kind: 'note', id}))?.stamp));
}

async function setPaused({store}: Device, paused: boolean): Promise<void> {
  await store.transaction('write', async (tx) => {
    const state = await tx.state();
    if (state !== undefined) await tx.putState({...state, paused});
  });
}
