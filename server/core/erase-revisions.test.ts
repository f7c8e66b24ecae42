/** What is kept of what was erased goes after it: on the server, whenever and from whomever it came. */

import {describe, expect, it} from 'vitest';
import {utf8Bytes} from '../../protocol/bytes.ts';
import {isErased, refKey, type Version} from '../../protocol/entity.ts';
import {revisionOf} from '../../protocol/revision.ts';
import {
  ASKED,
  at,
  createWorld,
  current,
  deletionOf,
  note,
  pullPage,
  pushAll,
  pushed,
  pushOne,
  revisions,
  valueIn,
  type World,
} from '../testing/world.ts';

const DAY_MS = 24 * 3_600_000;
const label = note({id: 'label', kind: 'attribute', stamp: at(1)});
const older = note({stamp: at(1), text: 'an older text'});
const resolved = revisionOf(note({stamp: at(2), text: 'not taken'}), 'conflict', {state: 'resolved'});

/** A note with revisions and a label that has one, deleted together. */
async function deleted(): Promise<World> {
  const world = await createWorld();
  await pushOne(world, note({stamp: at(5)}));
  await pushOne(world, label);
  for (const kept of [revisionOf(older, 'edit'), revisionOf(older, 'named'), resolved, revisionOf(label, 'restore')])
    await pushOne(world, kept);
  await pushOne(world, deletionOf(note({stamp: at(5)}), at(6), {eraseAfterMs: DAY_MS}), {base: at(5)});
  await pushOne(world, deletionOf(label, at(6), {eraseAfterMs: 0, of: 'note-1'}), {base: at(1)});
  return world;
}

async function erased(): Promise<World> {
  const world = await deleted();
  world.clock.ms += DAY_MS;
  await world.core.erase();
  return world;
}

/** Digest and rows agree: computed anew it is the same. */
async function expectSound(world: World): Promise<void> {
  const kept = valueIn(await world.core.buckets(world.device, ASKED)).digests;
  const recomputed = valueIn(await world.core.buckets(world.device, {...ASKED, recompute: true}));
  expect(recomputed).toMatchObject({stale: [], digests: kept});
}

