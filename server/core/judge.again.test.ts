/** What is known, refused, left out, damaged: the rest of design section 6, each rule by name. */

import {describe, expect, it} from 'vitest';
import {utf8Bytes} from '../../protocol/bytes.ts';
import {makeVersion} from '../../protocol/entity.ts';
import {revisionOf} from '../../protocol/revision.ts';
import {formatStamp, STAMP_PATTERN, type Stamp} from '../../protocol/stamp.ts';
import {as, forked, headOf} from '../testing/fork.ts';
import {
  ASKED,
  at,
  createWorld,
  current,
  deletionOf,
  errorIn,
  note,
  pullPage,
  pushAll,
  pushed,
  pushOne,
  revisions,
  START_MS,
  type World,
} from '../testing/world.ts';

describe('what was judged before', () => {
  it('the current version pushed again is applied again, and nothing happens', async () => {
    const world = await forked();
    expect(await pushOne(world, world.base)).toEqual({
      kind: 'note',
      id: 'note-1',
      stamp: at(10),
      type: 'applied',
      currentStamp: at(10),
      seq: 1,
    });
    expect(await headOf(world)).toBe(1);
  });

  it('a version that was replaced since is superseded by one that descends from it', async () => {
    const world = await forked();
    await pushOne(world, world.mine, {base: at(10)});
    expect(await pushOne(world, world.base)).toMatchObject({
      type: 'superseded',
      descends: true,
      current: {stamp: at(30, 'mine'), body: 'mine'},
    });
  });

  it('a version that won and then lost is superseded by one that does not descend from it', async () => {
    const world = await forked();
    await pushOne(world, world.theirs, {base: at(10)});
    await pushOne(world, world.mine, {base: at(10)});
    expect(await pushOne(world, world.theirs, {base: at(10)})).toMatchObject({type: 'superseded', descends: false});
    expect(await revisions(world)).toHaveLength(1);
  });

  it('a version that lost is told so again, with what is current now and the revision that was made', async () => {
    const world = await forked();
    await pushOne(world, world.mine, {base: at(10)});
    const first = as(await pushOne(world, world.theirs, {base: at(10)}), 'lost');
    const newer = note({stamp: at(50), text: 'newer'});
    await pushOne(world, newer, {base: at(30, 'mine')});
    const again = as(await pushOne(world, world.theirs, {base: at(10)}), 'lost');
    expect(again).toEqual({
      ...first,
      current: {...first.current, stamp: at(50), body: 'newer', hash: newer.hash, seq: 4, parts: again.current.parts},
    });
    expect(await headOf(world)).toBe(4);
  });

  it('a version named in `sent` of a judged push changes nothing when it arrives late', async () => {
    const world = await forked();
    const late = note({stamp: at(20, 'mine'), text: 'late'});
    await pushOne(world, world.mine, {base: at(10), sent: [at(20, 'mine')]});
    expect(await pushOne(world, late, {base: at(10)})).toMatchObject({type: 'superseded', descends: true});
    expect(await current(world)).toMatchObject({body: 'mine'});
    expect(await revisions(world)).toEqual([]);
  });

  it('the tombstone of what was erased since is superseded by the erased one', async () => {
    const world = await forked();
    const deletion = deletionOf(world.base, at(20), {eraseAfterMs: 1});
    await pushOne(world, deletion, {base: at(10)});
    world.clock.ms += 10;
    await world.core.erase();
    expect(await pushOne(world, deletion, {base: at(10)})).toMatchObject({
      type: 'superseded',
      descends: true,
      current: {stamp: at(20), deleted: true},
    });
  });
});

