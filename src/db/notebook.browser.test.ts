import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import {utf8Bytes} from '../../protocol/bytes.ts';
import {canonicalBytes} from '../../protocol/canonical.ts';
import {makeVersion, toHead} from '../../protocol/entity.ts';
import {derivedId} from '../../protocol/ids.ts';
import {ERASE_AFTER_MS} from '../../protocol/limits.ts';
import {revisionId} from '../../protocol/revision.ts';
import {deviceNameKey, readNote, writeData} from '../notes/note-data.ts';
import {buildTree, type Tree} from '../notes/tree.ts';
import type {Notebook} from './repositories.ts';
import {
  createNotebookWorld,
  type NotebookWorld,
  present,
  REPLICA,
  SERVER,
  START_MS,
  watch,
} from './testing/notebook-world.ts';

let world: NotebookWorld;
let notebook: Notebook;

beforeEach(async () => {
  world = await createNotebookWorld();
  notebook = world.notebook;
});
afterEach(async () => {
  expect(world.failures).toEqual([]);
  await world.close();
});

const create = (title: string, parent = 'root', text = '') =>
  notebook.createNote({parent, position: 'last'}, {title, text});
const tree = async (): Promise<Tree> => buildTree(await present(notebook.watchTree()));
const titles = async (parent = 'root') => {
  const shown = await tree();
  return shown.children(parent).map(({noteId}) => shown.title(noteId));
};
const placeOf = async (noteId: string, parent = 'root') => {
  const place = (await tree()).places(noteId).find(({parentId}) => parentId === parent);
  return place!.branchId;
};
const viewOf = async (id: string) => (await present(notebook.watchNote(id)))!;

describe('a note', () => {
  it('is there with title, text and place as soon as it is created', async () => {
    const id = await create('Groceries', 'root', '<p>Milk</p>');
    expect(await titles()).toEqual(['Groceries']);
    expect(await viewOf(id)).toMatchObject({
      id,
      title: 'Groceries',
      type: 'text',
      mime: 'text/html',
      created: START_MS,
      text: '<p>Milk</p>',
      undecodable: false,
      deleted: false,
      sync: 'saved',
      modifiedMs: START_MS,
    });
    const outbox = await world.outbox();
    expect(outbox.map(({kind}) => kind).sort()).toEqual(['branch', 'note']);
  });

  it('without text has an empty one, not a missing one', async () => {
    expect((await viewOf(await create('Empty'))).text).toBe('');
  });

  it('that nobody made is null', async () => {
    expect(await present(notebook.watchNote('nobody-made-this'))).toBeNull();
  });

  it('whose text isn’t here has none, also when an older text is', async () => {
    const id = await create('Note', 'root', 'new');
    await world.store.transaction('write', async (tx) => {
      await tx.putBodies([{kind: 'note', id, hash: 'of an older text', body: utf8Bytes('old')}]);
    });
    expect(await viewOf(id)).toMatchObject({text: null, undecodable: false});
  });

  it('whose text is no text says so', async () => {
    const id = await create('Note');
    await world.writer.write([
      {type: 'save', kind: 'note', id, loaded: (await viewOf(id)).loaded, body: Uint8Array.of(255)},
    ]);
    expect(await viewOf(id)).toMatchObject({text: null, undecodable: true});
  });

  it('whose data isn’t ours keeps its place and opens as unknown', async () => {
    const id = await create('Note');
    await world.writer.write([{type: 'patch', kind: 'note', id, edit: () => canonicalBytes({other: 1})}]);
    expect(await viewOf(id)).toMatchObject({title: '', type: 'unknown', mime: ''});
    expect(await titles()).toEqual(['']);
  });

  it('is saved, then synced, and refused when the server refuses it', async () => {
    const id = await create('Note');
    const watched = watch(notebook.watchNote(id));
    await watched.until((view) => view?.sync === 'saved');
    const [row] = (await world.outbox()).filter(({kind}) => kind === 'note');
    const parked = {type: 'wrong_hash', message: 'no'} as const;
    await world.store.transaction('write', (tx) => tx.putOutbox([{...row!, parked}]));
    await watched.until((view) => view?.sync === 'refused');
    await world.store.transaction('write', (tx) => tx.deleteOutbox([row!]));
    await watched.until((view) => view?.sync === 'synced');
    watched.stop();
  });
});

