import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import {utf8Bytes} from '../../protocol/bytes.ts';
import {makeVersion, toHead} from '../../protocol/entity.ts';
import {writeData} from '../notes/note-data.ts';
import type {Time} from '../sync/ports.ts';
import {createNotebookWorld, type NotebookWorld, watch} from './testing/notebook-world.ts';
import {createTreeSource} from './tree-source.ts';

/** The first load takes a second; then the clock stands, and waits end when the test says so. */
function slowTime(): Time & {stand(): void; endWaits(): void} {
  let nowMs = 0;
  let stepMs = 1000;
  const waits = new Set<() => void>();
  return {
    wallMs: () => 0,
    monotonicMs: () => (nowMs += stepMs),
    after(_, action) {
      waits.add(action);
      return () => waits.delete(action);
    },
    stand() {
      stepMs = 0;
    },
    endWaits() {
      nowMs += 3_600_000;
      for (const action of [...waits]) action();
    },
  };
}

describe('the tree while pages of rows come in', () => {
  let world: NotebookWorld;

  beforeEach(async () => {
    world = await createNotebookWorld();
  });
  afterEach(() => world.close());

  it('is read again now and then, but shows an own edit at once', async () => {
    const time = slowTime();
    const watched = watch(createTreeSource(world.database, time));
    await watched.until(({notes}) => notes.length === 0);
    time.stand();
    await putNotes('page', 1000);
    await world.notebook.createNote({parent: 'root', position: 'last'}, {title: 'own'});
    const early = await watched.until(({notes}) => notes.length > 0);
    expect(early.notes.map(({title}) => title)).toEqual(['own']);
    time.endWaits();
    const late = await watched.until(({notes}) => notes.length > 1);
    expect(late.notes).toHaveLength(1001);
    expect(late.notes.filter(({title}) => title === 'own')).toEqual(early.notes);
    watched.stop();
  });

  it('many small changes that come together are read as one large', async () => {
    const time = slowTime();
    const watched = watch(createTreeSource(world.database, time));
    await watched.until(() => true);
    time.stand();
    await Promise.all(Array.from({length: 20}, (_, n) => putNotes(`part-${n}`, 40)));
    time.endWaits();
    await watched.until(({notes}) => notes.length === 800);
    watched.stop();
  });

  it('ends its waits when nobody watches', async () => {
    const time = slowTime();
    const watched = watch(createTreeSource(world.database, time));
    await watched.until(() => true);
    time.stand();
    await putNotes('page', 1000);
    watched.stop();
    time.endWaits();
    await world.notebook.createNote({parent: 'root', position: 'last'}, {title: 'own'});
    expect(watched.values).toHaveLength(1);
  });

  async function putNotes(prefix: string, count: number): Promise<void> {
    const rows = Array.from({length: count}, (_, n) => {
      const data = writeData({title: `${prefix} ${n}`, type: 'text', mime: ''});
      const stamp = '000000001-0000-tablet-replica';
      const draft = {kind: 'note', id: `${prefix}-${n}`, stamp, deleted: false, meta: null, data} as const;
      const version = makeVersion({...draft, body: utf8Bytes('')});
      return {...toHead(version), known: null, own: null, ownSent: null, revisedMs: null};
    });
    await world.store.transaction('write', (tx) => tx.putEntities(rows));
  }
});