describe('refused stamps', () => {
  it('one that does not sort after its base', async () => {
    const world = await forked();
    expect(await pushOne(world, note({stamp: at(9), text: 'x'}), {base: at(10)})).toMatchObject({
      error: {type: 'stamp_not_after_base'},
    });
  });

  it('one more than five minutes ahead of both the server and the current version', async () => {
    const world = await forked();
    const ahead = note({stamp: at(300_011, 'mine'), text: 'ahead'});
    expect(await pushOne(world, ahead)).toMatchObject({error: {type: 'stamp_ahead'}});
    expect(await current(world)).toMatchObject({body: 'base'});
    world.clock.ms = START_MS + 11;
    as(await pushOne(world, ahead), 'won');
  });

  it('not one that is ahead of the server but not of the current version', async () => {
    const world = await forked();
    await pushOne(world, note({stamp: at(900_000), text: 'far'}), {base: at(10)});
    as(await pushOne(world, note({stamp: at(900_001, 'mine'), text: 'mine'}), {base: at(10)}), 'won');
  });

  it('not one that is ahead on top of the current version: a wrong clock loses nothing', async () => {
    const world = await forked();
    as(await pushOne(world, note({stamp: at(9_000_000), text: 'x'}), {base: at(10)}), 'applied');
  });

  it('a refused stamp counts as never sent', async () => {
    const world = await forked();
    const ahead = note({stamp: at(300_011, 'mine'), text: 'ahead'});
    await pushOne(world, ahead, {sent: [at(5, 'mine')]});
    world.clock.ms += 60_000;
    as(await pushOne(world, ahead), 'won');
    as(await pushOne(world, note({stamp: at(5, 'mine'), text: 'five'})), 'lost');
  });
});

describe('left-out parts', () => {
  it('are filled from the current version', async () => {
    const world = await forked();
    const renamed = note({stamp: at(20), title: 'renamed', text: 'base'});
    as(await pushOne(world, renamed, {base: at(10), leaveOut: {body: true}}), 'applied');
    expect(await current(world)).toMatchObject({data: 'renamed', body: 'base', hash: renamed.hash});
  });

  it('are asked for where the current version has others, and nothing is judged or remembered', async () => {
    const world = await forked();
    await pushOne(world, world.theirs, {base: at(10)});
    const renamed = note({stamp: at(40), title: 'renamed', text: 'base'});
    const chain = {base: at(10), sent: [at(35, 'mine')]};
    expect(await pushOne(world, renamed, {...chain, leaveOut: {body: true}})).toMatchObject({
      type: 'parts_needed',
      descendsFromBase: true,
      current: {stamp: at(20, 'theirs'), body: 'theirs'},
    });
    expect(await headOf(world)).toBe(2);
    as(await pushOne(world, note({stamp: at(35, 'mine'), text: 'x'}), {base: at(10)}), 'won');
    as(await pushOne(world, renamed, chain), 'applied');
  });

  it('are asked for where there is nothing yet', async () => {
    const world = await createWorld();
    expect(await pushOne(world, note({stamp: at(1)}), {leaveOut: {data: true}})).toMatchObject({
      type: 'parts_needed',
      current: null,
      descendsFromBase: false,
    });
  });

  it('of a revision are filled from the entity that it is an older version of', async () => {
    const world = await forked();
    const kept = revisionOf(world.base, 'named');
    as(await pushOne(world, kept, {leaveOut: {data: true, body: true}}), 'applied');
    expect(await revisions(world)).toMatchObject([{data: 'title', body: 'base'}]);
  });
});