describe('saving', () => {
  it('changes text and title, and gives what the next save needs', async () => {
    const id = await create('Old', 'root', 'one');
    const {loaded} = await viewOf(id);
    const first = await notebook.saveNote(id, loaded, {text: 'two'});
    const second = await notebook.saveNote(id, first.loaded, {title: 'New', text: 'three'});
    expect([first.conflict, second.conflict]).toEqual([false, false]);
    expect(await viewOf(id)).toMatchObject({title: 'New', text: 'three', loaded: second.loaded});
  });

  it('writes nothing when nothing differs', async () => {
    const id = await create('Title', 'root', 'text');
    await world.acknowledgeAll();
    const {loaded} = await viewOf(id);
    const saved = await notebook.saveNote(id, loaded, {title: 'Title', text: 'text'});
    expect(saved).toEqual({loaded, conflict: false});
    expect(await world.outbox()).toEqual([]);
  });

  it('keeps members of the data that this version doesn’t know', async () => {
    const id = await create('Title');
    const data = canonicalBytes({title: 'Title', type: 'text', mime: '', later: [1, {a: true}]});
    await world.writer.write([{type: 'patch', kind: 'note', id, edit: () => data}]);
    await notebook.saveNote(id, (await viewOf(id)).loaded, {title: 'Other'});
    const {data: stored} = await world.entity('note', id);
    expect(readNote(stored)).toEqual({title: 'Other', type: 'text', mime: '', later: [1, {a: true}]});
  });

  it('over a text of another tab keeps that one as a conflict', async () => {
    const id = await create('Note', 'root', 'start');
    const {loaded} = await viewOf(id);
    const other = world.openTab();
    await other.saveNote(id, loaded, {text: 'theirs'});
    const saved = await notebook.saveNote(id, loaded, {text: 'mine'});
    expect(saved.conflict).toBe(true);
    expect((await viewOf(id)).text).toBe('mine');
    const revisions = await present(notebook.watchRevisions(id));
    expect(revisions.filter(({reason}) => reason === 'conflict')).toMatchObject([{text: 'theirs', state: 'open'}]);
  });

  it('a text under another tab’s title keeps both', async () => {
    const id = await create('Old', 'root', 'old');
    const {loaded} = await viewOf(id);
    await world.openTab().renameNote(id, 'New');
    const saved = await notebook.saveNote(id, loaded, {text: 'new'});
    expect(saved.conflict).toBe(false);
    expect(await viewOf(id)).toMatchObject({title: 'New', text: 'new'});
  });

  it('a note that was never here is an error with a name', async () => {
    const id = await create('Note');
    const {loaded} = await viewOf(id);
    await expect(notebook.saveNote('nobody-made-this', loaded, {text: 'x'})).rejects.toMatchObject({type: 'missing'});
    await expect(notebook.saveNote('nobody-made-this', loaded, {title: 'x'})).rejects.toMatchObject({type: 'missing'});
    await expect(notebook.renameNote('nobody-made-this', 'x')).rejects.toMatchObject({type: 'missing'});
  });

  it('renaming works without the text, and to the same title writes nothing', async () => {
    const id = await create('Old', 'root', 'text');
    await world.acknowledgeAll();
    await world.store.transaction('write', (tx) => tx.deleteBodies([{kind: 'note', id}]));
    await notebook.renameNote(id, 'Old');
    expect(await world.outbox()).toEqual([]);
    await notebook.renameNote(id, 'New');
    expect(await viewOf(id)).toMatchObject({title: 'New', text: null});
  });
});

