import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import {utf8Bytes} from '../../protocol/bytes.ts';
import {canonicalBytes} from '../../protocol/canonical.ts';
import {readNote} from '../notes/note-data.ts';
import type {Notebook} from './repositories.ts';
import {createShortcuts} from './testing/notebook-shortcuts.ts';
import {createNotebookWorld, type NotebookWorld, present, START_MS, watch} from './testing/notebook-world.ts';

let world: NotebookWorld;
let notebook: Notebook;
const {create, titles, viewOf} = createShortcuts(() => notebook);

beforeEach(async () => {
  world = await createNotebookWorld();
  notebook = world.notebook;
});
afterEach(async () => {
  expect(world.failures).toEqual([]);
  await world.close();
});

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

  it('over a title that came while another was typed keeps that one as a conflict', async () => {
    const id = await create('Plan');
    await world.openTab().renameNote(id, 'Plan for autumn', 'Plan');
    await notebook.renameNote(id, 'Plans', 'Plan');
    expect((await viewOf(id)).title).toBe('Plans');
    expect(await present(notebook.watchAllConflicts())).toHaveLength(1);
    const revisions = await present(notebook.watchRevisions(id));
    expect(revisions).toMatchObject([{reason: 'conflict', title: 'Plan for autumn', state: 'open'}]);
    await notebook.renameNote(id, 'Plans', 'Plan'); // the same title is no change
    await notebook.renameNote(id, 'Plan', 'Plans');
    expect(await present(notebook.watchAllConflicts())).toHaveLength(1);
  });

  it('a text under another tab’s title keeps both', async () => {
    const id = await create('Old', 'root', 'old');
    const {loaded} = await viewOf(id);
    await world.openTab().renameNote(id, 'New', 'Old');
    const saved = await notebook.saveNote(id, loaded, {text: 'new'});
    expect(saved.conflict).toBe(false);
    expect(await viewOf(id)).toMatchObject({title: 'New', text: 'new'});
  });

  it('a note that was never here is an error with a name', async () => {
    const id = await create('Note');
    const {loaded} = await viewOf(id);
    await expect(notebook.saveNote('nobody-made-this', loaded, {text: 'x'})).rejects.toMatchObject({type: 'missing'});
    await expect(notebook.saveNote('nobody-made-this', loaded, {title: 'x'})).rejects.toMatchObject({type: 'missing'});
    await expect(notebook.renameNote('nobody-made-this', 'x', '')).rejects.toMatchObject({type: 'missing'});
  });

  it('renaming works without the text, and to the same title writes nothing', async () => {
    const id = await create('Old', 'root', 'text');
    await world.acknowledgeAll();
    await world.store.transaction('write', (tx) => tx.deleteBodies([{kind: 'note', id}]));
    await notebook.renameNote(id, 'Old', 'Old');
    expect(await world.outbox()).toEqual([]);
    await notebook.renameNote(id, 'New', 'Old');
    expect(await viewOf(id)).toMatchObject({title: 'New', text: null});
  });
});
