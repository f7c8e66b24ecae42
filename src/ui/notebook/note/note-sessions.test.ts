import {describe, expect, it} from 'vitest';
import {SyncFailure} from '../../../../protocol/errors.ts';
import type {Draft, Notebook, NoteView, Saved} from '../../../db/repositories.ts';
import type {Loaded} from '../../../sync/changes.ts';
import {createDrafts, recoverDrafts} from './drafts.ts';
import {currentOf} from './note-session.ts';
import {createNoteSessions} from './note-sessions.ts';

/** Of the test's localStorage, in letters. */
const ROOM = 5000;

describe('note sessions', () => {
  it('save after a pause of typing, and at once when the note is left', async () => {
    const world = createWorld();
    const handle = world.sessions.of('n1');
    const release = handle.retain();
    handle.type({text: 'a'});
    expect(world.saves).toEqual([]);
    world.passPause();
    expect(world.saves).toEqual(['a']);
    await world.settle();
    handle.type({text: 'ab'});
    release();
    expect(world.saves).toEqual(['a', 'ab']);
  });

  it('count the pause from the key press, however late an editor tells of it', () => {
    const world = createWorld();
    const handle = world.sessions.of('n1');
    handle.retain();
    world.sinceKeyMs = 20;
    handle.type({text: 'a'});
    world.passMs(280);
    expect(world.saves).toEqual(['a']);
  });

  it('count it from the change where no key was pressed lately', () => {
    const world = createWorld();
    const handle = world.sessions.of('n1');
    handle.retain();
    world.sinceKeyMs = 4_000;
    handle.type({text: 'a'});
    world.passMs(300);
    expect(world.saves).toEqual(['a']);
  });

  it('save what is typed without a pause, too, every two seconds', async () => {
    const world = createWorld();
    const handle = world.sessions.of('n1');
    handle.retain();
    for (const text of ['a', 'ab', 'abc']) handle.type({text});
    world.passMs(2_000);
    expect(world.saves).toEqual(['abc']);
    await world.settle();
    world.passMs(2_000);
    expect(world.saves).toEqual(['abc']);
    handle.type({text: 'abcd'});
    handle.type({text: 'abcde'});
    world.passMs(2_000);
    expect(world.saves).toEqual(['abc', 'abcde']);
  });

  it('ask for a text that is typed when they need it, and then for the last one', async () => {
    const world = createWorld();
    const handle = world.sessions.of('n1');
    handle.retain();
    const asked: string[] = [];
    const typeText = (text: string) =>
      handle.typeText(() => {
        asked.push(text);
        return text;
      });
    for (const text of ['a', 'ab', 'abc']) typeText(text);
    expect(asked).toEqual(['a']);
    world.passPause();
    expect(asked).toEqual(['a', 'abc']);
    typeText('abcd');
    await world.settle();
    expect(world.saves).toEqual(['abc']);
    expect(asked).toEqual(['a', 'abc', 'abcd']);
    typeText('abcde');
    world.sessions.flushAll();
    await world.settle();
    expect(world.stored()).toBe('abcde');
  });

  it('draft a text that was typed last and not asked for yet', async () => {
    const world = createWorld();
    const handle = world.sessions.of('n1');
    handle.retain();
    world.fail('storage_full');
    for (const text of ['a', 'ab']) handle.typeText(() => text);
    world.sessions.flushAll();
    expect(world.draftsLeft().map(({edit}) => edit.text)).toEqual(['ab']);
  });

  it('show nothing from the store over a text that was typed and not asked for yet', async () => {
    const world = createWorld();
    const handle = world.sessions.of('n1');
    handle.retain();
    for (const text of ['a', 'ab']) handle.typeText(() => text);
    world.writeElsewhere('theirs');
    const note = handle.current();
    expect(note.state === 'open' && currentOf(note.session).text).toBe('ab');
  });

  it('never save one note twice at a time, and end with the last text', async () => {
    const world = createWorld();
    const handle = world.sessions.of('n1');
    handle.retain();
    for (const text of ['a', 'ab', 'abc']) {
      handle.type({text});
      handle.flush();
    }
    expect(world.saves).toEqual(['a']);
    await world.settle();
    expect(world.saves).toEqual(['a', 'abc']);
    expect(world.overlaps).toBe(0);
    expect(world.stored()).toBe('abc');
  });

  it('keep a text that the device had no room for, also when the note is closed and opened again', async () => {
    const world = createWorld();
    const told: (readonly string[])[] = [];
    world.sessions.watchFailed(() => told.push(world.sessions.failed()));
    const release = world.sessions.of('n1').retain();
    world.fail('storage_full');
    world.sessions.of('n1').type({text: 'precious'});
    release();
    await world.settle();
    expect(world.sessions.failed()).toEqual(['n1']);
    expect(told).toEqual([['n1']]);
    const again = world.sessions.of('n1');
    again.retain();
    const note = again.current();
    expect(note.state === 'open' && currentOf(note.session).text).toBe('precious');
    world.fail(null);
    again.retry();
    await world.settle();
    expect(world.stored()).toBe('precious');
    expect(world.sessions.failed()).toEqual([]);
    expect(told).toEqual([['n1'], []]);
  });

  it('put the last words where the next start finds them when the page goes during a save', async () => {
    const world = createWorld();
    const handle = world.sessions.of('n1');
    handle.retain();
    handle.type({text: 'last words'});
    world.sessions.flushAll();
    expect(world.draftsLeft().map(({edit}) => edit)).toEqual([{text: 'last words'}]);
    // The page is gone here: nothing of it runs any more.
    await recoverDrafts(world.notebook, world.drafts);
    expect(world.stored()).toBe('last words');
    expect(world.drafts.all()).toEqual([]);
  });

  it('put nothing into the text in the middle of a sentence; when nothing was typed for a while, what is stored by then', async () => {
    const world = createWorld();
    const handle = world.sessions.of('n1');
    handle.retain();
    handle.type({text: 'mine'});
    handle.flush();
    await world.settle();
    handle.type({text: 'mine, too'});
    world.passPause();
    await world.settle();
    const shown = () => {
      const note = handle.current();
      return note.state === 'open' && currentOf(note.session).text;
    };
    world.writeElsewhere('first');
    expect(shown()).toBe('mine, too');
    world.writeElsewhere('then');
    world.rest();
    expect(shown()).toBe('then');
    world.writeElsewhere('at once');
    expect(shown()).toBe('at once');
  });

  it('never show what was held back before a save and is older than it', async () => {
    const world = createWorld();
    const handle = world.sessions.of('n1');
    handle.retain();
    handle.type({text: 'mine'});
    world.passPause();
    await world.settle();
    world.writeElsewhere('older'); // held back
    handle.type({text: 'mine, too'});
    world.holdViews();
    world.passPause();
    await world.settle();
    world.rest();
    const note = handle.current();
    expect(note.state === 'open' && currentOf(note.session).text).toBe('mine, too');
  });

  it('put away what is being saved with the text that it was made of, whatever another device wrote meanwhile', async () => {
    const world = createWorld();
    const handle = world.sessions.of('n1');
    handle.retain();
    handle.type({text: '<p>mine</p>'});
    const loaded = world.loaded();
    world.writeElsewhere('<p>theirs</p>');
    world.sessions.flushAll();
    expect(world.draftsLeft()).toEqual([
      {noteId: 'n1', loaded, edit: {text: '<p>mine</p>'}, shown: '', title: 'T', type: 'text', editedMs: 1000},
    ]);
  });

  it('put away the time when it was typed, however long it could not be saved since', async () => {
    const world = createWorld();
    world.fail('storage_full');
    const handle = world.sessions.of('n1');
    handle.retain();
    handle.type({text: 'typed'});
    handle.flush();
    await world.settle();
    world.nowMs += 3_600_000;
    world.sessions.flushAll();
    expect(world.draftsLeft().map(({editedMs}) => editedMs)).toEqual([1000]);
  });

  it('say that a text is at risk while it is neither saved nor fits where drafts are kept', async () => {
    const world = createWorld();
    const handle = world.sessions.of('n1');
    handle.retain();
    handle.type({text: 'small'});
    expect(world.sessions.flushAll()).toBe('safe');
    await world.settle();
    handle.type({text: 'x'.repeat(ROOM)});
    expect(world.sessions.flushAll()).toBe('at risk');
    await world.settle();
    expect(world.sessions.flushAll()).toBe('safe');
    expect(world.draftsLeft()).toEqual([]);
  });

  it('leave no draft behind when the save ended', async () => {
    const world = createWorld();
    const handle = world.sessions.of('n1');
    handle.retain();
    handle.type({text: 'x'});
    world.sessions.flushAll();
    await world.settle();
    expect(world.drafts.all()).toEqual([]);
  });

  it('show what another tab wrote while nothing is unsaved', () => {
    const world = createWorld();
    const handle = world.sessions.of('n1');
    handle.retain();
    world.writeElsewhere('theirs');
    const note = handle.current();
    expect(note.state === 'open' && [currentOf(note.session).text, note.showing]).toEqual(['theirs', 1]);
  });
});

