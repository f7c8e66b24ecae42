import {describe, expect, it} from 'vitest';
import {
  ASKED,
  at,
  createWorld,
  current,
  deletionOf,
  lanePage,
  note,
  pullPage,
  pushOne,
  START_MS,
  valueIn,
  type World,
} from '../testing/world.ts';
import {TOMBSTONE_HORIZON_MS} from './drop.ts';
import {readDocument} from './history.ts';

const DAY_MS = 24 * 3_600_000;

/** note-1 was deleted and is erased at seq 3; note-2 stays. */
async function erased(): Promise<World> {
  const world = await createWorld();
  await pushOne(world, note({stamp: at(1)}));
  await pushOne(world, deletionOf(note({stamp: at(1)}), at(2), {eraseAfterMs: DAY_MS}), {base: at(1)});
  world.clock.ms += DAY_MS;
  await world.core.erase();
  await pushOne(world, note({id: 'note-2', stamp: at(3)}));
  return world;
}

async function floorOf({core, device}: World): Promise<number> {
  const history = {epoch: null, cursor: null, seen: null};
  const request = {protocol: {min: 3, max: 3}, replica: 'replica-a', history, t0: START_MS};
  return valueIn(await core.hello(device, request, START_MS)).floor;
}

describe('dropping what was erased', () => {
  it('waits 180 days from the erasing, not a minute less', async () => {
    const world = await erased();
    world.clock.ms += TOMBSTONE_HORIZON_MS - 1;
    await world.core.erase();
    expect((await pullPage(world, {after: 0})).rows).toHaveLength(2);
    expect(await floorOf(world)).toBe(0);
    world.clock.ms += 1;
    await world.core.erase();
    expect((await pullPage(world, {after: 0})).rows.map(({id}) => id)).toEqual(['note-2']);
  });

  it('raises the floor to the highest seq dropped, which hello tells, and never lowers it', async () => {
    const world = await erased();
    await pushOne(world, deletionOf(note({id: 'note-2', stamp: at(3)}), at(4), {eraseAfterMs: 0}), {base: at(3)});
    world.clock.ms += TOMBSTONE_HORIZON_MS;
    await world.core.erase();
    expect(await floorOf(world)).toBe(3);
    world.clock.ms += TOMBSTONE_HORIZON_MS;
    await world.core.erase();
    expect(await floorOf(world)).toBe(6);
    await world.core.erase();
    expect(await floorOf(world)).toBe(6);
  });

  it('takes no seq and no mark, and changes no digest: one place in the history keeps its root', async () => {
    const world = await erased();
    const before = await world.core.standing(world.device.accountId);
    world.clock.ms += TOMBSTONE_HORIZON_MS;
    await world.core.erase();
    expect(await floorOf(world)).toBe(3);
    expect(await world.core.standing(world.device.accountId)).toEqual(before);
    const {digests, stale} = valueIn(await world.core.buckets(world.device, {...ASKED, recompute: true}));
    expect(stale).toEqual([]);
    expect(digests).toBe(valueIn(await world.core.buckets(world.device, ASKED)).digests);
  });

  it('tells nobody: there is nothing to pull', async () => {
    const world = await erased();
    const heads: number[] = [];
    world.core.subscribe(world.device.accountId, ({head}) => heads.push(head.seq));
    world.clock.ms += TOMBSTONE_HORIZON_MS;
    await world.core.erase();
    expect(heads).toEqual([]);
  });

  it('keeps every place of the history: a device that was at a dropped seq goes on from there', async () => {
    const world = await erased();
    const {next} = await lanePage(world, {lane: 'heads', until: 3});
    const history = {epoch: null, cursor: next, seen: null};
    const asked = {...ASKED, history, lane: 'all' as const, after: 3};
    const before = valueIn(await world.core.pull(world.device, asked));
    world.clock.ms += TOMBSTONE_HORIZON_MS;
    await world.core.erase();
    expect(valueIn(await world.core.pull(world.device, asked))).toEqual(before);
  });

  it('forgets what was judged of it, and of nothing else', async () => {
    const world = await erased();
    world.clock.ms += TOMBSTONE_HORIZON_MS;
    await world.core.erase();
    const {accountId} = world.device;
    await world.storage.read(async (tx) => {
      expect(await tx.judged(accountId, {kind: 'note', id: 'note-1'}, at(2))).toBeUndefined();
      expect(await tx.judged(accountId, {kind: 'note', id: 'note-2'}, at(3))).toBeDefined();
    });
  });

  it('is one transaction: a server that dies in it has dropped nothing, or raised the floor as well', async () => {
    const world = await erased();
    world.clock.ms += TOMBSTONE_HORIZON_MS;
    const write = world.storage.write.bind(world.storage);
    Object.assign(world.storage, {
      write: (accountId: string, body: Parameters<typeof write>[1]) =>
        write(accountId, (tx) => body({...tx, putDocument: () => Promise.reject(new Error('the disk is full'))})),
    });
    await world.core.erase();
    expect(world.errors).toEqual(['the deletions of an account could not be erased']);
    expect(await floorOf(world)).toBe(0);
    expect((await pullPage(world, {after: 0})).rows).toHaveLength(2);
    await world.storage.read(async (tx) => {
      const {accountId} = world.device;
      expect((await readDocument(tx, accountId)).floor).toBe(0);
      expect(await tx.judged(accountId, {kind: 'note', id: 'note-1'}, at(2))).toBeDefined();
    });
  });

  it('takes an edit of what it dropped as a new note, sent whole', async () => {
    const world = await erased();
    world.clock.ms += TOMBSTONE_HORIZON_MS;
    await world.core.erase();
    const edit = note({stamp: at(9), text: 'written while away'});
    expect(await pushOne(world, edit, {base: at(1), leaveOut: {data: true}})).toMatchObject({
      type: 'parts_needed',
      current: null,
    });
    expect(await pushOne(world, edit, {base: at(1)})).toMatchObject({type: 'applied'});
    expect(await current(world)).toMatchObject({body: 'written while away'});
  });

  it('gives what comes back below the floor a new seq: who saw its deletion has to see it', async () => {
    const world = await erased();
    world.clock.ms += TOMBSTONE_HORIZON_MS;
    await world.core.erase();
    const version = note({stamp: at(1)});
    const {parts, meta: _, ...rest} = version;
    const entity = {
      ...rest,
      deleted: undefined,
      parts: {data: parts.data, body: parts.body},
      data: 'title',
      body: 'text',
      seq: 1,
    };
    const request = {...ASKED, buckets: [], entities: [JSON.parse(JSON.stringify(entity))]};
    const {verdicts, head} = valueIn(await world.core.repair(world.device, request));
    expect(verdicts).toMatchObject([{type: 'stored', seq: head.seq}]);
    expect(head.seq).toBe(5);
  });
});

describe('a first sync', () => {
  it('gets nothing of what was erased, in no lane', async () => {
    const world = await erased();
    for (const lane of ['heads', 'bodies', 'revisions'] as const) {
      const {rows, bodies} = await lanePage(world, {lane});
      expect([...rows, ...bodies].map(({id}) => id)).not.toContain('note-1');
    }
  });

  it('takes no row for erased because a column says so', async () => {
    const world = await erased();
    const rows = world.storage.tables.entities.get(world.device.accountId);
    const stored = rows?.get('note:note-2');
    if (stored === undefined) throw new Error('no note-2');
    rows?.set('note:note-2', {...stored, facts: {...stored.facts, erased: true}});
    world.clock.ms += TOMBSTONE_HORIZON_MS;
    await world.core.erase();
    expect(await current(world, 'note-2')).toMatchObject({stamp: at(3)});
    expect(await floorOf(world)).toBe(3);
  });
});
