/**
 * Conflicts that people resolve: the revision and what was decided go together, a version that nobody saw is asked about
 * again, and two devices that decide differently lose no text.
 */

import {describe, expect, test} from 'vitest';
import {utf8Bytes, utf8Text} from '../../protocol/bytes.ts';
import type {Ref, RevisionMeta} from '../../protocol/entity.ts';
import type {EntityChange, Loaded} from './changes.ts';
import {createWorld, type Device, noteData, settle, type World} from './testing/world.ts';

const NOTE: Ref = {kind: 'note', id: 'note1'};
const WEEK_MS = 7 * 24 * 3_600_000;

interface Kept {
  readonly id: string;
  readonly text: string;
  readonly meta: RevisionMeta;
}

function revisions(device: Device, reason: string): Kept[] {
  const {entities, bodies} = device.store.snapshot() as {
    entities: Map<string, {kind: string; id: string; deleted: boolean; meta: RevisionMeta | null}>;
    bodies: Map<string, {kind: string; id: string; body: Uint8Array}>;
  };
  const textOf = (id: string) =>
    [...bodies.values()].find((row) => row.kind === 'revision' && row.id === id)?.body ?? new Uint8Array(0);
  return [...entities.values()].flatMap(({kind, id, deleted, meta}) =>
    kind === 'revision' && !deleted && meta?.reason === reason ? [{id, meta, text: utf8Text(textOf(id)) ?? ''}] : [],
  );
}

const open = (device: Device) => revisions(device, 'conflict').filter(({meta}) => meta.state === 'open');

/** Every text that the device has of the note: current, deleted or kept. */
async function textsOf(device: Device): Promise<Set<string>> {
  const [body] = await device.store.transaction('read', (tx) => tx.bodies([NOTE]));
  const kept = ['conflict', 'restore', 'merge', 'edit'].flatMap((reason) => revisions(device, reason));
  return new Set([...kept.map(({text}) => text), ...(body ? [utf8Text(body.body) ?? ''] : [])]);
}

async function resolve(device: Device, id: string, ...changes: EntityChange[]): Promise<string | undefined> {
  const [written] = await device.writer.write([{type: 'resolve', kind: 'revision', id, changes}]);
  return written?.outcome;
}

const useOther = (revision: string, loaded?: Loaded): EntityChange => ({
  type: 'restore',
  ...NOTE,
  revision,
  ...(loaded ? {loaded} : {}),
});

/** Both devices replaced the same word; `B` was later and won. */
async function conflicted(): Promise<{world: World; a: Device; b: Device; id: string}> {
  const world = await createWorld();
  const [a, b] = [await world.device('A'), await world.device('B')];
  await a.create('note1', 'One', 'base');
  await settle(a, b);
  world.nowMs += 1000;
  await a.save('note1', await a.load('note1'), {text: 'from A'});
  world.nowMs += 1000;
  await b.save('note1', await b.load('note1'), {text: 'from B'});
  await settle(a, b);
  const [kept, ...others] = open(a);
  expect([kept?.text, others.length]).toEqual(['from A', 0]);
  return {world, a, b, id: kept!.id};
}

/** `A` edited what `B` deleted, in this order or the other. */
async function editMetDeletion(last: 'edit' | 'deletion'): Promise<{world: World; a: Device; b: Device; id: string}> {
  const world = await createWorld();
  const [a, b] = [await world.device('A'), await world.device('B')];
  await a.create('note1', 'One', 'base');
  await settle(a, b);
  const edit = async () => void (await a.save('note1', await a.load('note1'), {text: 'edited'}));
  const acts = [edit, () => b.remove('note1')];
  for (const act of last === 'edit' ? acts.reverse() : acts) {
    world.nowMs += 1000;
    await act();
  }
  await settle(a, b);
  return {world, a, b, id: open(a)[0]!.id};
}

