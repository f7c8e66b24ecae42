import {expect, it} from 'vitest';
import {buildTree} from '../../../notes/tree.ts';
import {findTargets} from './place-targets.ts';

const tree = buildTree({
  notes: ['Cafe\u0301', 'Ähre', 'Other'].map((title, i) => ({id: `n${i}`, title})),
  branches: [0, 1, 2].map((i) => ({id: `b${i}`, note: `n${i}`, parent: 'root', key: `a${i}`, stamp: '1'})),
  arriving: false,
  complete: true,
});

it.each([
  ['café', ['n0']],
  ['CAFE\u0301', ['n0']],
  ['a\u0308h', ['n1']],
  ['cafe', ['n0']],
  ['ahre', ['n1']],
  ['', ['n0', 'n1']],
])('finds "%s" whatever the case, the accents and how a letter is made of them', (filter, found) => {
  expect(findTargets(tree, 'n2', filter).targets.map(({noteId}) => noteId)).toEqual(found);
});
