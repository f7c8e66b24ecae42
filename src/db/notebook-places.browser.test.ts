import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import {ERASE_AFTER_MS} from '../../protocol/limits.ts';
import {writeData} from '../notes/note-data.ts';
import type {Notebook} from './repositories.ts';
import {createShortcuts} from './testing/notebook-shortcuts.ts';
import {createNotebookWorld, type NotebookWorld, present} from './testing/notebook-world.ts';

let world: NotebookWorld;
let notebook: Notebook;
const {create, placeOf, titles, tree, viewOf} = createShortcuts(() => notebook);

beforeEach(async () => {
  world = await createNotebookWorld();
  notebook = world.notebook;
});
afterEach(async () => {
  expect(world.failures).toEqual([]);
  await world.close();
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
    expect((await world.entity('note', below)).meta).toEqual({
      type: 'tombstone',
      eraseAfterMs: ERASE_AFTER_MS,
      of: gone,
    });
    expect((await world.entity('attribute', 'label-1')).meta).toMatchObject({of: below});
    expect((await world.entity('attachment', 'file-1')).meta).toMatchObject({of: gone});
    const deadBranches = (await world.all('branch')).filter((row) => row.deleted);
    expect(deadBranches.map(({meta}) => meta?.type === 'tombstone' && meta.of).sort()).toEqual(
      [gone, below, below].sort(),
    );
    await expect(notebook.deletePlace(deadBranches[0]!.id)).resolves.toBeUndefined();
  });

  it('what came after the question is asked about: another text, another title, and a note that is new below', async () => {
    const top = await create('top', 'root', 'seen');
    const below = await create('below', top, 'seen below');
    const renamed = await create('renamed', top);
    const same = await create('same', top);
    const branch = await placeOf(top);
    const seen = await notebook.readSeen(top);
    world.nowMs += 1000;
    await notebook.saveNote(top, (await viewOf(top)).loaded, {text: 'came meanwhile'});
    await notebook.saveNote(below, (await viewOf(below)).loaded, {text: 'came below'});
    await notebook.renameNote(renamed, 'renamed meanwhile', 'renamed');
    const added = await create('new', below, 'new text');
    await notebook.deletePlace(branch, seen);
    expect(await titles()).toEqual([]);
    expect((await tree()).unfiled).toEqual([]);
    for (const id of [top, below, renamed, same, added]) expect((await viewOf(id)).deleted).toBe(true);
    const heads = await present(notebook.watchAllConflicts());
    const views = await Promise.all(heads.map(({id}) => present(notebook.watchConflict(id))));
    expect(views.every((view) => view?.current?.deleted && !view.other.deleted)).toBe(true);
    expect(views.map((view) => view?.noteId).sort()).toEqual([top, below, renamed, added].sort());
    const [conflict] = views.filter((view) => view?.noteId === top);
    expect(conflict?.other.content).toMatchObject({text: 'came meanwhile'});
    await notebook.settleConflict(conflict!, 'back');
    expect(await viewOf(top)).toMatchObject({deleted: false, text: 'came meanwhile'});
  });

  it('what was all seen asks nothing', async () => {
    const top = await create('top', 'root', 'text');
    await create('below', top, 'text below');
    await notebook.deletePlace(await placeOf(top), await notebook.readSeen(top));
    expect((await viewOf(top)).deleted).toBe(true);
    expect(await present(notebook.watchAllConflicts())).toEqual([]);
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