describe('drafts', () => {
  const draft: Draft = {
    noteId: 'n1',
    loaded: loadedOf(1, ''),
    edit: {text: 'x'},
    title: 'T',
    type: 'text',
    editedMs: 5,
  };
  const draftsIn = (storage: Storage) =>
    createDrafts(storage, '/', 'looking')
      .all()
      .map((kept) => kept.draft);

  it('that are damaged are passed over, and a storage that refuses loses no more than drafts', () => {
    const storage = memoryStorage();
    storage.setItem('aster.draft./.page.n1', '{"noteId":1}');
    storage.setItem('aster.draft./.page.n2', 'not json');
    expect(draftsIn(storage)).toEqual([]);
    const full = {
      ...storage,
      setItem: () => {
        throw new DOMException('full', 'QuotaExceededError');
      },
    } as Storage;
    expect(createDrafts(full, '/', 'page').put(draft)).toBe('no room');
    expect(createDrafts(null, '/', 'page').put(draft)).toBe('no room');
  });

  it('go without the text that they were made of where there is no room for both', () => {
    const storage = memoryStorage();
    expect(createDrafts(storage, '/', 'page').put({...draft, shown: 'y'.repeat(ROOM)})).toBe('kept');
    expect(draftsIn(storage)).toEqual([draft]);
  });

  it('of two apps on one host stay apart', () => {
    const storage = memoryStorage();
    createDrafts(storage, '/', 'page').put(draft);
    expect(createDrafts(storage, '/notes/', 'page').all()).toEqual([]);
    expect(draftsIn(storage)).toHaveLength(1);
  });

  it('of two pages are two: neither takes the other’s place, nor removes it', () => {
    const storage = memoryStorage();
    const [one, other] = [createDrafts(storage, '/', 'one'), createDrafts(storage, '/', 'other')];
    one.put({...draft, edit: {text: 'second'}, editedMs: 9});
    other.put({...draft, edit: {text: 'first'}, editedMs: 7});
    expect(draftsIn(storage).map(({edit}) => edit.text)).toEqual(['first', 'second']);
    one.remove('n1');
    expect(draftsIn(storage).map(({edit}) => edit.text)).toEqual(['first']);
  });

  it('that an earlier build left are older than anything else', () => {
    const storage = memoryStorage();
    const {noteId, loaded, edit} = draft;
    storage.setItem('aster.draft./.n1', JSON.stringify({noteId, loaded, edit}));
    expect(draftsIn(storage)).toEqual([{noteId, loaded, edit, title: '', type: 'text', editedMs: 0}]);
  });

  it('that can’t be saved stay, and one that its page has replaced meanwhile stays too', async () => {
    const storage = memoryStorage();
    const drafts = createDrafts(storage, '/', 'page');
    drafts.put(draft);
    drafts.put({...draft, noteId: 'n2'});
    const notebook = {
      async saveDraft({noteId}: Draft) {
        if (noteId === 'n2') throw new SyncFailure({type: 'storage_full', message: 'no room'});
        drafts.put({...draft, edit: {text: 'typed meanwhile'}});
      },
    } as unknown as Notebook;
    const left = await recoverDrafts(notebook, createDrafts(storage, '/', 'later'));
    expect(left.map((kept) => kept.draft.noteId)).toEqual(['n2']);
    expect(draftsIn(storage).map(({edit}) => edit.text)).toEqual(['typed meanwhile', 'x']);
  });
});

