import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import {utf8Bytes} from '../../protocol/bytes.ts';
import {makeVersion, toHead} from '../../protocol/entity.ts';
import {writeData} from '../notes/note-data.ts';
import type {Notebook} from './repositories.ts';
import {createShortcuts} from './testing/notebook-shortcuts.ts';
import {createNotebookWorld, type NotebookWorld, present, REPLICA, SERVER, watch} from './testing/notebook-world.ts';

let world: NotebookWorld;
let notebook: Notebook;
const {create, placeOf, titles, viewOf} = createShortcuts(() => notebook);

beforeEach(async () => {
  world = await createNotebookWorld();
  notebook = world.notebook;
});
afterEach(async () => {
  expect(world.failures).toEqual([]);
  await world.close();
});

describe('the tree', () => {
  it('is complete without a server, and with one only when everything is here', async () => {
    const watched = watch(notebook.watchTree());
    expect((await watched.until(() => true)).complete).toBe(true);
    await world.patchState({server: SERVER});
    await watched.until(({complete}) => !complete);
    await world.patchState({cursor: {seq: 1, mark: 'mark-0001'}, seen: {seq: 1, mark: 'mark-0001'}});
    await watched.until(({complete}) => complete);
    await world.patchState({seen: {seq: 2, mark: 'mark-0002'}});
    await watched.until(({complete}) => !complete);
    watched.stop();
  });

  it('shows what another tab does', async () => {
    const other = world.openTab();
    const watched = watch(notebook.watchTree());
    await watched.until(({notes}) => notes.length === 0);
    const id = await other.createNote({parent: 'root', position: 'last'}, {title: 'There'});
    await watched.until(({notes, branches}) => notes[0]?.title === 'There' && branches.length === 1);
    await other.renameNote(id, 'Renamed', 'There');
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
    await notebook.renameNote(b, 'B', 'b');
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
