import {afterEach, beforeEach, expect, it} from 'vitest';
import {createNotebookWorld, type NotebookWorld} from './testing/notebook-world.ts';

const DAY_MS = 24 * 3_600_000;

let world: NotebookWorld;
beforeEach(async () => {
  world = await createNotebookWorld();
});
afterEach(() => world.close());

async function valuesNow() {
  return new Promise((resolve) => {
    const stop = world.notebook.watchLifetimes().subscribe((values) => {
      resolve(values);
      queueMicrotask(() => stop());
    });
  });
}

it('times are the normal ones in a new notebook, and what was saved from then on', async () => {
  expect(await valuesNow()).toEqual({deletedDays: 7, reviseMinutes: 10, revisionsPerNote: 100});
  await world.notebook.saveLifetimes({deletedDays: 30, reviseMinutes: 10, revisionsPerNote: 50});
  await world.notebook.saveLifetimes({deletedDays: 31, reviseMinutes: 10, revisionsPerNote: 50});
  expect(await valuesNow()).toEqual({deletedDays: 31, reviseMinutes: 10, revisionsPerNote: 50});
});

it('what isn’t changed isn’t written', async () => {
  const before = (await world.all('option')).length;
  await world.notebook.saveLifetimes({deletedDays: 7, reviseMinutes: 10, revisionsPerNote: 100});
  expect(await world.all('option')).toHaveLength(before);
  await world.notebook.saveLifetimes({deletedDays: 30, reviseMinutes: 10, revisionsPerNote: 100});
  expect(await world.all('option')).toHaveLength(before + 1);
});

it('a note that is deleted is kept for as long as the option says', async () => {
  await world.notebook.saveLifetimes({deletedDays: 30, reviseMinutes: 10, revisionsPerNote: 100});
  const id = await world.notebook.createNote({parent: 'root', position: 'last'}, {title: 'Note'});
  const [branch] = await world.all('branch');
  await world.notebook.deletePlace(branch?.id ?? '');
  expect((await world.entity('note', id)).meta).toEqual({type: 'tombstone', eraseAfterMs: 30 * DAY_MS});
});
