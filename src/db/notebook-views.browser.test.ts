import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import {utf8Bytes} from '../../protocol/bytes.ts';
import {canonicalBytes} from '../../protocol/canonical.ts';
import {makeVersion, toHead} from '../../protocol/entity.ts';
import {derivedId} from '../../protocol/ids.ts';
import {revisionId} from '../../protocol/revision.ts';
import {deviceNameKey, writeData} from '../notes/note-data.ts';
import type {Notebook} from './repositories.ts';
import {createShortcuts} from './testing/notebook-shortcuts.ts';
import {createNotebookWorld, type NotebookWorld, present, START_MS, watch} from './testing/notebook-world.ts';

let world: NotebookWorld;
let notebook: Notebook;
const {create, placeOf, tree, viewOf} = createShortcuts(() => notebook);

beforeEach(async () => {
  world = await createNotebookWorld();
  notebook = world.notebook;
});
afterEach(async () => {
  expect(world.failures).toEqual([]);
  await world.close();
});

describe('attributes', () => {
  it('of a note come in their order, deleted and unreadable ones left out', async () => {
    const note = await create('note');
    const label = (name: string, position: number) =>
      writeData({note, type: 'label', name, value: '', inheritable: false, position});
    await world.writer.write([
      {type: 'create', kind: 'attribute', id: 'attr-2', data: label('two', 2)},
      {type: 'create', kind: 'attribute', id: 'attr-1', data: label('one', 1)},
      {type: 'create', kind: 'attribute', id: 'attr-3', data: label('three', 3)},
      {type: 'create', kind: 'attribute', id: 'attr-4', data: canonicalBytes({note})},
    ]);
    await world.writer.write([{type: 'delete', kind: 'attribute', id: 'attr-3', eraseAfterMs: 1}]);
    const views = await present(notebook.watchAttributes(note));
    expect(views.map(({id, name}) => [id, name])).toEqual([
      ['attr-1', 'one'],
      ['attr-2', 'two'],
    ]);
  });
});

describe('revisions', () => {
  it('are kept by hand and restored, the replaced version kept too', async () => {
    const id = await create('Title', 'root', 'first');
    await notebook.saveRevision(id);
    await notebook.saveRevision(id);
    world.nowMs += 1000;
    await notebook.saveNote(id, (await viewOf(id)).loaded, {text: 'second'});
    const [named] = (await present(notebook.watchRevisions(id))).filter(({reason}) => reason === 'named');
    expect(named).toMatchObject({
      of: id,
      ofKind: 'note',
      title: 'Title',
      type: 'text',
      text: 'first',
      state: null,
      atMs: START_MS,
    });
    expect(named?.deviceName).toBe('My phone');
    await notebook.restoreRevision(named!.id);
    expect((await viewOf(id)).text).toBe('first');
    const after = await present(notebook.watchRevisions(id));
    expect(after.find(({reason}) => reason === 'restore')?.text).toBe('second');
    expect(after.map(({atMs}) => atMs)).toEqual(after.map(({atMs}) => atMs).toSorted((a, b) => b - a));
  });

  it('bring a deleted note back', async () => {
    const id = await create('Title', 'root', 'text');
    await notebook.saveRevision(id);
    const [revision] = await present(notebook.watchRevisions(id));
    await notebook.deletePlace(await placeOf(id));
    await notebook.restoreRevision(revision!.id);
    expect(await viewOf(id)).toMatchObject({deleted: false, text: 'text'});
  });

  it('name the device by its option, else by the start of its id', async () => {
    const id = await create('Note');
    for (const replica of ['tablet-replica-1', 'laptop-replica-1']) await putRevision(id, replica);
    const key = deviceNameKey('tablet-replica-1');
    const option = {
      type: 'create',
      kind: 'option',
      id: derivedId('option', key),
      data: writeData({key, value: 'Tablet'}),
    } as const;
    await world.writer.write([option]);
    const names = (await present(notebook.watchRevisions(id))).map(({deviceName}) => deviceName);
    expect(names.sort()).toEqual(['Tablet', 'laptop']);
    const watched = watch(notebook.watchRevisions(id));
    await watched.until(() => true);
    const renamed = writeData({key, value: 'Big tablet'});
    await world.writer.write([{type: 'patch', kind: 'option', id: option.id, edit: () => renamed}]);
    await watched.until((views) => views.some(({deviceName}) => deviceName === 'Big tablet'));
    watched.stop();
  });

  it('whose text isn’t here have none, and say so when restored', async () => {
    const id = await create('Note');
    const revision = await putRevision(id, 'tablet-replica-1');
    await world.store.transaction('write', (tx) => tx.deleteBodies([{kind: 'revision', id: revision}]));
    expect(await present(notebook.watchRevisions(id))).toMatchObject([{text: null}]);
    await expect(notebook.restoreRevision(revision)).rejects.toMatchObject({type: 'body_missing'});
    await expect(notebook.restoreRevision('no-such-revision')).rejects.toMatchObject({type: 'missing'});
  });

  /** As if it had been pulled. */
  async function putRevision(of: string, replica: string): Promise<string> {
    const stamp = `000000001-0000-${replica}`;
    const version = makeVersion({
      kind: 'revision',
      id: revisionId(of, stamp, 'hash', 'edit'),
      stamp,
      deleted: false,
      meta: {type: 'revision', of, ofKind: 'note', stamp, reason: 'edit'},
      data: writeData({title: 'Old', type: 'text', mime: ''}),
      body: utf8Bytes(`by ${replica}`),
    });
    await world.store.transaction('write', async (tx) => {
      await tx.putEntities([{...toHead(version), known: null, own: null, ownSent: null, revisedMs: null}]);
      await tx.putBodies([{kind: 'revision', id: version.id, hash: version.parts.body, body: version.body!}]);
    });
    return version.id;
  }
});

