/** A notebook that a first sync has brought, most of it packed: what the screens see and do is the same as with rows of their own. */

import {afterEach, beforeEach, expect, it} from 'vitest';
import {utf8Bytes} from '../../protocol/bytes.ts';
import {type Kind, type Meta, makeVersion, toHead, type Version} from '../../protocol/entity.ts';
import {revisionOf} from '../../protocol/revision.ts';
import {writeData} from '../notes/note-data.ts';
import type {BodyRow, EntityRow} from '../sync/ports.ts';
import {createNotebookWorld, type NotebookWorld, present, watch} from './testing/notebook-world.ts';

const STAMP = '000000001-0000-elsewhere';

let world: NotebookWorld;

beforeEach(async () => {
  world = await createNotebookWorld();
  const notes = ['above', 'below', 'other'].map((id) =>
    version('note', id, {title: id, type: 'text', mime: 'text/html'}),
  );
  const lost = {...(notes[1] as Version), stamp: '000000000-0000-elsewhere'};
  await arrive([
    version('attribute', 'label', {
      note: 'below',
      type: 'label',
      name: 'tag',
      value: 'x',
      inheritable: false,
      position: 0,
    }),
    version('branch', 'place-above', {note: 'above', parent: 'root', key: 'a0'}),
    version('branch', 'place-below', {note: 'below', parent: 'above', key: 'a0'}),
    version('branch', 'place-other', {note: 'other', parent: 'root', key: 'a1'}),
    ...notes,
    revisionOf(lost, 'conflict'),
  ]);
});
afterEach(async () => {
  expect(world.failures).toEqual([]);
  await world.close();
});

it('is in the tree, and each part of it where it points', async () => {
  const {notebook} = world;
  expect(await present(notebook.watchTree())).toMatchObject({notes: [{}, {}, {}], branches: [{}, {}, {}]});
  expect(await present(notebook.watchAttributes('below'))).toMatchObject([{name: 'tag', value: 'x'}]);
  expect(await present(notebook.watchAttributes('above'))).toEqual([]);
  expect(await present(notebook.watchRevisions('below'))).toMatchObject([{of: 'below', text: 'text of below'}]);
  expect(await present(notebook.watchConflicts('below'))).toHaveLength(1);
  expect(await present(notebook.watchAllConflicts())).toMatchObject([{noteId: 'below', title: 'below'}]);
  expect(await present(notebook.watchNote('other'))).toMatchObject({
    title: 'other',
    text: 'text of other',
    sync: 'synced',
  });
});

it('shows a page that arrives while someone looks', async () => {
  const watched = watch(world.notebook.watchTree());
  await watched.until(({notes}) => notes.length === 3);
  await arrive([version('note', 'zzzz', {title: 'late', type: 'text', mime: 'text/html'})]);
  await watched.until(({notes}) => notes.some(({title}) => title === 'late'));
  watched.stop();
});

it('ten thousand that arrived are all in the tree, one that was renamed since as it is now', async () => {
  const many = Array.from({length: 10_000}, (_, index) => {
    const id = `z${String(index).padStart(5, '0')}`;
    return version('note', id, {title: id, type: 'text', mime: 'text/html'});
  });
  await arrive(many);
  await world.notebook.renameNote('z08191', 'renamed', 'z08191');
  const titles = (await present(world.notebook.watchTree())).notes.map(({title}) => title);
  const expected = many.map(({id}) => (id === 'z08191' ? 'renamed' : id));
  expect(titles.sort()).toEqual(['above', 'below', 'other', ...expected].sort());
});

it('a place that was moved is found under its new parent alone, by deletions too', async () => {
  const {notebook} = world;
  await notebook.movePlace('place-below', {parent: 'other', position: 'last'});
  await notebook.deletePlace('place-above');
  const tree = await present(notebook.watchTree());
  expect(tree.notes.map(({title}) => title).sort()).toEqual(['below', 'other']);
  expect(tree.branches.find(({id}) => id === 'place-below')?.parent).toBe('other');
});