describe('a conflict that is resolved', () => {
  test('elsewhere, while the answer to the push that lost was on its way, is not merged after all', async () => {
    const world = await createWorld();
    const [a, b] = [await world.device('A'), await world.device('B')];
    await a.create('note1', 'One', '<p>first</p><p>second</p>');
    await settle(a, b);
    world.nowMs += 1000;
    await a.save('note1', await a.load('note1'), {text: '<p>first of A</p><p>second</p>'});
    world.nowMs += 1000;
    await b.save('note1', await b.load('note1'), {text: '<p>first</p><p>second of B</p>'});
    await b.round();
    a.faults.push({call: 'push', lose: 'answer'});
    await a.round();
    await b.round();
    expect(await resolve(b, open(b)[0]?.id ?? '')).toBe('written');
    await b.round();
    await settle(a, b);
    expect(await a.read('note1')).toEqual({title: 'One', text: '<p>first</p><p>second of B</p>'});
    expect(open(a)).toEqual([]);
  });

  test('is resolved on every device, and what was decided is there with it', async () => {
    const {a, b, id} = await conflicted();
    expect(await resolve(a, id, useOther(id, await a.load('note1')))).toBe('written');
    await settle(a, b);
    for (const device of [a, b]) {
      expect(await device.read('note1')).toEqual({title: 'One', text: 'from A'});
      expect(open(device)).toEqual([]);
      expect(revisions(device, 'conflict')).toMatchObject([{text: 'from A', meta: {state: 'resolved'}}]);
      expect(revisions(device, 'restore')).toMatchObject([{text: 'from B'}]);
    }
  });

  test('changes nothing else where the current version is kept', async () => {
    const {a, b, id} = await conflicted();
    const before = await a.load('note1');
    expect(await resolve(a, id)).toBe('written');
    await settle(a, b);
    expect([await a.load('note1'), await b.load('note1')]).toEqual([before, before]);
    expect([open(a), open(b)]).toEqual([[], []]);
  });

  test('is not resolved a second time, and what was decided then is not done', async () => {
    const {a, id} = await conflicted();
    await resolve(a, id);
    expect(await resolve(a, id, useOther(id, await a.load('note1')))).toBe('settled');
    expect(await a.read('note1')).toEqual({title: 'One', text: 'from B'});
  });

  test('stays open where the kept text is not here', async () => {
    const {a, id} = await conflicted();
    await a.store.transaction('write', (tx) => tx.deleteBodies([{kind: 'revision', id}]));
    expect(await resolve(a, id, useOther(id, await a.load('note1')))).toBe('body_missing');
    expect(open(a)).toHaveLength(1);
    expect(await a.read('note1')).toEqual({title: 'One', text: 'from B'});
  });

  test.each<EntityChange>([
    {type: 'undelete', kind: 'note', id: 'note2'},
    {type: 'patch', kind: 'note', id: 'note2', edit: ({data}) => data},
    {type: 'replace', kind: 'note', id: 'note2', loaded: {stamp: '', parts: {meta: '', data: '', body: ''}}},
  ])('stays open where what was decided on is erased: $type', async (change) => {
    const {world, a, b, id} = await conflicted();
    await a.create('note2', 'Two', 'gone');
    await a.remove('note2');
    await settle(a, b);
    world.nowMs += WEEK_MS;
    await world.core.erase();
    await settle(a, b);
    expect((await a.entity({kind: 'note', id: 'note2'}))?.data.length).toBe(0);
    expect(await resolve(a, id, change)).toBe('missing');
    expect(open(a)).toHaveLength(1);
  });

  test('is told missing where there is none', async () => {
    const {a} = await conflicted();
    expect(await resolve(a, 'unknown', useOther('unknown'))).toBe('missing');
  });

  test('asks again about a version that came after the person had looked', async () => {
    const {world, a, b, id} = await conflicted();
    const seen = await a.load('note1');
    world.nowMs += 1000;
    await b.save('note1', await b.load('note1'), {text: 'unseen'});
    await settle(b, a);
    await resolve(a, id, useOther(id, seen));
    await settle(a, b);
    for (const device of [a, b]) {
      expect(await device.read('note1')).toEqual({title: 'One', text: 'from A'});
      expect(open(device).map(({text}) => text)).toEqual(['unseen']);
    }
  });
});

describe('a part that is replaced', () => {
  test('is kept, and the other part stays', async () => {
    const {a, id} = await conflicted();
    const loaded = await a.load('note1');
    await a.writer.write([{type: 'replace', ...NOTE, loaded, body: utf8Bytes('composed')}]);
    expect(await a.read('note1')).toEqual({title: 'One', text: 'composed'});
    expect(revisions(a, 'restore').map(({text}) => text)).toEqual(['from B']);
    expect(open(a).map((one) => one.id)).toEqual([id]);
  });

  test('is asked about where it had not been seen', async () => {
    const {world, a} = await conflicted();
    const loaded = await a.load('note1');
    world.nowMs += 1000;
    await a.save('note1', loaded, {text: 'of another tab'});
    const [written] = await a.writer.write([{type: 'replace', ...NOTE, loaded, body: utf8Bytes('composed')}]);
    expect(written?.outcome).toBe('written_over_conflict');
    expect(
      open(a)
        .map(({text}) => text)
        .sort(),
    ).toEqual(['from A', 'of another tab']);
  });

  test('that is the same as before writes nothing', async () => {
    const {a} = await conflicted();
    const [written] = await a.writer.write([
      {type: 'replace', ...NOTE, loaded: await a.load('note1'), data: noteData('One')},
    ]);
    expect(written?.outcome).toBe('unchanged');
    expect(revisions(a, 'restore')).toEqual([]);
  });
});