describe('an edit of what two devices made alike', () => {
  const alike = (stamp: Stamp) => note({stamp, text: 'alike'});

  /** Theirs is current; mine is known to have the same content, and the answer that says so is lost. */
  async function madeTwice(): Promise<World> {
    const world = await createWorld();
    await pushOne(world, alike(at(50, 'theirs')));
    await pushOne(world, alike(at(10, 'mine')));
    return world;
  }

  const edit = note({stamp: at(20, 'mine'), text: 'edited'});
  const chain = {sent: [at(10, 'mine')]};

  it('gets a stamp above the current one, and says which', async () => {
    const world = await madeTwice();
    const verdict = await pushOne(world, edit, chain);
    const stamp = formatStamp({millis: START_MS + 50, counter: 1, replica: 'mine-'});
    expect(verdict).toMatchObject({type: 'applied', stamp: edit.stamp, currentStamp: stamp});
    expect(await current(world)).toMatchObject({stamp, body: 'edited'});
    expect(await revisions(world)).toEqual([]);
  });

  it('is told the same when it is sent again, and is known for what it is when another goes on from there', async () => {
    const world = await madeTwice();
    const first = await pushOne(world, edit, chain);
    expect(await pushOne(world, edit, chain)).toEqual(first);
    const stamp = first.type === 'applied' ? first.currentStamp : '';
    as(await pushOne(world, note({stamp: at(60, 'theirs'), text: 'further'}), {base: stamp}), 'applied');
    expect(await pushOne(world, edit, chain)).toMatchObject({type: 'superseded', descends: true});
  });

  it('may be followed by another one below that stamp, and by one that knows it', async () => {
    const world = await madeTwice();
    await pushOne(world, edit, chain);
    const second = note({stamp: at(30, 'mine'), text: 'edited again'});
    const verdict = await pushOne(world, second, {sent: [...chain.sent, edit.stamp]});
    const currentStamp = formatStamp({millis: START_MS + 50, counter: 2, replica: 'mine-'});
    expect(verdict).toMatchObject({type: 'applied', currentStamp});
    const third = note({stamp: at(70, 'mine'), text: 'and again'});
    as(await pushOne(world, third, {base: currentStamp}), 'applied');
    expect(await revisions(world)).toEqual([]);
  });

  it('descends from what the other had: what that one writes meanwhile may be merged', async () => {
    const world = await madeTwice();
    await pushOne(world, edit, chain);
    const other = note({stamp: at(60, 'theirs'), text: 'edited, too'});
    expect(await pushOne(world, other, {base: at(50, 'theirs')})).toMatchObject({type: 'won', descendsFromBase: true});
  });

  it('has a well-formed stamp, however long the name of the replica is', async () => {
    const world = await createWorld();
    const replica = 'r'.repeat(32);
    await pushOne(world, alike(at(50, 'theirs')));
    await pushOne(world, alike(at(10, replica)));
    as(await pushOne(world, note({stamp: at(20, replica), text: 'edited'}), {sent: [at(10, replica)]}), 'applied');
    expect((await current(world))?.stamp).toMatch(STAMP_PATTERN);
  });
});

describe('revisions', () => {
  it('pushed as the server made them are applied, and nothing happens', async () => {
    const world = await forked();
    await pushOne(world, world.mine, {base: at(10)});
    await pushOne(world, world.theirs, {base: at(10)});
    const head = await headOf(world);
    as(await pushOne(world, revisionOf(world.theirs, 'conflict')), 'applied');
    expect(await headOf(world)).toBe(head);
  });

  it('with another state than the one that is there are told the current one, and make no revision of a revision', async () => {
    const world = await forked();
    const kept = revisionOf(world.theirs, 'conflict');
    await pushOne(world, kept);
    const resolved = {...revisionOf(world.theirs, 'conflict', {state: 'resolved'}), stamp: at(60)};
    as(await pushOne(world, resolved, {base: kept.stamp}), 'applied');
    const merged = {...revisionOf(world.theirs, 'conflict', {state: 'merged'}), stamp: at(70)};
    expect(await pushOne(world, merged, {base: kept.stamp})).toMatchObject({
      type: 'superseded',
      current: {meta: {state: 'resolved'}},
    });
    expect(await revisions(world)).toHaveLength(1);
  });

  it('with the same content are acknowledged with the current stamp', async () => {
    const world = await forked();
    const kept = revisionOf(world.theirs, 'conflict');
    await pushOne(world, kept);
    expect(await pushOne(world, {...kept, stamp: at(60)})).toMatchObject({type: 'applied', currentStamp: kept.stamp});
  });
});

