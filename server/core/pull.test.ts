import {describe, expect, it} from 'vitest';
import {utf8Bytes} from '../../protocol/bytes.ts';
import {type Ref, refKey} from '../../protocol/entity.ts';
import {MAX_PULL_ROWS} from '../../protocol/limits.ts';
import type {CallAnswer, PulledEntity} from '../../protocol/messages.ts';
import {revisionOf} from '../../protocol/revision.ts';
import {
  at,
  createWorld,
  deletionOf,
  lanePage,
  note,
  pullPage,
  pushAll,
  pushed,
  pushOne,
  type World,
} from '../testing/world.ts';

type Page = CallAnswer<'pull'>;

/** A replica as far as pulling goes: heads by ref, bodies by id, and what it was given without having asked for it again. */
interface Puller {
  readonly rows: Map<string, PulledEntity>;
  readonly bodies: Map<string, unknown>;
}

function newPuller(): Puller {
  return {rows: new Map(), bodies: new Map()};
}

function store({rows, bodies}: Puller, page: Page): void {
  for (const row of page.rows) {
    if ((rows.get(refKey(row))?.seq ?? 0) <= row.seq) rows.set(refKey(row), row);
    if (row.body !== undefined) bodies.set(row.id, row.body);
  }
  for (const {id, body} of page.bodies) bodies.set(id, body);
}

async function pullAll(
  world: World,
  puller: Puller,
  after: number,
  meanwhile: (page: number) => Promise<void> = async () => {},
): Promise<number> {
  let position = after;
  for (let count = 0; ; count++) {
    const page = await pullPage(world, {after: position});
    store(puller, page);
    position = page.next.seq;
    await meanwhile(count);
    if (page.done) return position;
  }
}

/** A first sync: the lanes up to the head that was read first. */
async function joinFirst(world: World, puller: Puller, between: (lane: string) => Promise<void>): Promise<number> {
  const {head} = await world.core.standing(world.device.accountId);
  for (const lane of ['heads', 'bodies', 'revisions'] as const) {
    let after: Ref | null = null;
    for (let done = false; !done; ) {
      const page: Page = await lanePage(world, {lane, after, until: head.seq});
      store(puller, page);
      after = page.last ?? null;
      done = page.done;
    }
    await between(lane);
  }
  return head.seq;
}

async function expectSame(world: World, {rows, bodies}: Puller): Promise<void> {
  const stored = world.storage.tables.entities.get(world.device.accountId) ?? new Map();
  for (const [key, {row}] of stored) {
    expect([key, rows.get(key)?.hash, rows.get(key)?.seq]).toEqual([key, row.hash, row.seq]);
    if (row.kind === 'note' && row.body.length > 0)
      expect([key, bodies.get(row.id)]).toEqual([key, new TextDecoder().decode(row.body)]);
  }
}

const LARGE = 'x'.repeat(700 * 1024);