describe('what is kept of a note', () => {
  it('stays as long as its deletion has content', async () => {
    const world = await deleted();
    world.clock.ms += DAY_MS - 1;
    await world.core.erase();
    expect(await revisions(world)).toHaveLength(4);
  });

  it('goes with it and what was deleted with it: the same stamps, new seqs behind its own, no content', async () => {
    const world = await erased();
    expect(await revisions(world)).toEqual([]);
    const gone = await current(world);
    const {id, stamp} = revisionOf(older, 'edit');
    const row = await current(world, id, 'revision');
    expect(row).toMatchObject({stamp, deleted: true, meta: {type: 'tombstone', eraseAfterMs: 0, of: 'note-1'}});
    expect([row?.data, row?.body]).toEqual([undefined, undefined]);
    expect(row?.seq).toBeGreaterThan(gone?.seq ?? Number.POSITIVE_INFINITY);
    await expectSound(world);
    const bytes = [...(world.storage.tables.entities.get(world.device.accountId)?.values() ?? [])];
    expect(bytes.every((stored) => isErased(stored.row))).toBe(true);
  });

  it('goes with a note that was deleted for good', async () => {
    const world = await createWorld();
    await pushOne(world, note({stamp: at(5)}));
    await pushOne(world, revisionOf(older, 'edit'));
    const nothing = {...note({stamp: at(5), title: '', text: ''}), body: utf8Bytes('')};
    await pushOne(world, deletionOf(nothing, at(6), {eraseAfterMs: 0}), {base: at(5)});
    await world.core.erase();
    expect(await revisions(world)).toEqual([]);
  });

  it('stays where a repair has replaced it, and the deletion wasn’t made on top of it', async () => {
    const world = await deleted();
    const unseen = revisionOf(note({stamp: at(5, 'elsewhere'), text: 'never seen by who deleted'}), 'restore');
    const seen = revisionOf(note({stamp: at(5)}), 'restore');
    await pushOne(world, unseen);
    await pushOne(world, seen);
    world.clock.ms += DAY_MS;
    await world.core.erase();
    expect((await revisions(world)).map(({id}) => id)).toEqual([unseen.id]);
    await expectSound(world);
  });

  it('goes however many stay', async () => {
    const world = await deleted();
    const staying = Array.from({length: 600}, (_, n) =>
      revisionOf(note({stamp: at(5, `elsewhere${n}`), text: `never seen ${n}`}), 'restore'),
    );
    for (const some of [staying.slice(0, 300), staying.slice(300)])
      await pushAll(
        world,
        some.map((one) => pushed(one)),
      );
    await pushOne(world, revisionOf(note({stamp: at(4), text: 'late'}), 'edit'));
    world.clock.ms += DAY_MS;
    await world.core.erase();
    expect(await revisions(world)).toHaveLength(staying.length);
  });

  it('is told to who pulls, and takes a seq once', async () => {
    const world = await deleted();
    const {next} = await pullPage(world, {after: 0});
    world.clock.ms += DAY_MS;
    await world.core.erase();
    const {rows} = await pullPage(world, {after: next.seq});
    expect(rows.map(({kind}) => kind).sort()).toEqual([
      'attribute',
      'note',
      'revision',
      'revision',
      'revision',
      'revision',
    ]);
    const standing = await world.core.standing(world.device.accountId);
    await world.core.erase();
    expect(await world.core.standing(world.device.accountId)).toEqual(standing);
  });

  it('goes when it comes later, from a device that was away', async () => {
    const world = await erased();
    await pushOne(world, revisionOf(note({stamp: at(3), text: 'written while away'}), 'edit'));
    expect(await revisions(world)).toHaveLength(1);
    await world.core.erase();
    expect(await revisions(world)).toEqual([]);
    await expectSound(world);
  });

  it('is not brought back by a request that comes late, or by who lacks its erasing', async () => {
    const world = await erased();
    const late = revisionOf(older, 'edit');
    expect(await pushOne(world, late)).toMatchObject({type: 'superseded', current: {deleted: true}});
    const {deleted: _, ...returned} = pushed(late);
    const repaired = valueIn(
      await world.core.repair(world.device, {
        ...ASKED,
        buckets: [],
        entities: [JSON.parse(JSON.stringify({...returned, base: undefined, sent: undefined, seq: 3}))],
      }),
    );
    expect(repaired.verdicts).toMatchObject([{type: 'kept', current: {deleted: true}}]);
    expect(await revisions(world)).toEqual([]);
  });

  it('stays while an edit that came after the erasing is in dispute, then goes with it', async () => {
    const world = await erased();
    await pushOne(world, revisionOf(note({stamp: at(3), text: 'before the edit'}), 'edit'));
    const edit = note({stamp: at(4), text: 'written while away'});
    expect(await pushOne(world, edit, {base: at(1)})).toMatchObject({type: 'lost'});
    await world.core.erase();
    expect(await revisions(world)).toHaveLength(2);
    const conflict = revisionOf(edit, 'conflict');
    await pushOne(world, {...revisionOf(edit, 'conflict', {state: 'resolved'}), stamp: at(9)}, {base: conflict.stamp});
    await world.core.erase();
    expect(await revisions(world)).toEqual([]);
  });

  it('stays where an edit has brought the note back', async () => {
    const world = await erased();
    await pushOne(world, revisionOf(note({stamp: at(7), text: 'before the edit'}), 'edit'));
    expect(await pushOne(world, note({stamp: at(8), text: 'written while away'}), {base: at(5)})).toMatchObject({
      type: 'won',
    });
    await world.core.erase();
    expect(await revisions(world)).toHaveLength(1);
  });

  it('stays where it is not sure that the note is erased: its row is damaged, or isn’t here', async () => {
    const world = await createWorld();
    await pushOne(world, revisionOf(note({id: 'nowhere', stamp: at(1)}), 'edit'));
    await pushOne(world, revisionOf(older, 'edit'));
    const nothing = {...note({stamp: at(5), title: '', text: ''}), body: utf8Bytes('')};
    await pushOne(world, deletionOf(nothing, at(6), {eraseAfterMs: 0}));
    const rows = world.storage.tables.entities.get(world.device.accountId);
    const stored = rows?.get('note:note-1');
    if (stored !== undefined) rows?.set('note:note-1', {...stored, row: {...stored.row, hash: stored.row.parts.meta}});
    await world.core.erase();
    expect(await revisions(world)).toHaveLength(2);
  });

  it('goes five hundred at a time, the notes before', async () => {
    const world = await createWorld();
    const kept = Array.from({length: 1_200}, (_, n): Version => revisionOf(note({stamp: at(n)}), 'edit'));
    for (let from = 0; from < kept.length; from += 400)
      await pushAll(
        world,
        kept.slice(from, from + 400).map((one) => pushed(one)),
      );
    await pushOne(world, deletionOf(note({stamp: at(5_000)}), at(6_000), {eraseAfterMs: 0}));
    const written: string[][] = [];
    const write = world.storage.write.bind(world.storage);
    Object.assign(world.storage, {
      write: (accountId: string, body: Parameters<typeof write>[1]) =>
        write(accountId, (tx) => {
          const keys: string[] = [];
          written.push(keys);
          return body({
            ...tx,
            putEntity: (of, row) => {
              keys.push(refKey(row));
              return tx.putEntity(of, row);
            },
          });
        }),
    });
    await world.core.erase();
    const sizes = written.map(({length}) => length).filter((size) => size > 0);
    expect(sizes).toEqual([1, 500, 500, 200]);
    expect(written.flat()[0]).toBe('note:note-1');
    expect(await revisions(world)).toEqual([]);
  });
});