describe('a push of several', () => {
  it('that names an entity twice is refused whole; the same id of another kind is another entity', async () => {
    const world = await forked();
    const entities = [world.theirs, note({stamp: at(40, 'theirs'), text: 'again'})].map((one) => pushed(one));
    const before = await world.core.standing(world.device.accountId);
    expect(errorIn(await world.core.push(world.device, {...ASKED, entities}))).toEqual({
      type: 'malformed',
      message: 'a push names each entity once',
    });
    expect(await world.core.standing(world.device.accountId)).toEqual(before);
    const alike = [note({id: 'alike', stamp: at(1)}), note({id: 'alike', kind: 'branch', stamp: at(1)})];
    const {verdicts} = await pushAll(
      world,
      alike.map((one) => pushed(one)),
    );
    expect(verdicts.map(({type}) => type)).toEqual(['applied', 'applied']);
  });

  it('whose answer would be too large is refused whole, with nothing applied, and is judged in smaller ones', async () => {
    const world = await createWorld();
    const text = 'x'.repeat(15 << 20);
    const ids = ['large-1', 'large-2', 'large-3'];
    for (const id of ids) await pushOne(world, note({id, stamp: at(0), text}));
    const before = await world.core.standing(world.device.accountId);
    const fresh = pushed(note({id: 'fresh', stamp: at(1)}));
    const stale = ids.map((id) => pushed(note({id, stamp: at(1), text: 'other'}), {leaveOut: {body: true}}));
    const entities = [fresh, ...stale];
    expect(errorIn(await world.core.push(world.device, {...ASKED, entities})).type).toBe('too_large');
    expect(await world.core.standing(world.device.accountId)).toEqual(before);
    expect(await current(world, 'fresh')).toBeUndefined();
    const {verdicts} = await pushAll(world, entities.slice(0, 3));
    expect(verdicts.map(({type}) => type)).toEqual(['applied', 'parts_needed', 'parts_needed']);
  });

  it('that leaves out more than is filled in at once is refused whole: a few lines can’t make a disk full', async () => {
    const world = await createWorld();
    const large = note({stamp: at(0), text: 'x'.repeat(15 << 20)});
    await pushOne(world, large);
    const kept = [1, 2, 3].map((ms) =>
      pushed(revisionOf({...large, stamp: at(ms)}, 'edit'), {leaveOut: {data: true, body: true}}),
    );
    expect(errorIn(await world.core.push(world.device, {...ASKED, entities: kept})).type).toBe('too_large');
    expect(await revisions(world)).toEqual([]);
    const {verdicts} = await pushAll(world, kept.slice(0, 2));
    expect(verdicts.map(({type}) => type)).toEqual(['applied', 'applied']);
  });

  it('rejects alone what is malformed, has a wrong hash, or is too large', async () => {
    const world = await createWorld();
    const huge = makeVersion({...note({id: 'huge', stamp: at(1)}), body: new Uint8Array(17 << 20)});
    const good = pushed(note({id: 'good', stamp: at(1)}));
    const {verdicts} = await pushAll(world, [
      null,
      {kind: 'note', id: 'x'.repeat(500), stamp: 7},
      {...good, id: 'wrong', data: 'other'},
      {...good, id: 'bits', hash: `${'A'.repeat(42)}B`},
      {...good, id: 'kind', kind: 'branch'},
      pushed(huge),
      good,
    ]);
    const told = verdicts.map((verdict) => (verdict.type === 'rejected' ? verdict.error.type : verdict.type));
    expect(told).toEqual([
      'malformed_entity',
      'malformed_entity',
      'wrong_hash',
      'malformed_entity',
      'malformed_entity',
      'entity_too_large',
      'applied',
    ]);
    expect(await current(world, 'good')).toBeDefined();
  });

  it('tells a few of the faults of what is malformed, however many it has', async () => {
    const world = await createWorld();
    const sent = new Array(1_000).fill('no stamp');
    const {verdicts} = await pushAll(world, [{...pushed(note({stamp: at(1)})), sent}]);
    expect(verdicts).toMatchObject([
      {type: 'rejected', error: {message: expect.stringMatching(/^sent\.0: [^;]+(; sent\.\d: [^;]+){4}$/)}},
    ]);
  });

  it('that names more sent stamps than are judged at once is refused whole, to come in smaller ones', async () => {
    const world = await createWorld();
    const sent = Array.from({length: 1_000}, (_, n) => at(n + 1));
    const many = Array.from({length: 11}, (_, n) => pushed(note({id: `n${n}`, stamp: at(5_000)}), {sent}));
    const request = {...ASKED, entities: many};
    expect(errorIn(await world.core.push(world.device, request)).type).toBe('too_large');
    expect(await world.core.push(world.device, {...request, entities: many.slice(0, 10)})).toMatchObject({ok: true});
  });

  it('of a revision that was decided on before it was ever sent goes on top of the one that another device sent', async () => {
    const world = await createWorld();
    const kept = note({stamp: at(1, 'bbbb'), text: 'lost'});
    const made = revisionOf(kept, 'conflict');
    await pushOne(world, made);
    const resolved = {...revisionOf(kept, 'conflict', {state: 'resolved'}), stamp: at(9)};
    as(await pushOne(world, resolved), 'applied');
    expect(await current(world, made.id, 'revision')).toMatchObject({stamp: at(9), meta: {state: 'resolved'}});
  });

  it('that changes nothing makes no commit', async () => {
    const world = await forked();
    const {core, device} = world;
    const before = await core.standing(device.accountId);
    await pushOne(world, world.base);
    await pushAll(world, [null]);
    expect(await core.standing(device.accountId)).toEqual(before);
  });
});

