import fc from 'fast-check';
import {expect, test} from 'vitest';
import {utf8Bytes} from './bytes.ts';
import {canonicalBytes, canonicalJson, type Json} from './canonical.ts';

const {json} = fc.letrec<{json: Json}>((tie) => ({
  json: fc.oneof(
    {maxDepth: 4},
    fc.oneof(fc.string({unit: 'binary'}), fc.maxSafeInteger(), fc.boolean(), fc.constant(null)),
    fc.array(tie('json')),
    fc.dictionary(fc.string(), tie('json')),
  ),
}));

/** The same value with the members of every object in another order. */
function turned(value: Json): Json {
  if (Array.isArray(value)) return value.map(turned);
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value as {readonly [key: string]: Json}).reverse();
  return Object.fromEntries(members.map(([key, member]) => [key, turned(member)]));
}

test('is JSON of the same value', () => {
  fc.assert(
    fc.property(json, (value) => {
      expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
    }),
  );
});

test('does not depend on the order in which members were written', () => {
  fc.assert(
    fc.property(json, (value) => {
      expect(canonicalJson(turned(value))).toBe(canonicalJson(value));
    }),
  );
});

test('reading and writing it again changes nothing', () => {
  fc.assert(
    fc.property(json, (value) => {
      const text = canonicalJson(value);
      expect(canonicalJson(JSON.parse(text))).toBe(text);
    }),
  );
});

test('members are sorted by code unit, without white space', () => {
  expect(canonicalJson({b: 1, a: [true, null, 'x y'], B: {é: 0, z: 0}, '10': 0, '9': 0})).toBe(
    '{"10":0,"9":0,"B":{"z":0,"é":0},"a":[true,null,"x y"],"b":1}',
  );
  expect(canonicalJson({'\u{1f600}': 1, '\uffee': 2})).toBe('{"\u{1f600}":1,"\uffee":2}');
});

test('a member that is undefined is left out', () => {
  expect(canonicalJson({a: undefined, b: {c: undefined}})).toBe('{"b":{}}');
});

test('a member called __proto__ is a member', () => {
  expect(canonicalJson(JSON.parse('{"b":1,"__proto__":2}'))).toBe('{"__proto__":2,"b":1}');
});

test('its bytes are UTF-8, half a character escaped', () => {
  expect(canonicalBytes({text: 'é\ud800'})).toEqual(utf8Bytes('{"text":"é\\ud800"}'));
});