it('a deletion takes along what is below, and what belongs to it', async () => {
  const {notebook} = world;
  await notebook.deletePlace('place-above');
  expect((await present(notebook.watchTree())).notes.map(({title}) => title)).toEqual(['other']);
  expect((await world.entity('attribute', 'label')).meta).toMatchObject({type: 'tombstone', of: 'below'});
  expect((await world.outbox()).map(({id}) => id).sort()).toEqual([
    'above',
    'below',
    'label',
    'place-above',
    'place-below',
  ]);
});

it('an edit has the arrived version as its base', async () => {
  const {notebook} = world;
  const view = await present(notebook.watchNote('other'));
  if (view === null) throw new Error('no note');
  await notebook.saveNote('other', view.loaded, {text: 'edited'});
  expect((await world.outbox()).find(({id}) => id === 'other')).toMatchObject({
    base: STAMP,
    baseVersion: {stamp: STAMP},
  });
  expect(await present(notebook.watchNote('other'))).toMatchObject({text: 'edited', sync: 'saved'});
});

it('what was made here and acknowledged is packed, and everything finds it where it points', async () => {
  const made = Array.from({length: 100}, (_, n): [Version, Version] => {
    const id = `z${String(n).padStart(4, '0')}`;
    const place = {note: id, parent: n === 0 ? 'root' : 'z0000', key: `a${String(n).padStart(4, '0')}`};
    return [version('note', id, {title: id, type: 'text', mime: 'text/html'}), version('branch', `of-${id}`, place)];
  }).flat();
  const rows = made.map((one) => ({...toHead(one), known: null, own: STAMP, ownSent: null, revisedMs: 1}));
  const acked = rows.map((row) => ({
    ...row,
    known: {stamp: STAMP, hash: row.hash, seq: 9, counted: true},
    ownSent: STAMP,
  }));
  await world.store.transaction('write', (tx) => tx.putEntities(rows));
  const watched = watch(world.notebook.watchTree());
  await watched.until(({notes}) => notes.length === 103);
  await world.store.transaction('write', (tx) => tx.putEntities(acked));
  expect(await rowsOfTheirOwn()).toEqual([0, 0]);
  expect(await world.entity('note', 'z0042')).toStrictEqual(acked.find(({id}) => id === 'z0042'));
  await world.notebook.renameNote('z0042', 'renamed', 'z0042');
  await watched.until(({notes}) => notes.some(({title}) => title === 'renamed'));
  watched.stop();
  await world.notebook.deletePlace('of-z0000');
  expect((await present(world.notebook.watchTree())).notes).toHaveLength(3);
});

it('a row that is taken out of its pack is listed no more, and the last takes the list with it', async () => {
  const {dexie} = world.database;
  const remove = (id: string) => world.store.transaction('write', (tx) => tx.deleteEntities([{kind: 'note', id}]));
  const titles = async () => (await present(world.notebook.watchTree())).notes.map(({title}) => title).sort();
  const lists = dexie.table('packLists').where('[kind+last]').between(['note'], ['note', []]);
  await remove('other');
  expect(await titles()).toEqual(['above', 'below']);
  await remove('above');
  await remove('below');
  expect(await titles()).toEqual([]);
  expect(await lists.count()).toBe(0);
});

async function rowsOfTheirOwn(): Promise<number[]> {
  const {dexie} = world.database;
  return Promise.all(['notes', 'branches'].map((name) => dexie.table(name).count()));
}

function version(kind: Kind, id: string, data: Parameters<typeof writeData>[0], meta: Meta | null = null): Version {
  const body = kind === 'note' ? utf8Bytes(`text of ${id}`) : utf8Bytes('');
  return makeVersion({kind, id, stamp: STAMP, deleted: false, meta, data: writeData(data), body});
}

async function arrive(versions: readonly Version[]): Promise<void> {
  const rows = versions.map((one): EntityRow => {
    const known = {stamp: one.stamp, hash: one.hash, seq: 1, counted: true};
    return {...toHead(one), known, own: null, ownSent: null, revisedMs: null};
  });
  const bodies = versions.flatMap(({kind, id, parts, body}): BodyRow[] =>
    body === null || body.length === 0 ? [] : [{kind, id, hash: parts.body, body}],
  );
  await world.store.transaction('write', async (tx) => {
    await tx.packEntities(rows);
    await tx.packBodies(bodies);
  });
}
