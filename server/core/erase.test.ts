import {describe, expect, it} from 'vitest';
import {revisionOf} from '../../protocol/revision.ts';
import type {RowFacts} from '../storage/row-facts.ts';
import {
  at,
  createRandom,
  createWorld,
  current,
  deletionOf,
  note,
  pushAll,
  pushed,
  pushOne,
  START_MS,
  type World,
} from '../testing/world.ts';
import {addAccount} from './history.ts';

const WEEK_MS = 7 * 24 * 3_600_000;
const label = note({id: 'label', kind: 'attribute', stamp: at(1)});

/** A note and its label, deleted together. */
async function deleted(): Promise<World> {
  const world = await createWorld();
  await pushOne(world, note({stamp: at(1)}));
  await pushOne(world, label);
  await pushOne(world, deletionOf(note({stamp: at(1)}), at(2), {eraseAfterMs: WEEK_MS}), {base: at(1)});
  await pushOne(world, deletionOf(label, at(2), {eraseAfterMs: 0, of: 'note-1'}), {base: at(1)});
  return world;
}

describe('erasing', () => {
  it('waits until the time has passed since the server received the deletion, not a minute less', async () => {
    const world = await deleted();
    world.clock.ms += WEEK_MS - 1;
    await world.core.erase();
    expect(await current(world)).toMatchObject({body: 'text'});
    world.clock.ms += 1;
    await world.core.erase();
    expect((await current(world))?.body).toBeUndefined();
  });

  it('keeps the stamp and the meta, takes a new seq and a mark, and the content is gone from the store', async () => {
    const world = await deleted();
    const before = (await world.core.standing(world.device.accountId)).head;
    world.clock.ms += WEEK_MS;
    await world.core.erase();
    const row = await current(world);
    expect(row).toMatchObject({
      stamp: at(2),
      deleted: true,
      seq: before.seq + 1,
      meta: {type: 'tombstone', eraseAfterMs: WEEK_MS},
    });
    expect([row?.data, row?.body, row?.parts.data, row?.parts.body]).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
    expect((await world.core.standing(world.device.accountId)).head.mark).not.toBe(before.mark);
  });

  it('takes what was deleted with a note along, and not before', async () => {
    const world = await deleted();
    world.clock.ms += WEEK_MS - 1;
    await world.core.erase();
    expect(await current(world, 'label', 'attribute')).toMatchObject({data: 'title'});
    world.clock.ms += 1;
    await world.core.erase();
    expect((await current(world, 'label', 'attribute'))?.data).toBeUndefined();
  });

  it('takes a late one along when its note is erased already', async () => {
    const world = await deleted();
    world.clock.ms += WEEK_MS;
    await world.core.erase();
    const late = note({id: 'late', kind: 'attribute', stamp: at(1)});
    await pushOne(world, deletionOf(late, at(2), {eraseAfterMs: 0, of: 'note-1'}));
    await world.core.erase();
    expect((await current(world, 'late', 'attribute'))?.data).toBeUndefined();
  });

  it.each(['note-1', 'label'])('waits while a conflict of %s is unresolved', async (id) => {
    const world = await deleted();
    const other = id === 'label' ? {...label, stamp: at(1, 'bbbb')} : note({stamp: at(1, 'bbbb'), text: 'other'});
    const conflict = revisionOf(other, 'conflict');
    await pushOne(world, conflict);
    world.clock.ms += WEEK_MS;
    await world.core.erase();
    expect(await current(world)).toMatchObject({body: 'text'});
    await pushOne(world, {...revisionOf(other, 'conflict', {state: 'resolved'}), stamp: at(9)}, {base: conflict.stamp});
    await world.core.erase();
    expect((await current(world))?.body).toBeUndefined();
  });

  it('of a note that was deleted below a disputed one waits as long as that one', async () => {
    const world = await deleted();
    const below = note({id: 'below', stamp: at(1)});
    await pushOne(world, deletionOf(below, at(2), {eraseAfterMs: 0, of: 'note-1'}));
    const other = note({stamp: at(1, 'bbbb'), text: 'other'});
    const conflict = revisionOf(other, 'conflict');
    await pushOne(world, conflict);
    world.clock.ms += WEEK_MS;
    await world.core.erase();
    expect(await current(world, 'below')).toMatchObject({body: 'text'});
    await pushOne(world, {...revisionOf(other, 'conflict', {state: 'resolved'}), stamp: at(9)}, {base: conflict.stamp});
    await world.core.erase();
    expect((await current(world, 'below'))?.body).toBeUndefined();
  });

  describe('of a folder with a note and another one below that', () => {
    const DELETED = {eraseAfterMs: WEEK_MS};
    const middle = note({id: 'middle', stamp: at(1)});
    const edit = note({id: 'middle', stamp: at(1, 'bbbb'), text: 'edited'});

    /** All three and a label of the middle one go in one act of device aaaa; the folder is named by those below it. */
    async function folderDeleted(): Promise<World> {
      const world = await createWorld();
      const folder = note({stamp: at(1)});
      const below = note({id: 'below', stamp: at(1)});
      const tag = note({id: 'label-1', kind: 'attribute', stamp: at(1)});
      for (const one of [folder, middle, below, tag]) await pushOne(world, one);
      await pushOne(world, deletionOf(folder, at(10), DELETED), {base: at(1)});
      await pushOne(world, deletionOf(middle, at(11), {...DELETED, of: 'note-1'}), {base: at(1)});
      await pushOne(world, deletionOf(below, at(12), {...DELETED, of: 'note-1'}), {base: at(1)});
      await pushOne(world, deletionOf(tag, at(13), {...DELETED, of: 'middle'}), {base: at(1)});
      return world;
    }

    async function erasedAfterAWeek(world: World, id: string): Promise<boolean> {
      world.clock.ms += WEEK_MS;
      await world.core.erase();
      return (await current(world, id))?.body === undefined;
    }

    it('waits while an edit of the middle one that lost is undecided, then goes', async () => {
      const world = await folderDeleted();
      expect(await pushOne(world, edit)).toMatchObject({type: 'lost'});
      expect(await erasedAfterAWeek(world, 'below')).toBe(false);
      const decided = {...revisionOf(edit, 'conflict', {state: 'resolved'}), stamp: at(99)};
      await pushOne(world, decided, {base: edit.stamp});
      expect(await erasedAfterAWeek(world, 'below')).toBe(true);
    });

    it('waits while an edit of the middle one that won is undecided, then goes', async () => {
      const world = await folderDeleted();
      expect(await pushOne(world, {...edit, stamp: at(50, 'bbbb')})).toMatchObject({type: 'won'});
      expect(await erasedAfterAWeek(world, 'below')).toBe(false);
      const lost = deletionOf(middle, at(11), {...DELETED, of: 'note-1'});
      const decided = {...revisionOf(lost, 'conflict', {state: 'resolved'}), stamp: at(99)};
      await pushOne(world, decided, {base: lost.stamp});
      expect(await erasedAfterAWeek(world, 'below')).toBe(true);
    });

    it('waits while an edit of a label that won is undecided', async () => {
      const world = await folderDeleted();
      const tag = note({id: 'label-1', kind: 'attribute', stamp: at(50, 'bbbb'), title: 'edited'});
      expect(await pushOne(world, tag)).toMatchObject({type: 'won'});
      expect(await erasedAfterAWeek(world, 'middle')).toBe(false);
    });

    it('doesn’t wait for a conflict of what was deleted at another time, or by another device', async () => {
      const world = await folderDeleted();
      for (const [id, stamp] of [
        ['later', at(60_000)],
        ['elsewhere', at(11, 'cccc')],
      ] as const) {
        const other = note({id, stamp: at(1)});
        await pushOne(world, other);
        await pushOne(world, deletionOf(other, stamp, DELETED), {base: at(1)});
        await pushOne(world, {...edit, id});
      }
      expect(await erasedAfterAWeek(world, 'below')).toBe(true);
      expect(await current(world, 'later')).toMatchObject({body: 'text'});
    });
  });

  it('of a note that was deleted below another has a time of its own, also where that one was restored', async () => {
    const world = await deleted();
    await pushOne(world, deletionOf(note({id: 'below', stamp: at(1)}), at(2), {eraseAfterMs: 0, of: 'note-1'}));
    await pushOne(world, note({stamp: at(3)}), {base: at(2)});
    await world.core.erase();
    expect((await current(world, 'below'))?.body).toBeUndefined();
    expect(await current(world)).toMatchObject({body: 'text'});
  });

  it('of many takes a transaction for each five hundred, past those that wait', async () => {
    const world = await createWorld();
    const disputed = note({id: 'note-0', stamp: at(1)});
    await pushOne(world, revisionOf({...disputed, stamp: at(1, 'bbbb')}, 'conflict'));
    const deletions = Array.from({length: 1_200}, (_, n) =>
      deletionOf(note({id: `note-${n}`, stamp: at(1)}), at(2, n === 0 ? 'cccc' : 'aaaa'), {eraseAfterMs: 0}),
    );
    for (let from = 0; from < deletions.length; from += 400)
      await pushAll(
        world,
        deletions.slice(from, from + 400).map((one) => pushed(one)),
      );
    const heads: number[] = [];
    world.core.subscribe(world.device.accountId, ({head}) => heads.push(head.seq));
    await world.core.erase();
    expect(heads).toEqual([1_201 + 1_199]);
    expect(await current(world, 'note-0')).toMatchObject({body: 'text'});
    for (const id of ['note-1', 'note-600', 'note-1199']) expect((await current(world, id))?.body).toBeUndefined();
  });

  it('believes what a row says itself, not the columns by which it was found', async () => {
    const world = await deleted();
    await pushOne(world, note({id: 'live', stamp: at(1)}));
    const rows = world.storage.tables.entities.get(world.device.accountId) ?? new Map();
    const find = (key: string, facts: Partial<RowFacts>) => {
      const stored = rows.get(key);
      rows.set(key, {...stored, facts: {...stored?.facts, ...facts}});
    };
    find('note:live', {eraseAtMs: 0});
    find('note:note-1', {eraseAtMs: 0});
    find('attribute:label', {tombstoneOf: 'live'});
    await world.core.erase();
    expect(await current(world, 'live')).toMatchObject({stamp: at(1), body: 'text'});
    expect(await current(world)).toMatchObject({deleted: true, body: 'text'});
    expect(await current(world, 'label', 'attribute')).toMatchObject({data: 'title'});
  });

  it('happens once, and makes no commit where nothing is due', async () => {
    const world = await deleted();
    world.clock.ms += WEEK_MS;
    await world.core.erase();
    const standing = await world.core.standing(world.device.accountId);
    await world.core.erase();
    expect(await world.core.standing(world.device.accountId)).toEqual(standing);
  });

  it('pokes the devices', async () => {
    const world = await deleted();
    const heads: number[] = [];
    world.core.subscribe(world.device.accountId, ({head}) => heads.push(head.seq));
    world.clock.ms += WEEK_MS;
    await world.core.erase();
    expect(heads).toEqual([6]);
  });

  it('of one account goes on where another one is damaged', async () => {
    const world = await createWorld();
    const bob = {id: 'bob', username: 'Bob', usernameKey: 'bob', passwordHash: 'plain:x', createdMs: START_MS};
    await world.storage.write(null, (tx) => addAccount(tx, bob, createRandom(9)));
    const bobs = {core: world.core, device: {...world.device, accountId: bob.id}};
    await pushOne(bobs, deletionOf(note({stamp: at(1)}), at(2), {eraseAfterMs: 0}));
    world.storage.tables.documents.delete(world.device.accountId);
    await world.core.erase();
    expect((await current(bobs))?.data).toBeUndefined();
    expect(await current(bobs)).toMatchObject({deleted: true});
    expect(world.errors).toEqual(['the deletions of an account could not be erased']);
  });

  it('leaves a restored note alone', async () => {
    const world = await deleted();
    await pushOne(world, note({stamp: at(3)}), {base: at(2)});
    world.clock.ms += WEEK_MS;
    await world.core.erase();
    expect(await current(world)).toMatchObject({body: 'text', stamp: at(3)});
    expect(await current(world, 'label', 'attribute')).toMatchObject({data: 'title'});
  });
});