describe('the lane "all"', () => {
  it('has everything after a position, ends at the head, and then nothing', async () => {
    const world = await createWorld();
    await pushAll(
      world,
      ['a', 'b', 'c'].map((name) => pushed(note({id: `note-${name}`, stamp: at(1)}))),
    );
    const page = await pullPage(world, {after: 1});
    expect(page.rows.map(({id, seq}) => [id, seq])).toEqual([
      ['note-b', 2],
      ['note-c', 3],
    ]);
    expect(page).toMatchObject({done: true, next: page.head});
    expect(await pullPage(world, {after: 3})).toMatchObject({rows: [], done: true, next: page.head});
  });

  it('leaves out the text of a note that was only renamed, where the replica has it', async () => {
    const world = await createWorld();
    await pushOne(world, note({stamp: at(1)}));
    await pushOne(world, note({stamp: at(2), title: 'renamed'}), {base: at(1)});
    expect((await pullPage(world, {after: 1})).rows).toMatchObject([{data: 'renamed', seq: 2}]);
    expect((await pullPage(world, {after: 1})).rows[0]?.body).toBeUndefined();
    expect((await pullPage(world, {after: 0})).rows).toMatchObject([{data: 'renamed', body: 'text', seq: 2}]);
  });

  it('always has the text of a revision', async () => {
    const world = await createWorld();
    const kept = revisionOf(note({stamp: at(1)}), 'conflict');
    await pushOne(world, kept);
    await pushOne(
      world,
      {...revisionOf(note({stamp: at(1)}), 'conflict', {state: 'resolved'}), stamp: at(2)},
      {base: at(1)},
    );
    expect((await pullPage(world, {after: 1})).rows).toMatchObject([{body: 'text'}]);
  });

  it('pages by bytes, after the row that passes the limit, and by rows', async () => {
    const world = await createWorld();
    for (const name of ['a', 'b', 'c']) await pushOne(world, note({id: `note-${name}`, stamp: at(1), text: LARGE}));
    const page = await pullPage(world, {after: 0});
    expect(page).toMatchObject({done: false, next: {seq: 2}});
    expect(page.rows).toHaveLength(2);
    await pushAll(
      world,
      Array.from({length: MAX_PULL_ROWS}, (_, index) => pushed(note({id: `small-${index}`, stamp: at(1)}))),
    );
    expect((await pullPage(world, {after: 2})).rows).toHaveLength(MAX_PULL_ROWS);
    expect(await pullPage(world, {after: MAX_PULL_ROWS + 2})).toMatchObject({done: true, rows: [{}]});
  });

  it('gives a text to a replica whose page ended between the text’s change and the rename', async () => {
    const world = await createWorld();
    await pushOne(world, note({id: 'early', stamp: at(1), text: LARGE}));
    await pushOne(world, note({id: 'victim', stamp: at(1), text: 'the text'}));
    await pushOne(world, note({id: 'between', stamp: at(1), text: LARGE}));
    await pushOne(world, note({id: 'late', stamp: at(1), text: LARGE}));
    await pushOne(world, note({id: 'victim', stamp: at(2), title: 'renamed', text: 'the text'}), {base: at(1)});
    const puller = newPuller();
    await pullAll(world, puller, 0);
    await expectSame(world, puller);
  });

  it('brings everything through any mix of changes while it pages', async () => {
    const world = await createWorld();
    const ids = Array.from({length: 8}, (_, index) => `note-${index}`);
    for (const id of ids) await pushOne(world, note({id, stamp: at(1), text: `${id}${LARGE}`}));
    const stampById = new Map(ids.map((id) => [id, at(1)]));
    const change = async (id: string, step: number, how: 'rename' | 'edit') => {
      const text = how === 'edit' ? `edited ${step}${LARGE}` : undefined;
      const stored = world.storage.tables.entities.get(world.device.accountId)?.get(`note:${id}`)?.row;
      const body = text ?? new TextDecoder().decode(stored?.body ?? utf8Bytes(''));
      await pushOne(world, note({id, stamp: at(step), title: `${step}`, text: body}), {
        base: stampById.get(id) ?? null,
      });
      stampById.set(id, at(step));
    };
    const puller = newPuller();
    const cursor = await pullAll(world, puller, 0, async (page) => {
      if (page > 3) return;
      await change(ids[7 - page] ?? 'note-0', 10 + page, 'edit');
      await change(ids[7 - page] ?? 'note-0', 20 + page, 'rename');
      await change(ids[page] ?? 'note-0', 30 + page, 'rename');
    });
    expect(cursor).toBe((await world.core.standing(world.device.accountId)).head.seq);
    await expectSame(world, puller);
  });
});

