import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {concatBytes, equalBytes, fromBase64Url, toBase64Url, toHex, utf8Bytes, utf8Text} from './bytes.ts';
import {anyBytes} from './testing/arbitrary.ts';

describe('base64url', () => {
  test('gives back the bytes that it was made of, as Node does', () => {
    fc.assert(
      fc.property(anyBytes, (bytes) => {
        const text = toBase64Url(bytes);
        expect(text).toBe(Buffer.from(bytes).toString('base64url'));
        expect(fromBase64Url(text)).toEqual(bytes);
      }),
    );
  });

  test('refuses every text that it would not have written itself', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[A-Za-z0-9_-]{0,9}$/)), (text) => {
        const bytes = fromBase64Url(text);
        if (bytes !== undefined) expect(toBase64Url(bytes)).toBe(text);
      }),
    );
  });

  test.each([
    ['padding', 'AA=='],
    ['the other alphabet', '+/+/'],
    ['an impossible length', 'AAAAA'],
    ['unused bits of one byte', 'AB'],
    ['unused bits of two bytes', 'AAB'],
    ['white space', 'AA AA'],
    ['a letter that ends like one of the alphabet', 'AAAA\u0141AAA'],
    ['half a character', '\ud800AAA'],
  ])('refuses %s', (_, text) => {
    expect(fromBase64Url(text)).toBeUndefined();
  });

  test('no text is no bytes', () => {
    expect(fromBase64Url('')).toEqual(new Uint8Array(0));
  });
});

describe('UTF-8', () => {
  test('text gives back the bytes that it was decoded from, a byte order mark and NULs included', () => {
    fc.assert(
      fc.property(anyBytes, (bytes) => {
        const text = utf8Text(bytes);
        if (text !== undefined) expect(utf8Bytes(text)).toEqual(bytes);
      }),
    );
  });

  test('a byte order mark is text like any other', () => {
    expect(utf8Text(Uint8Array.of(0xef, 0xbb, 0xbf, 0x61))).toBe('\ufeffa');
  });

  test.each([
    ['a stray byte', [0xff]],
    ['half a sequence', [0xc3]],
    ['an encoded surrogate', [0xed, 0xa0, 0x80]],
    ['an overlong form', [0xc0, 0xaf]],
    ['a code point beyond the last', [0xf4, 0x90, 0x80, 0x80]],
  ])('%s is no text', (_, bytes) => {
    expect(utf8Text(Uint8Array.from(bytes))).toBeUndefined();
  });

  test('lone surrogates become the replacement character', () => {
    expect(utf8Bytes('a\ud800b\udc00')).toEqual(utf8Bytes('a\ufffdb\ufffd'));
    expect(utf8Bytes('\u{1f600}')).toHaveLength(4);
  });
});

test('joined bytes are the bytes of all, in order', () => {
  fc.assert(
    fc.property(fc.array(anyBytes), (chunks) => {
      expect([...concatBytes(...chunks)]).toEqual(chunks.flatMap((chunk) => [...chunk]));
    }),
  );
});

test('bytes are equal when each of them is', () => {
  fc.assert(
    fc.property(anyBytes, anyBytes, (a, b) => {
      expect(equalBytes(a, a.slice())).toBe(true);
      expect(equalBytes(a, b)).toBe(Buffer.from(a).equals(b));
    }),
  );
});

test('hexadecimal has two digits for each byte', () => {
  expect(toHex(Uint8Array.of(0, 1, 15, 16, 255))).toBe('00010f10ff');
});
