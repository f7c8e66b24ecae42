/** Every rule of design section 6, each by name. */

import {describe, expect, it} from 'vitest';
import {utf8Bytes} from '../../protocol/bytes.ts';
import {makeVersion, type Version} from '../../protocol/entity.ts';
import {revisionOf} from '../../protocol/revision.ts';
import {as, forked, headOf} from '../testing/fork.ts';
import {at, createWorld, current, deletionOf, note, pushOne, revisions} from '../testing/world.ts';

describe('what continues the current version', () => {
  it('a new entity is applied', async () => {
    const world = await createWorld();
    expect(await pushOne(world, note({stamp: at(1)}))).toMatchObject({type: 'applied', currentStamp: at(1), seq: 1});
  });

  it('a version whose base is the current stamp is applied, whatever the clocks say', async () => {
    const world = await forked();
    world.clock.ms -= 3_600_000;
    expect(await pushOne(world, world.mine, {base: at(10)})).toMatchObject({type: 'applied'});
  });

  it('a version is applied when one of its own earlier pushes is the current one, its answer unknown', async () => {
    const world = await forked();
    await pushOne(world, world.theirs, {base: at(10)});
    const edited = note({stamp: at(40, 'theirs'), text: 'theirs again'});
    as(await pushOne(world, edited, {base: at(10), sent: [at(20, 'theirs')]}), 'applied');
    expect(await revisions(world)).toEqual([]);
  });

  it('a version is applied when one of its own earlier pushes had the content that was there already', async () => {
    const world = await forked();
    const same = note({stamp: at(15, 'mine'), text: 'base'});
    expect(await pushOne(world, same)).toMatchObject({type: 'applied', currentStamp: at(10)});
    as(await pushOne(world, world.mine, {base: null, sent: [at(15, 'mine')]}), 'applied');
    expect(await revisions(world)).toEqual([]);
  });
});

describe('what has the content of the current version', () => {
  it('is acknowledged with the current stamp, without a commit', async () => {
    const world = await forked();
    expect(await pushOne(world, note({stamp: at(99), text: 'base'}))).toMatchObject({
      type: 'applied',
      currentStamp: at(10),
      seq: 1,
    });
    expect(await headOf(world)).toBe(1);
  });

  it('is acknowledged again when the answer was lost', async () => {
    const world = await forked();
    const same = note({stamp: at(99), text: 'base'});
    const first = await pushOne(world, same);
    expect(await pushOne(world, same)).toEqual(first);
  });

  it('is known afterwards: a late copy does not win against what came later', async () => {
    const world = await forked();
    const same = note({stamp: at(99), text: 'base'});
    await pushOne(world, same);
    await pushOne(world, world.mine, {base: at(10)});
    expect(await pushOne(world, same)).toMatchObject({type: 'superseded', descends: true});
    expect(await current(world)).toMatchObject({stamp: at(30, 'mine')});
  });

  it('is another version if one of the two is deleted', async () => {
    const world = await forked();
    const deletion = deletionOf(world.base, at(20));
    as(await pushOne(world, deletion, {base: at(10)}), 'applied');
    expect(await current(world)).toMatchObject({deleted: true});
  });
});