describe('the lanes of a first sync', () => {
  it('heads: everything but revisions, without texts and without what was erased; then texts; then revisions whole', async () => {
    const world = await createWorld();
    await pushOne(world, note({stamp: at(1)}));
    await pushOne(world, note({id: 'branch', kind: 'branch', stamp: at(1)}));
    await pushOne(world, revisionOf(note({stamp: at(1)}), 'named'));
    await pushOne(world, note({id: 'gone', stamp: at(1)}));
    await pushOne(world, deletionOf(note({id: 'gone', stamp: at(1)}), at(2), {eraseAfterMs: 0}), {base: at(1)});
    await pushOne(world, note({id: 'erased', stamp: at(1)}));
    await pushOne(
      world,
      deletionOf(note({id: 'erased', stamp: at(1), title: '', text: ''}), at(2), {eraseAfterMs: 0}),
      {base: at(1)},
    );

    const heads = await lanePage(world, {lane: 'heads'});
    expect(heads.rows.map(({id, body}) => [id, body])).toEqual([
      ['branch', undefined],
      ['gone', undefined],
      ['note-1', undefined],
    ]);
    expect(heads).toMatchObject({done: true, total: 3, bodies: []});
    const bodies = await lanePage(world, {lane: 'bodies'});
    expect(bodies.bodies.map(({id, body}) => [id, body])).toEqual([
      ['gone', 'text'],
      ['note-1', 'text'],
    ]);
    expect(bodies).toMatchObject({rows: [], total: 2});
    expect(bodies.bodies[0]?.hash).toBe(heads.rows[1]?.parts.body);
    expect(await lanePage(world, {lane: 'revisions'})).toMatchObject({
      rows: [{kind: 'revision', body: 'text'}],
      total: 1,
    });
  });

  it('tell with their first page how much there is', async () => {
    const world = await createWorld();
    await pushAll(
      world,
      ['a', 'b', 'c'].map((name) => pushed(note({id: `note-${name}`, stamp: at(1)}))),
    );
    expect((await lanePage(world, {lane: 'heads'})).total).toBe(3);
    expect((await lanePage(world, {lane: 'heads', after: {kind: 'note', id: 'note-a'}})).total).toBeUndefined();
    expect((await pullPage(world, {after: 0})).total).toBeUndefined();
  });

  it('stop where they were told to', async () => {
    const world = await createWorld();
    for (const name of ['a', 'b', 'c']) await pushOne(world, note({id: `note-${name}`, stamp: at(1)}));
    expect(await lanePage(world, {lane: 'heads', until: 2})).toMatchObject({
      done: true,
      next: {seq: 2},
      rows: [{}, {}],
    });
  });

  it('come by kind and id, and go on after the entity that is named, page by page', async () => {
    const world = await createWorld();
    for (const name of ['c', 'a', 'b']) await pushOne(world, note({id: `note-${name}`, stamp: at(1), text: LARGE}));
    await pushOne(world, note({id: 'zzzz', kind: 'branch', stamp: at(1)}));
    const heads = await lanePage(world, {lane: 'heads'});
    expect(heads.rows.map(({id}) => id)).toEqual(['zzzz', 'note-a', 'note-b', 'note-c']);
    const first = await lanePage(world, {lane: 'bodies'});
    expect(first.bodies.map(({id}) => id)).toEqual(['note-a', 'note-b']);
    expect(first).toMatchObject({done: false, last: {kind: 'note', id: 'note-b'}});
    const second = await lanePage(world, {lane: 'bodies', after: first.last ?? null});
    expect(second.bodies.map(({id}) => id)).toEqual(['note-c']);
    expect(second).toMatchObject({done: true, last: {kind: 'note', id: 'note-c'}});
    expect(await lanePage(world, {lane: 'bodies', after: second.last ?? null})).toMatchObject({
      bodies: [],
      last: null,
      done: true,
    });
  });

  it.each([
    'heads',
    'bodies',
    'revisions',
  ])('with renames, edits, deletions and new notes after the lane of %s, and the ordinary pull after, bring everything', async (when) => {
    const world = await createWorld();
    for (const name of ['renamed', 'edited', 'deleted', 'quiet'])
      await pushOne(world, note({id: name, stamp: at(1), text: `text of ${name}`}));
    const puller = newPuller();
    const until = await joinFirst(world, puller, async (lane) => {
      if (lane !== when) return;
      await pushOne(world, note({id: 'renamed', stamp: at(2), title: 'new title', text: 'text of renamed'}), {
        base: at(1),
      });
      await pushOne(world, note({id: 'edited', stamp: at(2), text: 'new text'}), {base: at(1)});
      await pushOne(world, deletionOf(note({id: 'deleted', stamp: at(1), text: 'text of deleted'}), at(2)), {
        base: at(1),
      });
      await pushOne(world, note({id: 'new-one', stamp: at(2), text: 'new'}));
      await pushOne(world, note({id: 'quiet', stamp: at(3), text: 'conflict'}));
    });
    await pullAll(world, puller, until);
    await expectSame(world, puller);
  });

  it('a note renamed before the lane of heads came to it still sends its text', async () => {
    const world = await createWorld();
    await pushOne(world, note({stamp: at(1)}));
    const {head} = await world.core.standing(world.device.accountId);
    await pushOne(world, note({stamp: at(2), title: 'renamed'}), {base: at(1)});
    expect((await lanePage(world, {lane: 'heads', until: head.seq})).rows).toEqual([]);
    expect((await lanePage(world, {lane: 'bodies', until: head.seq})).bodies).toMatchObject([
      {id: 'note-1', body: 'text'},
    ]);
    expect((await pullPage(world, {after: head.seq})).rows[0]?.body).toBeUndefined();
  });
});

describe('a row that fails its own hash', () => {
  it.each([
    ['all', 'body'],
    ['heads', 'data'],
    ['bodies', 'body'],
    ['all', 'hash'],
  ] as const)('is not served in the lane %s when its %s was damaged; the page goes on, and it is reported', async (lane, part) => {
    const world = await createWorld();
    for (const name of ['a', 'b']) await pushOne(world, note({id: `note-${name}`, stamp: at(1)}));
    const rows = world.storage.tables.entities.get(world.device.accountId);
    const stored = rows?.get('note:note-a');
    if (rows === undefined || stored === undefined) throw new Error('no row');
    rows.set('note:note-a', {
      ...stored,
      row: {...stored.row, [part]: part === 'hash' ? 'A'.repeat(43) : utf8Bytes('rot')},
    });
    const page = lane === 'all' ? await pullPage(world, {after: 0}) : await lanePage(world, {lane});
    expect([...page.rows, ...page.bodies].map(({id}) => id)).toEqual(['note-b']);
    expect(page).toMatchObject({done: true, next: {seq: 2}});
    expect(world.errors).toHaveLength(1);
  });
});
