import {expect, test} from 'vitest';
import {ROOT_NOTE_ID} from '../../../../protocol/ids.ts';
import {buildTree, type TreeBranch} from '../../../notes/tree.ts';
import {notesToFetch} from './notes-to-fetch.ts';

const placesOf = (parent: string, notes: readonly string[]): TreeBranch[] =>
  notes.map((note) => ({id: `${parent}-${note}`, parent, note, key: 'a0', stamp: note}));
const named = (prefix: string, count: number) => Array.from({length: count}, (_, n) => `${prefix}${1000 + n}`);
const arriving = (here: readonly string[], branches: readonly TreeBranch[]) =>
  buildTree({notes: here.map((id) => ({id, title: id})), branches, complete: false, arriving: true});

test('the notes of the top level and of what is expanded are got, in their order', () => {
  const tree = arriving(
    ['a', 'b'],
    [...placesOf(ROOT_NOTE_ID, ['a', 'b', 'c']), ...placesOf('a', ['d', 'e']), ...placesOf('b', ['f'])],
  );
  expect(notesToFetch(tree, [], new Set())).toEqual(['c']);
  expect(notesToFetch(tree, tree.visibleRows(new Set([`${ROOT_NOTE_ID}-a`])), new Set())).toEqual(['c', 'd', 'e']);
});

test('what was asked for already isn’t asked for again', () => {
  const tree = arriving([], placesOf(ROOT_NOTE_ID, ['a', 'b']));
  expect(notesToFetch(tree, [], new Set(['a']))).toEqual(['b']);
});

test('of thousands below one note only some screens full are got by name, those that are here included', () => {
  const many = named('n', 3000);
  const places = placesOf(ROOT_NOTE_ID, many);
  expect(notesToFetch(arriving([], places), [], new Set())).toEqual(many.slice(0, 50));
  expect(notesToFetch(arriving(many.slice(100, 140), places), [], new Set())).toEqual(many.slice(0, 10));
  expect(notesToFetch(arriving(many.slice(100, 200), places), [], new Set())).toEqual([]);
});

test('a tree that is here asks for nothing', () => {
  const branches = placesOf(ROOT_NOTE_ID, ['gone']);
  expect(notesToFetch(buildTree({notes: [], branches, complete: false, arriving: false}), [], new Set())).toEqual([]);
});