describe('places', () => {
  it('come first, last, before and after', async () => {
    await create('b');
    const b = await placeOf((await tree()).children('root')[0]!.noteId);
    await notebook.createNote({parent: 'root', position: 'first'}, {title: 'a'});
    await notebook.createNote({parent: 'root', position: 'last'}, {title: 'e'});
    await notebook.createNote({parent: 'root', position: {after: b}}, {title: 'd'});
    await notebook.createNote({parent: 'root', position: {before: b}}, {title: 'aa'});
    expect(await titles()).toEqual(['a', 'aa', 'b', 'd', 'e']);
  });

  it('move, also between neighbours with equal keys', async () => {
    const [a, b, c] = [await create('a'), await create('b'), await create('c')];
    for (const [n, id] of [a, b].entries()) {
      const branch = await placeOf(id);
      const data = writeData({note: id, parent: 'root', key: 'a0'});
      await world.writer.write([{type: 'patch', kind: 'branch', id: branch, edit: () => data}]);
      expect(n).toBeLessThan(2);
    }
    const first = (await tree()).children('root')[0]!;
    await notebook.movePlace(await placeOf(c), {parent: 'root', position: {after: first.branchId}});
    expect((await titles()).indexOf('c')).toBe(1);
    expect(await titles()).toHaveLength(3);
  });

  it('move below another note, and not below themselves', async () => {
    const a = await create('a');
    const b = await create('b', a);
    const c = await create('c', b);
    const branch = await placeOf(a);
    for (const parent of [a, b, c]) {
      await expect(notebook.movePlace(branch, {parent, position: 'last'})).rejects.toMatchObject({
        type: 'below_itself',
      });
    }
    await notebook.movePlace(await placeOf(c, b), {parent: 'root', position: 'first'});
    expect(await titles()).toEqual(['c', 'a']);
    await expect(notebook.movePlace('no-such-place', {parent: a, position: 'last'})).rejects.toMatchObject({
      type: 'missing',
    });
  });

  it('to where it is writes nothing', async () => {
    const a = await create('a');
    await world.acknowledgeAll();
    await notebook.movePlace(await placeOf(a), {parent: 'root', position: 'last'});
    expect(await world.outbox()).toEqual([]);
  });

  it('a note can have several, once per parent, and none below itself', async () => {
    const [a, b] = [await create('a'), await create('b')];
    await notebook.addPlace(b, {parent: a, position: 'last'});
    await notebook.addPlace(b, {parent: a, position: 'first'});
    expect((await tree()).places(b)).toHaveLength(2);
    expect(await world.all('branch')).toHaveLength(3);
    await expect(notebook.addPlace(a, {parent: b, position: 'last'})).rejects.toMatchObject({type: 'below_itself'});
    await expect(notebook.addPlace(a, {parent: a, position: 'last'})).rejects.toMatchObject({type: 'below_itself'});
    await expect(notebook.addPlace('root', {parent: a, position: 'last'})).rejects.toMatchObject({
      type: 'below_itself',
    });
  });
});