describe('the outbox', () => {
  it('names each change by its note, with its size', async () => {
    const id = await create('Groceries', 'root', 'x'.repeat(1000));
    const label = writeData({note: id, type: 'label', name: 'l', value: '', inheritable: false, position: 0});
    await world.writer.write([{type: 'create', kind: 'attribute', id: 'label-1', data: label}]);
    await notebook.saveRevision(id);
    const changes = await present(notebook.watchOutbox());
    expect(changes.map(({kind}) => kind).sort()).toEqual(['attribute', 'branch', 'note', 'revision']);
    expect(changes.map(({title}) => title)).toEqual(changes.map(() => 'Groceries'));
    expect(changes.every((one) => one.change === 'created' && one.tries === 0 && one.error === null)).toBe(true);
    const note = changes.find(({kind}) => kind === 'note')!;
    expect(note.queuedMs).toBe(START_MS);
    expect(note.bytes).toBe((await world.entity('note', id)).data.length + 1000);
    expect(changes.find(({kind}) => kind === 'attribute')!.bytes).toBe(label.length);
  });

  it('tells edits from deletions, counts no text that stays, and puts refused ones first', async () => {
    const id = await create('Note', 'root', 'x'.repeat(1000));
    await create('Second');
    await acknowledge();
    world.nowMs += 5;
    await notebook.renameNote(id, 'Renamed', 'Note');
    world.nowMs += 5;
    const second = (await tree()).children('root')[1]!;
    await notebook.deletePlace(second.branchId);
    const parked = {type: 'wrong_hash', message: 'no'} as const;
    const rows = await world.outbox();
    const refused = rows.find((row) => row.kind === 'branch')!;
    await world.store.transaction('write', (tx) => tx.putOutbox([{...refused, parked}]));
    const changes = await present(notebook.watchOutbox());
    expect(changes.map(({kind, change, title, error}) => [kind, change, title, error?.type])).toEqual([
      ['branch', 'deleted', 'Second', 'wrong_hash'],
      ['note', 'edited', 'Renamed', undefined],
      ['note', 'deleted', 'Second', undefined],
    ]);
    expect(changes[1]!.bytes).toBeLessThan(200);
  });

  /** As a push that was applied does: every row is known now. */
  async function acknowledge(): Promise<void> {
    const rows = await world.outbox();
    await world.store.transaction('write', async (tx) => {
      const entities = (await tx.entities(rows)).map((row) => row!);
      const known = (row: (typeof entities)[number]) => ({stamp: row.stamp, hash: row.hash, seq: 1, counted: true});
      await tx.putEntities(entities.map((row) => ({...row, known: known(row)})));
      await tx.deleteOutbox(rows);
    });
  }
});
