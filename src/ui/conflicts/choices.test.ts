import {expect, test} from 'vitest';
import type {ConflictContent, ConflictSide, ConflictView} from '../../db/repositories.ts';
import {choicesOf} from './choices.ts';
import {sideNames, whatHappened} from './conflict-words.ts';

const TEXT: ConflictContent = {
  kind: 'note',
  title: 'T',
  type: 'text',
  mime: 'text/html',
  text: 'x',
  undecodable: false,
};
const ABSENT: ConflictContent = {...TEXT, text: null};
const TAG: ConflictContent = {
  kind: 'attribute',
  note: 'n',
  type: 'label',
  name: 'l',
  value: '',
  inheritable: false,
  position: 1,
};

function side(content: ConflictContent, deleted = false): ConflictSide {
  return {ref: {kind: 'note', id: 'n'}, deleted, atMs: 0, deviceName: 'Desk', content};
}

function conflict(parts: Partial<ConflictView>): ConflictView {
  const base = {id: 'r', ofKind: 'note', noteId: 'n', title: 'T', loaded: null, isNoteDeleted: false} as const;
  return {...base, current: side(TEXT), other: side(TEXT), ...parts};
}

const wordsOf = (parts: Partial<ConflictView>) => choicesOf(conflict(parts)).map(({words}) => words);

test('two versions of a note: one, the other, or both', () => {
  expect(wordsOf({})).toEqual(['Keep current', 'Use the other version', 'Keep both as two notes']);
  expect(sideNames(conflict({}))).toEqual(['Current version', 'Other version']);
});

test('what needs a text is offered only once that is here', () => {
  expect(wordsOf({other: side(ABSENT)})).toEqual(['Keep current']);
  expect(wordsOf({current: side(TEXT, true), other: side(ABSENT)})).toEqual(['Leave it deleted']);
  expect(wordsOf({current: side(ABSENT)})).toHaveLength(3);
});

test('bytes that are no text can be used, and not made a note of', () => {
  const bytes = side({...TEXT, text: null, undecodable: true});
  expect(wordsOf({other: bytes})).toEqual(['Keep current', 'Use the other version']);
});

test('a tag or an attachment is one or the other', () => {
  const parts = {ofKind: 'attribute', current: side(TAG), other: side(TAG)} as const;
  expect(wordsOf(parts)).toEqual(['Keep current', 'Use the other version']);
  expect(whatHappened(conflict(parts))).toContain('A tag or attribute of this note was changed in two places');
});

test('an edit that met a deletion is back or deleted, whichever was later', () => {
  for (const parts of [{current: side(TEXT, true)}, {other: side(TEXT, true)}, {current: null}]) {
    expect(wordsOf(parts)).toEqual(['Bring the note back', 'Leave it deleted']);
  }
  expect(sideNames(conflict({current: side(TEXT, true)}))).toEqual(['As it was deleted', 'As it was edited']);
  expect(whatHappened(conflict({current: side(TEXT, true)}))).toContain('It is deleted now');
  expect(whatHappened(conflict({other: side(TEXT, true)}))).toContain('It is here now');
});

test('a tag that was deleted comes back alone, or with its note', () => {
  const tag = {ofKind: 'attribute', current: side(TAG, true), other: side(TAG)} as const;
  expect(wordsOf(tag)).toEqual(['Bring it back', 'Leave it deleted']);
  expect(wordsOf({...tag, isNoteDeleted: true})).toEqual(['Bring the note back', 'Leave it deleted']);
});
