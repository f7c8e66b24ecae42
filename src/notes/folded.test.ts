import {expect, it} from 'vitest';
import {folded} from './folded.ts';

it.each([
  ['Café', 'cafe\u0301'],
  ['ÉTÉ', 'ete'],
  ['Łódź', 'lodz'],
  ['Smørrebrød', 'smorrebrod'],
  ['Straße', 'STRASSE'],
  ['İstanbul', 'istanbul'],
  ['ISPARTA', 'ısparta'],
  ['ΌΔΟΣ', 'οδος'],
  ['Cœur', 'coeur'],
  ['한글', '\u1112\u1161\u11ab\u1100\u1173\u11af'],
])('"%s" and "%s" are found alike', (one, other) => {
  expect(folded(one)).toBe(folded(other));
});

it.each([
  ['a', 'b'],
  ['が', 'ま'],
  ['कि', 'का'],
  ['1', '２'],
])('"%s" and "%s" are not', (one, other) => {
  expect(folded(one)).not.toBe(folded(other));
});

it('a beginning of a title is a beginning of it folded', () => {
  expect(folded('Ångström unit').startsWith(folded('angst'))).toBe(true);
});