describe('a current version that a disk has damaged', () => {
  it('counts as absent: what is pushed takes its place, and its bytes are set aside', async () => {
    const world = await forked();
    const rows = world.storage.tables.entities.get(world.device.accountId);
    const stored = rows?.get('note:note-1');
    if (rows === undefined || stored === undefined) throw new Error('no row');
    rows.set('note:note-1', {...stored, row: {...stored.row, body: utf8Bytes('rot')}});
    expect(await current(world)).toBeUndefined();
    as(await pushOne(world, world.base), 'applied');
    expect(await current(world)).toMatchObject({body: 'base', seq: 2});
    expect([...(world.storage.tables.aside.get(world.device.accountId)?.values() ?? [])]).toMatchObject([
      {body: utf8Bytes('rot')},
    ]);
    expect(world.errors).not.toEqual([]);
  });

  it('is told with what took its place, unless that was made from it, or is it', async () => {
    const world = await createWorld();
    const damage = () => {
      const rows = world.storage.tables.entities.get(world.device.accountId);
      const stored = rows?.get('note:note-1');
      if (rows === undefined || stored === undefined) throw new Error('no row');
      rows.set('note:note-1', {...stored, row: {...stored.row, body: utf8Bytes('rot')}});
    };
    const told = async () => [
      (await pullPage(world, {after: 0})).rows[0]?.displaced,
      (await current(world))?.displaced,
    ];
    const [first, second] = [note({stamp: at(1)}), note({stamp: at(2), text: 'two'})];
    await pushOne(world, first);
    await pushOne(world, second, {base: first.stamp});
    expect(await told()).toEqual([undefined, undefined]);
    damage();
    await pushOne(world, second, {base: first.stamp});
    expect(await told()).toEqual([undefined, undefined]);
    damage();
    await pushOne(world, note({stamp: at(3), text: 'three'}), {base: second.stamp});
    expect(await told()).toEqual([undefined, undefined]);
    damage();
    const unseen = note({stamp: at(4), text: 'four'});
    await pushOne(world, unseen, {base: second.stamp});
    expect(await told()).toEqual([[at(3)], [at(3)]]);
    await pushOne(world, note({stamp: at(5), text: 'five'}), {base: unseen.stamp});
    expect(await told()).toEqual([[at(3)], [at(3)]]);
  });
});