test('a deletion that was decided on keeps a version that the person had not seen', async () => {
  const {world, a} = await conflicted();
  const loaded = await a.load('note1');
  world.nowMs += 1000;
  await a.save('note1', loaded, {text: 'of another tab'});
  await a.writer.write([{type: 'delete', ...NOTE, eraseAfterMs: 1, loaded}]);
  expect(open(a).map(({text}) => text)).toContain('of another tab');
});

describe('two devices that resolve one conflict', () => {
  test('alike end with one resolution and nothing new to ask', async () => {
    const {world, a, b, id} = await conflicted();
    await resolve(a, id, useOther(id, await a.load('note1')));
    world.nowMs += 1000;
    await resolve(b, id, useOther(id, await b.load('note1')));
    await settle(a, b);
    for (const device of [a, b]) {
      expect(await device.read('note1')).toEqual({title: 'One', text: 'from A'});
      expect(open(device)).toEqual([]);
    }
  });

  test('one keeping, one exchanging: what was exchanged stands, and both texts are kept', async () => {
    const {world, a, b, id} = await conflicted();
    await resolve(a, id, useOther(id, await a.load('note1')));
    world.nowMs += 1000;
    await resolve(b, id);
    await settle(a, b);
    for (const device of [a, b]) {
      expect(await device.read('note1')).toEqual({title: 'One', text: 'from A'});
      expect(await textsOf(device)).toEqual(new Set(['base', 'from A', 'from B']));
      expect(open(device)).toEqual([]);
    }
  });

  test('by other texts are asked again', async () => {
    const {world, a, b, id} = await conflicted();
    await resolve(a, id, useOther(id, await a.load('note1')));
    world.nowMs += 1000;
    await resolve(b, id, {type: 'replace', ...NOTE, loaded: await b.load('note1'), body: utf8Bytes('from both')});
    await settle(a, b);
    for (const device of [a, b]) {
      expect(await device.read('note1')).toEqual({title: 'One', text: 'from both'});
      expect(open(device).map(({text, meta}) => [text, meta.state])).toEqual([['from A', 'open']]);
      expect(await textsOf(device)).toEqual(new Set(['base', 'from A', 'from B', 'from both']));
    }
  });
});

describe('an edit that met a deletion', () => {
  test.each(['edit', 'deletion'] as const)('is not erased before it is resolved; the %s came last', async (last) => {
    const {world, a, b, id} = await editMetDeletion(last);
    if (last === 'edit') await b.remove('note1');
    await settle(b, a);
    world.nowMs += WEEK_MS;
    await world.core.erase();
    await settle(a, b);
    expect(await textsOf(a)).toContain('edited');
    await resolve(a, id);
    await settle(a, b);
    await world.core.erase();
    await settle(a, b);
    expect((await a.entity(NOTE))?.data.length).toBe(0);
  });

  test('comes back with its text where the deletion had won', async () => {
    const {a, b, id} = await editMetDeletion('deletion');
    await resolve(b, id, useOther(id, await b.load('note1')));
    await settle(a, b);
    for (const device of [a, b]) expect(await device.read('note1')).toEqual({title: 'One', text: 'edited'});
  });

  test('brought back here, left deleted there: it is back', async () => {
    const {world, a, b, id} = await editMetDeletion('deletion');
    await resolve(a, id, useOther(id, await a.load('note1')));
    world.nowMs += 1000;
    await resolve(b, id);
    await settle(a, b);
    for (const device of [a, b]) expect(await device.read('note1')).toEqual({title: 'One', text: 'edited'});
  });

  test.each([
    0, 2000,
  ])('live: kept here, deleted there %i ms from it: it is asked again, and not erased', async (ms) => {
    const {world, a, b, id} = await editMetDeletion('edit');
    world.nowMs += 1000;
    await resolve(a, id, {
      type: 'patch',
      ...NOTE,
      edit: () => utf8Bytes('{"mime":"","revived":"1","title":"","type":""}'),
    });
    world.nowMs += ms - 1000;
    await resolve(b, id, {type: 'delete', ...NOTE, eraseAfterMs: WEEK_MS, loaded: await b.load('note1')});
    await settle(a, b);
    expect([open(a).length, open(b).length]).toEqual([1, 1]);
    world.nowMs += 2 * WEEK_MS;
    await world.core.erase();
    await settle(a, b);
    for (const device of [a, b]) expect(await textsOf(device)).toContain('edited');
  });
});
