import {describe, expect, it} from 'vitest';
import type {History} from '../../protocol/messages.ts';
import {PROTOCOL_RANGE} from '../../protocol/version.ts';
import {
  ASKED,
  at,
  createWorld,
  errorIn,
  lanePage,
  note,
  pushAll,
  pushed,
  pushOne,
  valueIn,
  type World,
} from '../testing/world.ts';

const hello = ({core, device}: World, history: History, protocol = {min: 3, max: 3}) =>
  core.hello(device, {...ASKED, history, protocol, t0: 5}, 10);

async function grown(): Promise<World> {
  const world = await createWorld();
  await pushOne(world, note({stamp: at(1)}));
  await pushAll(
    world,
    ['a', 'b', 'c'].map((name) => pushed(note({id: `note-${name}`, stamp: at(2)}))),
  );
  return world;
}

describe('history', () => {
  it('an account without a document has a head with a mark, which is in its history', async () => {
    const world = await createWorld();
    const {head, epoch} = valueIn(await hello(world, ASKED.history));
    expect(head.seq).toBe(0);
    expect(valueIn(await hello(world, {epoch, cursor: head, seen: head})).head).toEqual(head);
  });

  it('every commit has a mark of its own, and stays in the history', async () => {
    const world = await createWorld();
    const heads = [(await world.core.standing(world.device.accountId)).head];
    for (let step = 1; step < 5; step++)
      heads.push((await pushAll(world, [pushed(note({stamp: at(step), text: `${step}`}), {base: at(step - 1)})])).head);
    expect(new Set(heads.map(({mark}) => mark)).size).toBe(5);
    for (const cursor of heads) expect((await hello(world, {...ASKED.history, cursor})).ok).toBe(true);
  });

  it('a position inside a commit is in the history by the mark of the commit’s end', async () => {
    const world = await grown();
    const {next} = await lanePage(world, {lane: 'heads', until: 2});
    const {head} = await world.core.standing(world.device.accountId);
    expect(next).toEqual({seq: 2, mark: head.mark});
    expect((await hello(world, {...ASKED.history, cursor: next})).ok).toBe(true);
  });

  it.each([
    ['an unknown epoch', (history: History): History => ({...history, epoch: 'unknown-epoch'})],
    [
      'another mark at the cursor',
      (history: History): History => ({...history, cursor: {seq: 1, mark: 'unknown-mark'}}),
    ],
    [
      'another mark at the highest seen',
      (history: History): History => ({...history, seen: {seq: 4, mark: 'unknown-mark'}}),
    ],
    ['a position beyond the head', (history: History): History => ({...history, seen: {seq: 5, mark: 'unknown-mark'}})],
  ])('%s is another history: hello, push and pull say so, and nothing is applied', async (_name, change) => {
    const world = await grown();
    const {core, device} = world;
    const {epoch, head} = valueIn(await hello(world, ASKED.history));
    const history = change({epoch, cursor: head, seen: head});
    const entities = [pushed(note({id: 'new-one', stamp: at(9)}))];
    expect(errorIn(await hello(world, history)).type).toBe('other_history');
    expect(errorIn(await core.push(device, {...ASKED, history, entities})).type).toBe('other_history');
    expect(errorIn(await core.pull(device, {...ASKED, history, lane: 'all', after: 0})).type).toBe('other_history');
    expect((await core.standing(device.accountId)).head).toEqual(head);
  });

  it('a server put back to an older copy knows the marks of before, and none of those that came after', async () => {
    const world = await grown();
    const before = (await world.core.standing(world.device.accountId)).head;
    const backup = world.storage.copy();
    await pushOne(world, note({id: 'lost-one', stamp: at(5)}));
    const after = (await world.core.standing(world.device.accountId)).head;
    world.storage.restore(backup);
    await pushOne(world, note({id: 'other-one', stamp: at(6)}));
    expect((await hello(world, {...ASKED.history, cursor: before, seen: before})).ok).toBe(true);
    expect(errorIn(await hello(world, {...ASKED.history, cursor: before, seen: after})).type).toBe('other_history');
  });

  it('buckets and items answer a replica of another history: that is how it heals', async () => {
    const {core, device} = await grown();
    const history = {...ASKED.history, epoch: 'unknown-epoch'};
    expect((await core.buckets(device, {...ASKED, history})).ok).toBe(true);
    expect((await core.items(device, {...ASKED, history, buckets: [{bucket: 0, prefixes: []}]})).ok).toBe(true);
  });
});

describe('hello', () => {
  it('tells when the request arrived and when the answer left', async () => {
    const world = await createWorld();
    expect(valueIn(await hello(world, ASKED.history))).toMatchObject({
      t1: 10,
      t2: world.clock.ms,
      floor: 0,
      account: world.device.accountId,
    });
  });

  it.each([
    [{min: 1, max: 2}, 'app'],
    [{min: 4, max: 9}, 'server'],
  ] as const)('a protocol range of %o is told who is too old', async (protocol, side) => {
    expect(errorIn(await hello(await createWorld(), ASKED.history, protocol))).toMatchObject({
      type: 'upgrade_needed',
      side,
    });
  });

  it.each([
    {min: 1, max: 3},
    {min: 3, max: 5},
  ])('an app that speaks %o is served, older or newer than this server', async (protocol) => {
    expect(valueIn(await hello(await createWorld(), ASKED.history, protocol)).protocol).toEqual(PROTOCOL_RANGE);
  });

  it('a protocol of push and pull is checked too', async () => {
    const {core, device} = await createWorld();
    expect(errorIn(await core.pull(device, {...ASKED, protocol: 7, lane: 'all', after: 0}))).toMatchObject({
      type: 'upgrade_needed',
      side: 'server',
    });
  });

  it('stores how far the device has pulled, once a minute', async () => {
    const world = await grown();
    const {storage, device} = world;
    const {head} = await world.core.standing(device.accountId);
    const stored = () => storage.tables.devices.get(`${device.accountId}:${device.deviceId}`);
    await hello(world, {...ASKED.history, cursor: head});
    expect(stored()?.cursorSeq).toBe(0);
    world.clock.ms += 60_000;
    await hello(world, {...ASKED.history, cursor: head});
    expect(stored()).toMatchObject({cursorSeq: 4, lastSeenMs: world.clock.ms});
  });
});
