/** The tree while a first sync brings it (ADR 29): a part is shown and written in, and nothing is taken for the whole. */

import {afterEach, beforeEach, expect, it} from 'vitest';
import type {Time} from '../sync/ports.ts';
import type {Notebook} from './repositories.ts';
import {arrivePage, noteRow, placeRow} from './testing/arriving-rows.ts';
import {createNotebookWorld, type NotebookWorld, present, watch} from './testing/notebook-world.ts';
import {createTreeSource} from './tree-source.ts';

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

/** Stands still; what waits waits until the test says so. */
function standingTime(): Time & {endWaits(): void} {
  let nowMs = 0;
  const waits = new Set<() => void>();
  return {
    wallMs: () => 0,
    monotonicMs: () => nowMs,
    after(_, action) {
      waits.add(action);
      return () => waits.delete(action);
    },
    endWaits() {
      nowMs += 3_600_000;
      for (const action of [...waits]) action();
    },
  };
}

const named = (prefix: string, count: number) => Array.from({length: count}, (_, n) => `${prefix}-${1000 + n}`);
const idsOf = (rows: readonly {readonly id: string}[]) => rows.map(({id}) => id).sort();

it('shows the first page, and later ones when they are half as many again as those that are shown', async () => {
  await arrivePage(world, []);
  const watched = watch(createTreeSource(world.database, standingTime()));
  await watched.until(({arriving}) => arriving);
  const shown = () => watched.values.at(-1)?.branches.length;
  // A page of 400 is four packs.
  const page = (name: string) =>
    arrivePage(
      world,
      named(name, 400).map((id) => placeRow(id, 'root')),
    );
  await page('a');
  await watched.until(({branches}) => branches.length === 400);
  await page('b');
  await watched.until(({branches}) => branches.length === 800);
  await arrivePage(
    world,
    named('c', 100).map((id) => placeRow(id, 'root')),
  );
  await notebook.createNote({parent: 'root', position: 'last'}, {title: 'own'});
  await watched.until(({notes}) => notes.length === 1);
  expect(shown()).toBe(801);
  await page('d');
  await watched.until(({branches}) => branches.length === 1301);
  watched.stop();
});

it('shows what has come when nothing came for a while', async () => {
  await arrivePage(
    world,
    named('a', 600).map((id) => placeRow(id, 'root')),
  );
  const time = standingTime();
  const watched = watch(createTreeSource(world.database, time));
  await watched.until(({branches}) => branches.length === 600);
  await arrivePage(world, [noteRow('a-1000')]);
  await notebook.createNote({parent: 'root', position: 'last'}, {title: 'own'});
  expect((await watched.until(({notes}) => notes.length > 0)).notes.map(({title}) => title)).toEqual(['own']);
  time.endWaits();
  await watched.until(({notes}) => notes.length === 2);
  watched.stop();
});

it('the first that isn’t arriving any more has all of it, whatever waited', async () => {
  await arrivePage(
    world,
    named('a', 600).map((id) => placeRow(id, 'root')),
  );
  const watched = watch(createTreeSource(world.database, standingTime()));
  await watched.until(({branches}) => branches.length === 600);
  await arrivePage(world, [noteRow('a-1000')]);
  await arrivePage(world, [noteRow('a-1001')], 'bodies');
  const arrived = await watched.until(({arriving}) => !arriving);
  expect(idsOf(arrived.notes)).toEqual(['a-1000', 'a-1001']);
  expect(arrived.complete).toBe(false);
  await arrivePage(world, [], null);
  await watched.until(({complete}) => complete);
  watched.stop();
});

it('a page that begins to be watched half-way goes on from there, and keeps what a row of its own hides', async () => {
  await arrivePage(world, [placeRow('a', 'root'), noteRow('a')]);
  await notebook.renameNote('a', 'Renamed', 'a');
  const watched = watch(createTreeSource(world.database, standingTime()));
  expect((await watched.until(({notes}) => notes.length === 1)).notes[0]?.title).toBe('Renamed');
  await arrivePage(world, [noteRow('b')]);
  const both = await watched.until(({notes}) => notes.length === 2);
  expect(both.notes.map(({title}) => title).sort()).toEqual(['Renamed', 'b']);
  watched.stop();
});

it('nothing is moved, placed or deleted before all of it is here; it is read, written and made', async () => {
  await arrivePage(world, [placeRow('a', 'root'), placeRow('b', 'root'), noteRow('a'), noteRow('b')]);
  const to = {parent: 'b', position: 'last'} as const;
  for (const act of [notebook.deletePlace('place-a'), notebook.movePlace('place-a', to), notebook.addPlace('a', to)]) {
    await expect(act).rejects.toMatchObject({type: 'arriving'});
  }
  const view = await present(notebook.watchNote('a'));
  if (view === null) throw new Error('no note');
  await notebook.saveNote('a', view.loaded, {title: 'Written', text: 'early'});
  const made = await notebook.createNote(to, {title: 'Made'});
  await arrivePage(world, [noteRow('c')], 'bodies');
  await notebook.movePlace('place-a', to);
  await notebook.deletePlace('place-b');
  expect(idsOf((await present(notebook.watchTree())).notes)).toEqual(['c']);
  expect((await world.entity('note', 'a')).deleted).toBe(true);
  expect((await world.entity('note', made)).deleted).toBe(true);
});

it('what was deleted when all had come takes along what is below it, also what came late', async () => {
  await arrivePage(world, [placeRow('a', 'root'), placeRow('below', 'a'), noteRow('a')]);
  await expect(notebook.deletePlace('place-a')).rejects.toMatchObject({type: 'arriving'});
  await arrivePage(world, [noteRow('below')], 'bodies');
  await notebook.deletePlace('place-a');
  expect((await world.entity('note', 'below')).deleted).toBe(true);
  expect((await present(notebook.watchTree())).notes).toEqual([]);
});
