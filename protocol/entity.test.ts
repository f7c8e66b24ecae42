import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {concatBytes, fromBase64Url, utf8Bytes} from './bytes.ts';
import {canonicalBytes} from './canonical.ts';
import {
  compareRefs,
  entityHash,
  hasBody,
  isErased,
  KINDS,
  keepsLosers,
  type Meta,
  makeVersion,
  metaHash,
  NO_BYTES,
  type Ref,
  refKey,
  toHead,
  withSameBody,
} from './entity.ts';
import {EMPTY_HASH, HASH_PATTERN, hashOf, sha256} from './hash.ts';
import {anyBytes, anyVersion, noteVersion} from './testing/arbitrary.ts';

const TOMBSTONE: Meta = {type: 'tombstone', eraseAfterMs: 7, of: 'note2'};

describe('the hash of a version', () => {
  test('is that of the hashes of its three parts', () => {
    fc.assert(
      fc.property(anyVersion, ({meta, data, body, hash, parts}) => {
        const metaBytes = meta === null ? NO_BYTES : canonicalBytes({...meta});
        expect(parts).toEqual({meta: hashOf(metaBytes), data: hashOf(data), body: hashOf(body ?? NO_BYTES)});
        expect(hash).toBe(hashOf(concatBytes(sha256(metaBytes), sha256(data), sha256(body ?? NO_BYTES))));
        expect(hash).toMatch(HASH_PATTERN);
      }),
    );
  });

  test('changes when a part changes place', () => {
    const a = {meta: EMPTY_HASH, data: hashOf(utf8Bytes('a')), body: hashOf(utf8Bytes('b'))};
    expect(entityHash(a)).not.toBe(entityHash({...a, data: a.body, body: a.data}));
    expect(entityHash(a)).not.toBe(entityHash({meta: a.data, data: EMPTY_HASH, body: a.body}));
  });

  test('does not depend on kind, id and stamp', () => {
    const a = noteVersion();
    expect(makeVersion({...a, body: a.body ?? NO_BYTES, id: 'note2', kind: 'revision'}).hash).toBe(a.hash);
  });

  test('of part hashes that are none throws', () => {
    expect(() => entityHash({meta: EMPTY_HASH, data: 'no hash', body: EMPTY_HASH})).toThrow(TypeError);
    expect(fromBase64Url(`${EMPTY_HASH.slice(0, 42)}V`)).toBeUndefined();
  });
});

describe('the hash of meta', () => {
  test('of none is that of no bytes', () => {
    expect(metaHash(null)).toBe(EMPTY_HASH);
  });

  test('does not depend on the order of members, nor on those that are undefined', () => {
    const turned: Meta = {of: 'note2', eraseAfterMs: 7, type: 'tombstone'};
    expect(metaHash(turned)).toBe(metaHash(TOMBSTONE));
    expect(metaHash({type: 'tombstone', eraseAfterMs: 7, of: undefined})).toBe(
      metaHash({type: 'tombstone', eraseAfterMs: 7}),
    );
  });

  test('changes with every member', () => {
    const hashes = [TOMBSTONE, {...TOMBSTONE, eraseAfterMs: 8}, {...TOMBSTONE, of: 'note3'}].map(metaHash);
    expect(new Set(hashes).size).toBe(3);
  });
});

describe('a version with the same body as a head', () => {
  test('is the version that the bytes would make', () => {
    fc.assert(
      fc.property(anyVersion, anyBytes, (old, data) => {
        const draft = {...toHead(old), data};
        expect(withSameBody(draft, old)).toEqual(makeVersion({...draft, body: old.body ?? NO_BYTES}));
      }),
    );
  });

  test('needs no bytes of it', () => {
    const old = noteVersion();
    const renamed = withSameBody({...toHead(old), data: utf8Bytes('{"title":"B"}')}, {parts: old.parts, body: null});
    expect(renamed.body).toBeNull();
    expect(renamed.hash).toBe(noteVersion({data: '{"title":"B"}'}).hash);
  });
});

test('a head has everything of a version but its body', () => {
  const {body: _, ...head} = noteVersion();
  expect(toHead(noteVersion())).toEqual(head);
});

test('only a deletion without data and body is erased', () => {
  const draft = {...noteVersion(), meta: TOMBSTONE, deleted: true, data: NO_BYTES, body: NO_BYTES};
  expect(isErased(makeVersion(draft))).toBe(true);
  expect(isErased(makeVersion({...draft, data: utf8Bytes('{}')}))).toBe(false);
  expect(isErased(makeVersion({...draft, body: utf8Bytes('text')}))).toBe(false);
  expect(isErased(makeVersion({...draft, meta: null, deleted: false}))).toBe(false);
});

test('notes and revisions have a body, notes, attributes and attachments keep what loses', () => {
  expect(KINDS.filter(hasBody)).toEqual(['note', 'revision']);
  expect(KINDS.filter(keepsLosers)).toEqual(['note', 'attribute', 'attachment']);
});

test('refs are ordered by kind, then id, by code unit', () => {
  const sorted: Ref[] = [
    {kind: 'branch', id: 'b'},
    {kind: 'note', id: 'A'},
    {kind: 'note', id: 'a'},
    {kind: 'note', id: 'b'},
    {kind: 'revision', id: 'a'},
  ];
  expect(sorted.toReversed().sort(compareRefs)).toEqual(sorted);
  expect(sorted.map((ref) => compareRefs(ref, {...ref}))).toEqual([0, 0, 0, 0, 0]);
});

test('a ref has one key, and another one for another kind', () => {
  expect(refKey({kind: 'note', id: 'note1'})).toBe('note:note1');
  expect(new Set(KINDS.map((kind) => refKey({kind, id: 'same'}))).size).toBe(KINDS.length);
});
