import {expect, test} from 'vitest';
import {LINKED_REPLICA, NO_NOTEBOOK, SYNCED} from '../ui/testing/fake-app.ts';
import {createLeftBehind} from './left-behind.ts';

function createStorage(): Storage {
  const values = new Map<string, string>();
  return {
    getItem: (key: string) => values.get(key) ?? null,
    setItem: (key: string, value: string) => void values.set(key, value),
    removeItem: (key: string) => void values.delete(key),
  } as Storage;
}

test('what the notebook was is there after its database went, without the id of its replica', () => {
  const storage = createStorage();
  const note = createLeftBehind(storage, '/');
  note.keep({...SYNCED, waiting: 2, parked: 1});
  note.keep(NO_NOTEBOOK);
  const {deviceName, server} = LINKED_REPLICA;
  expect(createLeftBehind(storage, '/').read()).toEqual({deviceName, server, waiting: 3});
  expect(storage.getItem('aster.notebook./')).not.toContain(`"${LINKED_REPLICA.replica}"`);
});

test('a page whose browser clears all of it under it knows how much waited', () => {
  const storage = createStorage();
  const note = createLeftBehind(storage, '/');
  note.keep({...SYNCED, waiting: 2});
  storage.removeItem('aster.notebook./');
  note.keep(NO_NOTEBOOK);
  expect(note.read()?.waiting).toBe(2);
});

test('two Asters on one host keep theirs apart', () => {
  const storage = createStorage();
  createLeftBehind(storage, '/a/').keep(SYNCED);
  expect(createLeftBehind(storage, '/b/').read()).toBeNull();
});

test('what is no such note, and a storage that is full or forbidden, are nothing', () => {
  const storage = createStorage();
  expect(createLeftBehind(storage, '/').read()).toBeNull();
  for (const text of ['', '{', 'null', '{"deviceName":1}']) {
    storage.setItem('aster.notebook./', text);
    expect(createLeftBehind(storage, '/').read()).toBeNull();
  }
  const full = {
    ...createStorage(),
    setItem: () => {
      throw new Error('full');
    },
  } as unknown as Storage;
  createLeftBehind(full, '/').keep(SYNCED);
  createLeftBehind(null, '/').keep(SYNCED);
  expect(createLeftBehind(null, '/').read()).toBeNull();
});
