import {afterEach, beforeEach, expect, test} from 'vitest';
import {createNotebookWorld, type NotebookWorld, present} from './testing/notebook-world.ts';

let world: NotebookWorld;

beforeEach(async () => {
  world = await createNotebookWorld();
});

afterEach(() => world.close());

test('what no side has whole is named by its note, and can be opened where that is here', async () => {
  const {notebook} = world;
  const id = await notebook.createNote({parent: 'root', position: 'last'}, {title: 'Plan', text: 'As agreed.'});
  const [branch] = await world.all('branch');
  const unknown = {kind: 'note', id: 'elsewhere', where: 'server'} as const;
  await world.patchState({
    unresolved: [{kind: 'note', id, where: 'device'}, {kind: 'branch', id: branch!.id, where: 'device'}, unknown],
  });
  expect(await present(notebook.watchUnresolved())).toEqual([
    {kind: 'note', id, where: 'device', title: 'Plan', noteId: id},
    {kind: 'branch', id: branch!.id, where: 'device', title: 'Plan', noteId: id},
    {...unknown, title: '', noteId: null},
  ]);
});

test('nothing is named while everything is whole', async () => {
  expect(await present(world.notebook.watchUnresolved())).toEqual([]);
});
