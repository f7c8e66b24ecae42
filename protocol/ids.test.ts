import fc from 'fast-check';
import {expect, test} from 'vitest';
import {derivedId, ID_BYTES, ID_PATTERN, idFromBytes, ROOT_NOTE_ID} from './ids.ts';

test('an id from random bytes has all of their 96 bits', () => {
  const bytes = fc.uint8Array({minLength: ID_BYTES, maxLength: ID_BYTES});
  fc.assert(
    fc.property(bytes, bytes, (a, b) => {
      expect(idFromBytes(a)).toMatch(/^[A-Za-z0-9_-]{16}$/);
      expect(idFromBytes(a) === idFromBytes(b)).toBe(Buffer.from(a).equals(b));
    }),
  );
});

test('the same words give the same id, on every device', () => {
  expect(derivedId('option', 'theme')).toBe('42mp6ytsjE1U4gqy');
});

test('other words, or words cut elsewhere, give another id', () => {
  const ids = [
    derivedId('ab', 'c'),
    derivedId('a', 'bc'),
    derivedId('abc'),
    derivedId('a', 'b', 'c'),
    derivedId('abc', ''),
    derivedId('a","b', 'c'),
    derivedId(),
  ];
  expect(new Set(ids).size).toBe(ids.length);
});

test('derived ids and the root are ids', () => {
  fc.assert(
    fc.property(fc.array(fc.string()), (words) => {
      expect(derivedId(...words)).toMatch(ID_PATTERN);
    }),
  );
  expect(ROOT_NOTE_ID).toMatch(ID_PATTERN);
});

test.each(['', 'abc', 'a'.repeat(33), 'note 1', 'nöte', 'note1\n', '../..'])('%j is no id', (text) => {
  expect(ID_PATTERN.test(text)).toBe(false);
});
