import {createHash} from 'node:crypto';
import fc from 'fast-check';
import {expect, test} from 'vitest';
import {fromBase64Url, toHex, utf8Bytes} from './bytes.ts';
import {EMPTY_HASH, HASH_PATTERN, hashOf, sha256} from './hash.ts';
import {anyBytes} from './testing/arbitrary.ts';

test('is SHA-256, as Node has it', () => {
  fc.assert(
    fc.property(anyBytes, (bytes) => {
      expect(hashOf(bytes)).toBe(createHash('sha256').update(bytes).digest('base64url'));
    }),
  );
});

test('of a known text is the known hash', () => {
  expect(toHex(sha256(utf8Bytes('abc')))).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
});

test('of no bytes is the constant for a part that is not there', () => {
  expect(EMPTY_HASH).toBe('47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU');
});

test('every hash matches the pattern, and what matches can be decoded to 32 bytes', () => {
  fc.assert(
    fc.property(anyBytes, (bytes) => {
      expect(hashOf(bytes)).toMatch(HASH_PATTERN);
    }),
  );
  fc.assert(
    fc.property(fc.stringMatching(/^[A-Za-z0-9_-]{43}$/), (text) => {
      expect(HASH_PATTERN.test(text)).toBe(fromBase64Url(text)?.length === 32);
    }),
  );
});

test.each([
  ['too short', EMPTY_HASH.slice(1)],
  ['too long', `${EMPTY_HASH}A`],
  ['a line more', `${EMPTY_HASH}\n`],
])('what is %s is no hash', (_, text) => {
  expect(HASH_PATTERN.test(text)).toBe(false);
});
