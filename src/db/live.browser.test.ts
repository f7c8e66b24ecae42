import Dexie from 'dexie';
import {afterEach, beforeEach, describe, expect, it, vi} from 'vitest';
import {readOnce, toLive, toSharedLive} from './live.ts';
import {SCHEMA_VERSION} from './schema.ts';
import {createNotebookWorld, type NotebookWorld, present, watch} from './testing/notebook-world.ts';

describe('live reads', () => {
  let world: NotebookWorld;

  beforeEach(async () => {
    vi.spyOn(console, 'warn').mockReturnValue();
    world = await createNotebookWorld();
  });
  afterEach(async () => {
    vi.restoreAllMocks();
    await world.close();
  });

  it('go on after the browser closed the connection', async () => {
    const id = await world.notebook.createNote({parent: 'root', position: 'last'}, {title: 'one'});
    const watched = watch(world.notebook.watchNote(id));
    await watched.until((note) => note?.title === 'one');
    world.database.dexie.backendDB().close();
    await world.notebook.renameNote(id, 'two', 'one');
    await watched.until((note) => note?.title === 'two');
    expect(world.failures).toEqual([]);
    watched.stop();
  });

  it('try a lost connection once more, then tell it', async () => {
    let runs = 0;
    const lost = new DOMException('Connection to Indexed Database server lost', 'UnknownError');
    const once = toLive(world.database, async () => {
      if (++runs === 1) throw lost;
      return runs;
    });
    expect(await present(once)).toBe(2);
    expect(world.failures).toEqual([]);
    const never = toLive(world.database, () => Promise.reject(lost));
    never.subscribe(() => {});
    await vi.waitFor(() => expect(world.failures.map(({type}) => type)).toEqual(['storage_broken']));
    await expect(readOnce(world.database, () => Promise.reject(lost))).rejects.toMatchObject({
      error: {type: 'storage_broken'},
    });
  });

  it('that begin after another tab’s upgrade tell it', async () => {
    const newer = new Dexie(world.database.dexie.name);
    newer.version(SCHEMA_VERSION + 1).stores({added: 'id'});
    await newer.open();
    newer.close();
    const listener = vi.fn();
    world.notebook.watchOutbox().subscribe(listener);
    await vi.waitFor(() =>
      expect(world.failures.map(({type}) => type)).toEqual(['storage_outdated', 'storage_outdated']),
    );
    expect(listener).not.toHaveBeenCalled();
    const create = world.notebook.createNote({parent: 'root', position: 'last'}, {title: 'x'});
    await expect(create).rejects.toMatchObject({error: {type: 'storage_outdated'}});
  });

  it('that are shared run one query for all, tell each the last value, and run no more when nobody is left', async () => {
    let runs = 0;
    const shared = toSharedLive(world.database, async ({outbox}) => {
      runs += 1;
      return outbox.count();
    });
    const first = watch(shared);
    await first.until((count) => count === 0);
    const second = watch(shared);
    await second.until((count) => count === 0);
    expect(runs).toBe(1);
    await world.notebook.createNote({parent: 'root', position: 'last'}, {title: 'one'});
    await Promise.all([first, second].map((one) => one.until((count) => count !== undefined && count > 0)));
    first.stop();
    second.stop();
    const before = runs;
    await world.notebook.createNote({parent: 'root', position: 'last'}, {title: 'two'});
    await present(world.notebook.watchOutbox());
    expect(runs).toBe(before);
    expect(await present(shared)).toBeGreaterThan(0);
  });

  it('stopped before their first value stay quiet', async () => {
    const listener = vi.fn();
    world.notebook.watchOutbox().subscribe(listener)();
    await present(world.notebook.watchOutbox());
    expect(listener).not.toHaveBeenCalled();
  });
});
