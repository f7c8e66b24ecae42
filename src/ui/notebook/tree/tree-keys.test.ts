import {describe, expect, it} from 'vitest';
import {buildTree} from '../../../notes/tree.ts';
import {actionOfKey, findRow, type Key} from './tree-keys.ts';
import {notesWithin, placementByDrop, placementByKey, zoneAt} from './tree-moves.ts';
import {drawnRows, scrollFor} from './tree-window.ts';

/** A(A1, A2(A21)), B, C */
const PLACES = [
  ['A', 'root', 'a0'],
  ['B', 'root', 'a1'],
  ['C', 'root', 'a2'],
  ['A1', 'A', 'a0'],
  ['A2', 'A', 'a1'],
  ['A21', 'A2', 'a0'],
] as const;
const tree = buildTree({
  notes: PLACES.map(([id]) => ({id, title: `Note ${id}`})),
  branches: PLACES.map(([note, parent, key]) => ({id: `b${note}`, note, parent, key, stamp: '1'})),
  complete: true,
  arriving: false,
});
const rows = tree.visibleRows(new Set(['bA']));
const at = (noteId: string) => rows.findIndex((row) => row.noteId === noteId);
const press = (key: string, more: Partial<Key> = {}): Key => ({
  key,
  altKey: false,
  ctrlKey: false,
  metaKey: false,
  shiftKey: false,
  ...more,
});

describe('keys in the tree', () => {
  it('moves the focus by arrows, Home and End, and stops at the ends', () => {
    expect(actionOfKey(press('ArrowDown'), rows, 0)).toEqual({type: 'focus', index: 1});
    expect(actionOfKey(press('ArrowUp'), rows, 0)).toEqual({type: 'focus', index: 0});
    expect(actionOfKey(press('End'), rows, 0)).toEqual({type: 'focus', index: rows.length - 1});
    expect(actionOfKey(press('ArrowDown'), rows, rows.length - 1)).toEqual({type: 'focus', index: rows.length - 1});
  });

  it('opens and closes by right and left, and goes in and out', () => {
    expect(actionOfKey(press('ArrowRight'), rows, at('A2'))).toMatchObject({type: 'expand'});
    expect(actionOfKey(press('ArrowRight'), rows, at('A'))).toEqual({type: 'focus', index: 1});
    expect(actionOfKey(press('ArrowLeft'), rows, at('A'))).toMatchObject({type: 'collapse'});
    expect(actionOfKey(press('ArrowLeft'), rows, at('A2'))).toEqual({type: 'focus', index: 0});
    expect(actionOfKey(press('ArrowRight'), rows, at('B'))).toBeNull();
  });

  it('leaves shortcuts of the browser alone', () => {
    expect(actionOfKey(press('a', {ctrlKey: true}), rows, 0)).toBeNull();
    expect(actionOfKey(press('Tab'), rows, 0)).toBeNull();
  });

  it('finds by what is typed, from here on and round', () => {
    expect(findRow(rows, 0, 'note b')).toBe(at('B'));
    expect(findRow(rows, at('C'), 'n')).toBe(0);
    expect(findRow(rows, 0, 'x')).toBeNull();
  });

  it('finds whatever the case, the accents and how a letter is made of them', () => {
    const titled = ['Zug', 'Ae\u0301rea', 'Äpfel'].map((title, i) => ({...rows[0]!, key: `${i}`, title}));
    expect(findRow(titled, 0, 'äp')).toBe(2);
    expect(findRow(titled, 0, 'ap')).toBe(2);
    expect(findRow(titled, 0, 'aéR')).toBe(1);
    expect(findRow(titled, 0, 'ae\u0301r')).toBe(1);
  });

  it('moves a place past its neighbours, in and out', () => {
    expect(placementByKey(tree, rows, at('B'), 'up')).toEqual({parent: 'root', position: {before: 'bA'}});
    expect(placementByKey(tree, rows, at('B'), 'down')).toEqual({parent: 'root', position: {after: 'bC'}});
    expect(placementByKey(tree, rows, at('B'), 'in')).toEqual({parent: 'A', position: 'last'});
    expect(placementByKey(tree, rows, at('A1'), 'out')).toEqual({parent: 'root', position: {after: 'bA'}});
    expect(placementByKey(tree, rows, at('A'), 'up')).toBeNull();
    expect(placementByKey(tree, rows, at('A'), 'out')).toBeNull();
  });
});

describe('a drop', () => {
  const row = (noteId: string) => rows[at(noteId)]!;

  it('goes before, into or behind a row by where the pointer is', () => {
    expect([0.1, 0.5, 0.9].map((ratio) => zoneAt(ratio, row('B')))).toEqual(['before', 'inside', 'after']);
    expect(placementByDrop(tree, 'C', row('B'), 'before')).toEqual({parent: 'root', position: {before: 'bB'}});
    expect(placementByDrop(tree, 'C', row('B'), 'inside')).toEqual({parent: 'B', position: 'last'});
    expect(placementByDrop(tree, 'C', row('A'), 'after')).toEqual({parent: 'A', position: 'first'});
  });

  it('never puts a note inside itself', () => {
    expect(placementByDrop(tree, 'A', row('A2'), 'inside')).toBeNull();
    expect(placementByDrop(tree, 'A', row('A1'), 'before')).toBeNull();
    expect(placementByDrop(tree, 'A', row('A'), 'inside')).toBeNull();
  });

  it('takes what is below along, each note once', () => {
    expect([...notesWithin(tree, 'A')].sort()).toEqual(['A', 'A1', 'A2', 'A21']);
  });
});

describe('the window of rows', () => {
  it('draws what is in view with some around, and the focused row wherever it is', () => {
    const drawn = drawnRows(100_000, 36, {top: 36_000, height: 720}, 5);
    expect(drawn[0]).toBe(5);
    expect(drawn[1]).toBe(988);
    expect(drawn.at(-1)).toBe(1031);
    expect(drawnRows(3, 36, {top: 0, height: 720}, -1)).toEqual([0, 1, 2]);
  });

  it('scrolls no further than needed', () => {
    const viewport = {top: 360, height: 360};
    expect(scrollFor(12, 36, viewport)).toBe(360);
    expect(scrollFor(2, 36, viewport)).toBe(72);
    expect(scrollFor(30, 36, viewport)).toBe(31 * 36 - 360);
  });
});
