import Dexie from 'dexie';
import {afterEach, expect, it} from 'vitest';
import {createDexieStore} from '../db/dexie-store.ts';
import {createDatabase} from '../db/schema.ts';
import {stateOf} from '../sync/testing/rows.ts';
import {createBackgroundRounds} from './background-sync.ts';

const BASE_PATH = '/worker-of-a-test/';
const NAME = `aster ${BASE_PATH}`;

const wake = () => createBackgroundRounds(BASE_PATH, async () => false).run('send_and_fetch');

async function versionStored(): Promise<number | undefined> {
  return (await indexedDB.databases()).find(({name}) => name === NAME)?.version;
}

/** As another build of the app has left it. */
async function makeDatabase(version: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const opening = indexedDB.open(NAME, version);
    opening.onerror = () => reject(opening.error);
    opening.onsuccess = () => {
      opening.result.close();
      resolve();
    };
  });
}

afterEach(() => Dexie.delete(NAME));

it.each([
  ['an older', 10],
  ['a newer', 990],
])('a worker that is woken leaves the database of %s build as it is', async (_, version) => {
  await makeDatabase(version);
  await wake();
  expect(await versionStored()).toBe(version);
});

it('a worker that is woken where there is no notebook makes none', async () => {
  await wake();
  expect(await versionStored()).toBeUndefined();
});

it('a worker that is woken uses the database of its own build', async () => {
  const database = createDatabase({name: NAME});
  await createDexieStore(database).transaction('write', (tx) => tx.putState(stateOf({paused: true})));
  database.close();
  await wake();
  expect(await versionStored()).toBeGreaterThan(0);
});
