import fc from 'fast-check';
import {expect, test} from 'vitest';
import {type Bytes, utf8Bytes, utf8Text} from '../../protocol/bytes.ts';
import {canonicalBytes, canonicalJson, type Json} from '../../protocol/canonical.ts';
import {mergeData} from './merge.ts';

type Members = Readonly<Record<string, Json>>;

const value: fc.Arbitrary<Json> = fc.oneof(fc.constantFrom('a', 'b', true, null, 1, 2), fc.array(fc.constantFrom('x')));
const members = fc.dictionary(fc.constantFrom('title', 'type', 'mime', 'created', '__proto__'), value, {
  noNullPrototype: true,
});
const bytes = (value: Json): Bytes => canonicalBytes(value);
const read = (merged: Bytes | null): Members | null => (merged === null ? null : JSON.parse(utf8Text(merged) ?? ''));

test('a rename on one side and another type on the other are both kept', () => {
  const base = bytes({title: 'A', type: 'text', mime: 'text/html'});
  const mine = bytes({title: 'B', type: 'text', mime: 'text/html'});
  const theirs = bytes({title: 'A', type: 'code', mime: 'text/css'});
  expect(read(mergeData(base, mine, theirs))).toEqual({title: 'B', type: 'code', mime: 'text/css'});
});

test('two different names for the same member are not merged', () => {
  expect(mergeData(bytes({title: 'A'}), bytes({title: 'B'}), bytes({title: 'C'}))).toBeNull();
  expect(mergeData(bytes({title: 'A'}), bytes({}), bytes({title: 'C'}))).toBeNull();
});

test('members that this app does not know are merged like any other', () => {
  const merged = mergeData(bytes({title: 'A'}), bytes({title: 'A', icon: {name: 'x'}}), bytes({title: 'B'}));
  expect(read(merged)).toEqual({title: 'B', icon: {name: 'x'}});
});

test('what is no JSON object is not merged', () => {
  const good = bytes({title: 'A'});
  for (const bad of [utf8Bytes(''), utf8Bytes('[]'), utf8Bytes('null'), utf8Bytes('{'), new Uint8Array([255])]) {
    expect(mergeData(bad, good, good)).toBeNull();
    expect(mergeData(good, bad, good)).toBeNull();
    expect(mergeData(good, good, bad)).toBeNull();
  }
});

test('a merge that says what one side says has the bytes of that side', () => {
  const theirs = utf8Bytes('{"type":"text", "title":"A"}');
  expect(mergeData(bytes({title: 'A'}), bytes({title: 'A'}), theirs)).toEqual(theirs);
});

test('the order of the sides does not matter', () => {
  fc.assert(
    fc.property(members, members, members, fc.boolean(), (base, mine, theirs, spaced) => {
      const here = spaced ? utf8Bytes(` ${canonicalJson(mine)}`) : bytes(mine);
      expect(mergeData(bytes(base), here, bytes(theirs))).toEqual(mergeData(bytes(base), bytes(theirs), here));
    }),
  );
});

test('no change of either side disappears, and nothing else changes', () => {
  fc.assert(
    fc.property(members, members, members, (base, mine, theirs) => {
      const merged = read(mergeData(bytes(base), bytes(mine), bytes(theirs)));
      const names = new Set([base, mine, theirs].flatMap((side) => Object.keys(side)));
      const [old, here, there] = [base, mine, theirs].map(textOf);
      const clashes = [...names].filter(
        (name) => here!(name) !== old!(name) && there!(name) !== old!(name) && here!(name) !== there!(name),
      );
      expect(merged === null).toBe(clashes.length > 0);
      if (merged === null) return;
      for (const name of names) {
        const expected = here!(name) === old!(name) ? there!(name) : here!(name);
        expect(textOf(merged)(name)).toBe(expected);
      }
    }),
    {numRuns: 500},
  );
});

function textOf(side: Members): (name: string) => string | undefined {
  return (name) => (Object.hasOwn(side, name) ? canonicalJson(side[name] as Json) : undefined);
}

test('data that is nested too deep to be written again is not merged', () => {
  const deep = (value: string) => utf8Bytes(`{"x":${'['.repeat(20_000)}${value}${']'.repeat(20_000)}}`);
  expect(mergeData(deep('1'), deep('2'), utf8Bytes('{"x":3}'))).toBeNull();
});