describe('when both sides changed', () => {
  it('the higher stamp wins, and the loser becomes a conflict revision with the same commit', async () => {
    const world = await forked();
    await pushOne(world, world.theirs, {base: at(10)});
    const verdict = as(await pushOne(world, world.mine, {base: at(10)}), 'won');
    const kept = revisionOf(world.theirs, 'conflict');
    expect(verdict).toMatchObject({
      other: {stamp: at(20, 'theirs'), body: 'theirs', seq: 2},
      descendsFromBase: true,
      seq: 4,
    });
    expect(verdict.revision).toEqual({id: kept.id, stamp: kept.stamp, hash: kept.hash, seq: 3});
    expect(await current(world)).toMatchObject({stamp: at(30, 'mine'), body: 'mine'});
    expect(await revisions(world)).toMatchObject([
      {id: kept.id, hash: kept.hash, data: 'title', body: 'theirs', meta: {state: 'open'}},
    ]);
  });

  it('the pushed one loses with a lower stamp, and is kept', async () => {
    const world = await forked();
    await pushOne(world, world.mine, {base: at(10)});
    const verdict = as(await pushOne(world, world.theirs, {base: at(10)}), 'lost');
    expect(verdict).toMatchObject({current: {stamp: at(30, 'mine'), body: 'mine', seq: 2}, descendsFromBase: true});
    expect(verdict.revision?.id).toBe(revisionOf(world.theirs, 'conflict').id);
    expect(await revisions(world)).toMatchObject([{body: 'theirs'}]);
  });

  it('equal stamps are decided by the hash, alike in either order', async () => {
    const [low, high] = sameStamp();
    for (const [first, then, type] of [
      [low, high, 'won'],
      [high, low, 'lost'],
    ] as const) {
      const world = await createWorld();
      await pushOne(world, first);
      world.storage.tables.judged.clear(); // what a disk lost: a known stamp isn't judged
      as(await pushOne(world, then), type);
      expect(await current(world)).toMatchObject({hash: high.hash});
      expect(await revisions(world)).toMatchObject([{id: revisionOf(low, 'conflict').id, meta: {state: 'open'}}]);
    }
  });

  it('a stamp that was judged is not judged again, whatever comes with it: the fault of a replica changes nothing', async () => {
    const [low, high] = sameStamp();
    const world = await createWorld();
    await pushOne(world, {...low, stamp: at(19)});
    await pushOne(world, low, {base: at(19)});
    expect(await pushOne(world, high, {base: null})).toMatchObject({type: 'superseded'});
    expect(await current(world)).toMatchObject({hash: low.hash});
  });

  it('a version without a base meets an existing one: both are kept, and nothing descends', async () => {
    const world = await forked();
    const verdict = as(await pushOne(world, world.mine), 'won');
    expect(verdict.descendsFromBase).toBe(false);
    expect(await revisions(world)).toMatchObject([{body: 'base'}]);
  });

  it.each(['attribute', 'attachment'] as const)('the loser of an %s is kept too', async (kind) => {
    const world = await createWorld();
    await pushOne(world, note({kind, stamp: at(1), title: 'one'}));
    as(await pushOne(world, note({kind, stamp: at(2), title: 'two'})), 'won');
    expect(await revisions(world)).toMatchObject([{data: 'one', meta: {ofKind: kind}}]);
  });

  it.each(['branch', 'option'] as const)('nothing is kept of the loser of a %s', async (kind) => {
    const world = await createWorld();
    await pushOne(world, note({kind, stamp: at(2), title: 'two'}));
    const verdict = as(await pushOne(world, note({kind, stamp: at(1), title: 'one'})), 'lost');
    expect(verdict).toMatchObject({revision: null, current: {data: 'two'}});
    expect(await revisions(world)).toEqual([]);
    expect(await headOf(world)).toBe(1);
  });

  it('a deletion that loses against an edit is kept, as a deletion', async () => {
    const world = await forked();
    await pushOne(world, world.mine, {base: at(10)});
    as(await pushOne(world, deletionOf(world.base, at(20)), {base: at(10)}), 'lost');
    expect(await revisions(world)).toMatchObject([{body: 'base', meta: {wasDeleted: true, state: 'open'}}]);
  });

  it('an edit that loses against a deletion is kept', async () => {
    const world = await forked();
    await pushOne(world, deletionOf(world.base, at(40)), {base: at(10)});
    as(await pushOne(world, world.mine, {base: at(10)}), 'lost');
    expect(await revisions(world)).toMatchObject([{body: 'mine', meta: {state: 'open'}}]);
  });

  it('nothing is made of two deletions with equal content', async () => {
    const world = await forked();
    await pushOne(world, deletionOf(world.base, at(20), {eraseAfterMs: 1}), {base: at(10)});
    expect(await pushOne(world, deletionOf(world.base, at(30), {eraseAfterMs: 2}), {base: at(10)})).toMatchObject({
      type: 'won',
      revision: null,
    });
    expect(await revisions(world)).toEqual([]);
  });

  it('two deletions with different content keep the loser', async () => {
    const world = await forked();
    await pushOne(world, deletionOf(world.theirs, at(25)), {base: at(10)});
    as(await pushOne(world, deletionOf(world.mine, at(35)), {base: at(10)}), 'won');
    expect(await revisions(world)).toMatchObject([{body: 'theirs', meta: {wasDeleted: true}}]);
  });

  it('an erased loser has nothing to keep', async () => {
    const world = await forked();
    await pushOne(world, erasedAt(20), {base: at(10)});
    expect(await pushOne(world, world.mine, {base: at(10)})).toMatchObject({type: 'won', revision: null});
    expect(await revisions(world)).toEqual([]);
  });

  it('a deletion for good that wins leaves the edit as a revision', async () => {
    const world = await forked();
    await pushOne(world, world.mine, {base: at(10)});
    as(await pushOne(world, erasedAt(40), {base: at(10)}), 'won');
    expect(await revisions(world)).toMatchObject([{body: 'mine'}]);
  });

  it('a revision that is there already, even deleted, is not made again', async () => {
    const world = await forked();
    const kept = revisionOf(world.theirs, 'conflict');
    await pushOne(world, kept);
    await pushOne(world, deletionOf(kept, at(50)), {base: kept.stamp});
    await pushOne(world, world.mine, {base: at(10)});
    expect(await pushOne(world, world.theirs, {base: at(10)})).toMatchObject({type: 'lost', revision: null});
    expect(await current(world, kept.id, 'revision')).toMatchObject({deleted: true});
  });

  it('descent is told honestly: a winner that never saw the base does not descend from it', async () => {
    const world = await forked();
    await pushOne(world, world.mine, {base: at(10)});
    const stranger = note({stamp: at(40, 'afar'), text: 'far'});
    await pushOne(world, stranger, {base: null});
    expect(await pushOne(world, note({stamp: at(35, 'mine'), text: 'more'}), {base: at(30, 'mine')})).toMatchObject({
      type: 'lost',
      descendsFromBase: false,
    });
  });

  it('descent goes through many versions', async () => {
    const world = await forked();
    for (let step = 11; step < 60; step++)
      await pushOne(world, note({stamp: at(step), text: `${step}`}), {base: at(step - 1)});
    expect(await pushOne(world, world.mine, {base: at(10)})).toMatchObject({type: 'lost', descendsFromBase: true});
  });
});

function erasedAt(ms: number): Version {
  const meta = {type: 'tombstone', eraseAfterMs: 0} as const;
  return makeVersion({
    kind: 'note',
    id: 'note-1',
    stamp: at(ms),
    deleted: true,
    meta,
    data: utf8Bytes(''),
    body: utf8Bytes(''),
  });
}

/** Two versions with one stamp; the one with the higher hash is the second. */
function sameStamp(): readonly [low: Version, high: Version] {
  const [one, two] = [note({stamp: at(20), text: 'one'}), note({stamp: at(20), text: 'two'})];
  return one.hash < two.hash ? [one, two] : [two, one];
}