function createWorld() {
  let stamp = 1;
  let text = '';
  let failure: 'storage_full' | null = null;
  let running = 0;
  /** What waits, by how long. */
  const waiting = new Map<number, () => void>();
  let areViewsHeld = false;
  const listeners = new Set<(view: NoteView | null) => void>();
  const view = (): NoteView =>
    ({
      id: 'n1',
      title: 'T',
      type: 'text',
      mime: '',
      text,
      loaded: loadedOf(stamp, text),
      undecodable: false,
      deleted: false,
      sync: 'saved',
      modifiedMs: 0,
    }) as NoteView;
  const world = {
    saves: [] as string[],
    overlaps: 0,
    drafts: createDrafts(memoryStorage(), '/', 'page'),
    nowMs: 1000,
    sinceKeyMs: Number.POSITIVE_INFINITY,
    draftsLeft: (): Draft[] => world.drafts.all().map((kept) => kept.draft),
    notebook: {
      watchNote: () => ({
        subscribe(listener: (view: NoteView | null) => void) {
          listeners.add(listener);
          if (!areViewsHeld) listener(view());
          return () => listeners.delete(listener);
        },
      }),
      async saveNote(_id: string, _loaded: Loaded, edit: {text?: string}): Promise<Saved> {
        if (running++ > 0) world.overlaps++;
        world.saves.push(edit.text ?? '');
        await Promise.resolve();
        running--;
        if (failure !== null) throw new SyncFailure({type: failure, message: 'no room'});
        text = edit.text ?? text;
        stamp++;
        return {loaded: loadedOf(stamp, text), conflict: false};
      },
      async saveDraft({edit}: Draft) {
        text = edit.text ?? text;
      },
    } as unknown as Notebook,
    stored: () => text,
    loaded: () => loadedOf(stamp, text),
    fail(type: 'storage_full' | null) {
      failure = type;
    },
    /** Ends what waits for just so long. */
    passMs: (ms: number) => waiting.get(ms)?.(),
    passPause: () => world.passMs(300),
    writeElsewhere(theirs: string) {
      text = theirs;
      stamp++;
      for (const listener of listeners) listener(view());
    },
    rest: () => world.passMs(1_000),
    /** Whoever looks from now on is told later than this test. */
    holdViews() {
      areViewsHeld = true;
    },
    /** Lets everything that is under way end. */
    async settle() {
      for (let turn = 0; turn < 20; turn++) await Promise.resolve();
    },
  };
  const wait = (ms: number, action: () => void) => {
    waiting.set(ms, action);
    return () => {
      if (waiting.get(ms) === action) waiting.delete(ms);
    };
  };
  const {notebook, drafts} = world;
  const [nowMs, sinceKeyMs] = [() => world.nowMs, () => world.sinceKeyMs];
  return Object.assign(world, {sessions: createNoteSessions({notebook, drafts, wait, nowMs, sinceKeyMs})});
}

function loadedOf(stamp: number, text: string): Loaded {
  return {stamp: String(stamp), parts: {meta: '', data: 'T', body: text}} as unknown as Loaded;
}

function memoryStorage(): Storage {
  const items = new Map<string, string>();
  return {
    get length() {
      return items.size;
    },
    key: (index) => [...items.keys()][index] ?? null,
    getItem: (key) => items.get(key) ?? null,
    setItem(key, value) {
      if (value.length > ROOM) throw new DOMException('full', 'QuotaExceededError');
      items.set(key, value);
    },
    removeItem: (key) => void items.delete(key),
    clear: () => items.clear(),
  };
}
