import Dexie from 'dexie';
import {afterAll, beforeEach, expect, it} from 'vitest';
import type {Ref} from '../../protocol/entity.ts';
import {deleteByRef, keyOf, type RefKey, rowsById, rowsByRef} from './rows-of-keys.ts';

const NAME = `rows-of-keys-${Date.now()}`;
const IDS = Array.from({length: 60}, (_, n) => `n${String(n).padStart(2, '0')}`);
const refsOf = (ids: readonly string[]): Ref[] => ids.map((id) => ({kind: 'note', id}));

const dexie = new Dexie(NAME);
dexie.version(1).stores({byId: 'id', byRef: '[kind+id]'});
const byId = dexie.table<{readonly id: string}, string>('byId');
const byRef = dexie.table<Ref, RefKey>('byRef');

beforeEach(async () => {
  await Promise.all([byId.clear(), byRef.clear()]);
  await byId.bulkPut(IDS.map((id) => ({id})));
  await byRef.bulkPut([...refsOf(IDS), {kind: 'branch', id: 'n05'}]);
});
afterAll(() => dexie.delete());

it.each([
  ['few', IDS.slice(3, 6)],
  ['neighbours', IDS.slice(3, 50)],
  ['nearly all between the first and the last', IDS.filter((_, n) => n % 10 !== 7)],
  ['every other one', IDS.filter((_, n) => n % 2 === 0)],
  ['one in three', IDS.filter((_, n) => n % 3 === 0)],
])('%s are those that were asked for, and no others', async (_, ids) => {
  const asked = [...ids, 'not-there'];
  expect((await rowsById(byId, asked)).map(({id}) => id).sort()).toEqual(ids);
  expect((await rowsByRef(byRef, refsOf(asked))).map(({id}) => id).sort()).toEqual(ids);
});

it.each([
  ['neighbours', IDS.slice(10, 40)],
  ['nearly neighbours', IDS.slice(10, 40).filter((id) => id !== 'n20')],
  ['as many as lie between, but not those', [...IDS.slice(10, 40).filter((id) => id !== 'n20'), 'n205']],
])('%s are deleted, and no others', async (_, ids) => {
  await deleteByRef(byRef, refsOf(ids));
  const left = refsOf(IDS.filter((id) => !ids.includes(id))).map(keyOf);
  expect(await byRef.toCollection().primaryKeys()).toEqual([['branch', 'n05'], ...left]);
});