describe('deleting', () => {
  it('one of several places keeps the note', async () => {
    const [a, b] = [await create('a'), await create('b')];
    await notebook.addPlace(b, {parent: a, position: 'last'});
    await notebook.deletePlace(await placeOf(b));
    expect(await titles()).toEqual(['a']);
    expect(await titles(a)).toEqual(['b']);
    expect((await viewOf(b)).deleted).toBe(false);
  });

  it('the last place takes the note with everything of it, and what is only below it, to "Recently deleted"', async () => {
    const keep = await create('keep');
    const gone = await create('gone', 'root', 'text');
    const below = await create('below', gone);
    const shared = await create('shared', below);
    await notebook.addPlace(shared, {parent: keep, position: 'last'});
    const label = {note: below, type: 'label', name: 'l', value: '', inheritable: false, position: 0} as const;
    const file = {note: gone, title: 'f', role: 'file', mime: '', position: 0};
    await world.writer.write([
      {type: 'create', kind: 'attribute', id: 'label-1', data: writeData(label)},
      {type: 'create', kind: 'attachment', id: 'file-1', data: writeData(file)},
    ]);
    await notebook.deletePlace(await placeOf(gone));
    expect(await titles()).toEqual(['keep']);
    expect(await titles(keep)).toEqual(['shared']);
    const deleted = await viewOf(gone);
    expect(deleted).toMatchObject({deleted: true, title: 'gone', text: 'text'});
    expect((await viewOf(shared)).deleted).toBe(false);
    expect((await world.entity('note', below)).meta).toEqual({type: 'tombstone', eraseAfterMs: ERASE_AFTER_MS});
    expect((await world.entity('attribute', 'label-1')).meta).toMatchObject({of: below});
    expect((await world.entity('attachment', 'file-1')).meta).toMatchObject({of: gone});
    const deadBranches = (await world.all('branch')).filter((row) => row.deleted);
    expect(deadBranches.map(({meta}) => meta?.type === 'tombstone' && meta.of).sort()).toEqual(
      [gone, below, below].sort(),
    );
    await expect(notebook.deletePlace(deadBranches[0]!.id)).resolves.toBeUndefined();
  });

  it('two hundred notes below one goes in one write', async () => {
    const top = await create('top');
    const parents = [top];
    const ids = Array.from({length: 200}, (_, n) => `below-${n}`);
    await world.writer.write(
      ids.flatMap((id, n) => {
        const parent = parents[n % parents.length]!;
        parents.push(id);
        const data = writeData({title: id, type: 'text', mime: ''});
        return [
          {type: 'create', kind: 'note', id, data} as const,
          {type: 'create', kind: 'branch', id: `place-${n}`, data: writeData({note: id, parent, key: 'a0'})} as const,
        ];
      }),
    );
    await notebook.deletePlace(await placeOf(top));
    expect((await tree()).noteCount).toBe(0);
    expect((await world.all('branch')).every((row) => row.deleted)).toBe(true);
  });
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
      meta: {type: 'revision', of, ofKind: 'note', reason: 'edit'},
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
    await notebook.renameNote(id, 'Renamed');
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

describe('the tree', () => {
  it('is complete without a server, and with one only when everything is here', async () => {
    const watched = watch(notebook.watchTree());
    expect((await watched.until(() => true)).complete).toBe(true);
    await world.patchState({server: SERVER});
    await watched.until(({complete}) => !complete);
    await world.patchState({cursor: {seq: 1, mark: 'mark-0001'}});
    await watched.until(({complete}) => complete);
    watched.stop();
  });

  it('shows what another tab does', async () => {
    const other = world.openTab();
    const watched = watch(notebook.watchTree());
    await watched.until(({notes}) => notes.length === 0);
    const id = await other.createNote({parent: 'root', position: 'last'}, {title: 'There'});
    await watched.until(({notes, branches}) => notes[0]?.title === 'There' && branches.length === 1);
    await other.renameNote(id, 'Renamed');
    await watched.until(({notes}) => notes[0]?.title === 'Renamed');
    await other.deletePlace(await placeOf(id));
    await watched.until(({notes, branches}) => notes.length === 0 && branches.length === 0);
    watched.stop();
  });

  it('keeps the same objects for what didn’t change, and is quiet while someone types', async () => {
    const [a, b] = [await create('a', 'root', 'text'), await create('b')];
    const watched = watch(notebook.watchTree());
    const before = await watched.until(({notes}) => notes.length === 2);
    await notebook.saveNote(a, (await viewOf(a)).loaded, {text: 'typed'});
    await notebook.renameNote(b, 'B');
    const after = await watched.until(({notes}) => notes.some(({title}) => title === 'B'));
    expect(watched.values).toHaveLength(2);
    expect(after.notes.find(({id}) => id === a)).toBe(before.notes.find(({id}) => id === a));
    watched.stop();
  });

  it('shows pages of thousands of rows, and what comes right after them', async () => {
    const watched = watch(notebook.watchTree());
    await watched.until(() => true);
    for (const page of [0, 1, 2]) await world.store.transaction('write', (tx) => tx.putEntities(pageOf(page, 1500)));
    await create('after');
    const source = await watched.until(({notes}) => notes.length === 4501);
    expect(source.notes.filter(({title}) => title === 'after')).toHaveLength(1);
    watched.stop();
  });

  it('is the same for those who come later, and reads nothing once all have gone', async () => {
    const watched = watch(notebook.watchTree());
    const source = await watched.until(() => true);
    expect(await present(notebook.watchTree())).toBe(source);
    watched.stop();
    await create('later');
    expect(watched.values).toEqual([source]);
    expect(await titles()).toEqual(['later']);
  });

  function pageOf(page: number, count: number) {
    return Array.from({length: count}, (_, n) => {
      const data = writeData({title: `note ${n}`, type: 'text', mime: ''});
      const stamp = `000000001-0000-${REPLICA}`;
      const version = makeVersion({
        kind: 'note',
        id: `page-${page}-${n}`,
        stamp,
        deleted: false,
        meta: null,
        data,
        body: utf8Bytes(''),
      });
      return {...toHead(version), known: null, own: null, ownSent: null, revisedMs: null};
    });
  }
});
