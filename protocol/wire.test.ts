import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import * as z from 'zod/mini';
import {type Bytes, utf8Bytes} from './bytes.ts';
import {hasBody, KINDS, type Kind, type Meta, makeVersion, NO_BYTES, type Version} from './entity.ts';
import {hashOf} from './hash.ts';
import {MAX_ENTITY_BYTES} from './limits.ts';
import {type WireVersion, wireVersionSchema} from './messages.ts';
import {anyBytes, anyVersion, noteVersion, STAMP} from './testing/arbitrary.ts';
import {decodePart, decodeVersion, encodePart, encodeVersion, isWhole} from './wire.ts';

const TOMBSTONE: Meta = {type: 'tombstone', eraseAfterMs: 1000};
const REVISION: Meta = {type: 'revision', of: 'note1', ofKind: 'note', stamp: STAMP, reason: 'edit'};

/** What the other side reads: through JSON and the schema, as every message goes. */
function travel(wire: WireVersion): WireVersion {
  return z.parse(wireVersionSchema, JSON.parse(JSON.stringify(wire)));
}

function faultOf(wire: WireVersion): string | undefined {
  const decoded = decodeVersion(travel(wire));
  return decoded.ok ? undefined : decoded.error.type;
}

/** A version whose hashes are right, whatever its shape. */
function draft(kind: Kind, deleted: boolean, meta: Meta | null, data: Bytes, body: Bytes): WireVersion {
  return encodeVersion(makeVersion({kind, id: 'entity1', stamp: STAMP, deleted, meta, data, body}));
}

function flip(bytes: Uint8Array, at: number): Bytes {
  const flipped = new Uint8Array(bytes);
  flipped[at % flipped.length]! ^= 1 << (at % 8);
  return flipped;
}

describe('a part', () => {
  test('keeps its bytes, text or not', () => {
    fc.assert(
      fc.property(anyBytes, (bytes) => {
        expect(decodePart(JSON.parse(JSON.stringify(encodePart(bytes))))).toEqual(bytes);
      }),
    );
  });

  test('is text where it can be', () => {
    expect(encodePart(utf8Bytes('\ufeffé\0'))).toBe('\ufeffé\0');
    expect(encodePart(Uint8Array.of(0xff))).toEqual({base64: '_w'});
  });

  test('that is no base64url is no part', () => {
    expect(decodePart({base64: '_w=='})).toBeUndefined();
  });
});

describe('a version', () => {
  test('arrives as it was sent, whatever its bytes are', () => {
    fc.assert(
      fc.property(anyVersion, (version) => {
        const decoded = decodeVersion(travel(encodeVersion(version)));
        expect(decoded).toEqual({ok: true, value: version});
        expect(decoded.ok && isWhole(decoded.value)).toBe(true);
      }),
    );
  });

  test('says nothing of what it does not have', () => {
    expect(Object.keys(encodeVersion(noteVersion({body: ''}))).sort()).toEqual(
      ['data', 'hash', 'id', 'kind', 'parts', 'stamp'].sort(),
    );
    expect(encodeVersion(noteVersion({body: ''})).parts).toEqual({data: noteVersion().parts.data});
  });

  test('arrives without the parts that were left out, and with all of its hashes', () => {
    fc.assert(
      fc.property(anyVersion, fc.boolean(), fc.boolean(), (version, data, body) => {
        const decoded = decodeVersion(travel(encodeVersion(version, {data, body})));
        const left: unknown = {
          ...version,
          data: data && version.data.length > 0 ? null : version.data,
          body: body && version.body?.length ? null : version.body,
        };
        expect(decoded).toEqual({ok: true, value: left});
      }),
    );
  });

  test('whose data was left out is not whole; one whose body is not here is', () => {
    const decoded = decodeVersion(encodeVersion(noteVersion(), {data: true}));
    expect(decoded.ok && isWhole(decoded.value)).toBe(false);
    const bodiless = decodeVersion(encodeVersion({...noteVersion(), body: null}));
    expect(bodiless).toEqual({ok: true, value: {...noteVersion(), body: null}});
    expect(bodiless.ok && isWhole(bodiless.value)).toBe(true);
  });

  test('that is empty is told from one that was left out', () => {
    const empty = decodeVersion(encodeVersion(noteVersion({body: ''}), {body: true}));
    expect(empty.ok && empty.value.body).toEqual(NO_BYTES);
  });
});

describe('what was changed on the way is found', () => {
  /** Every change that keeps the schema's shape, one at a time. */
  function tampered(version: Version, at: number): WireVersion[] {
    const wire = encodeVersion(version);
    const other = hashOf(utf8Bytes(`other ${version.hash}`));
    const changes: WireVersion[] = [
      {...wire, hash: other},
      {...wire, parts: {...wire.parts, meta: other}},
      {...wire, parts: {...wire.parts, data: other}},
      {...wire, parts: {...wire.parts, body: other}},
      {...wire, data: encodePart(version.data.length > 0 ? flip(version.data, at) : utf8Bytes('x'))},
      {...wire, body: encodePart(version.body?.length ? flip(version.body, at) : utf8Bytes('x'))},
    ];
    const {meta, ...bare} = wire;
    if (meta?.type === 'tombstone') changes.push({...wire, meta: {...meta, eraseAfterMs: meta.eraseAfterMs + 1}});
    if (meta?.type === 'revision') changes.push({...wire, meta: {...meta, of: `${meta.of.slice(1)}x`}}, bare);
    if (meta === undefined) changes.push({...wire, meta: REVISION}, {...wire, deleted: true, meta: TOMBSTONE});
    if (wire.parts.data !== undefined) {
      const {data: _, ...rest} = wire.parts;
      changes.push({...wire, parts: rest});
    }
    if (wire.parts.body !== undefined) {
      const {body: _, ...rest} = wire.parts;
      changes.push({...wire, parts: rest});
    }
    return changes;
  }

  test('in any of hash, part hashes, meta, data and body', () => {
    fc.assert(
      fc.property(anyVersion, fc.nat(), (version, at) => {
        for (const wire of tampered(version, at)) expect(faultOf(wire)).toMatch(/^(wrong_hash|malformed_entity)$/);
      }),
    );
  });

  test('also where the parts themselves were left out', () => {
    const wire = encodeVersion(noteVersion(), {data: true, body: true});
    expect(faultOf(wire)).toBeUndefined();
    const parts = {...wire.parts, data: hashOf(utf8Bytes('other'))};
    expect(faultOf({...wire, parts})).toBe('wrong_hash');
  });

  test('when two parts changed places', () => {
    const wire = draft('note', false, null, utf8Bytes('one'), utf8Bytes('two'));
    const parts = {data: hashOf(utf8Bytes('two')), body: hashOf(utf8Bytes('one'))};
    expect(faultOf({...wire, parts, data: 'two', body: 'one'})).toBe('wrong_hash');
  });

  test('when half a character stands where another text was', () => {
    expect(faultOf({...encodeVersion(noteVersion({body: 'a'})), body: '\ud800'})).toBe('wrong_hash');
  });

  test('when a part is no base64url', () => {
    const wire = draft('note', false, null, utf8Bytes('one'), Uint8Array.of(0xff));
    expect(faultOf({...wire, body: {base64: '_x'}})).toBe('wrong_hash');
  });

  test('and the fault names the entity', () => {
    const decoded = decodeVersion({...encodeVersion(noteVersion()), body: 'other'});
    expect(decoded).toMatchObject({ok: false, error: {message: expect.stringContaining('note1')}});
  });
});

describe('a shape that no version has is malformed', () => {
  const data = utf8Bytes('{}');

  test('deleted without a tombstone’s meta', () => {
    expect(faultOf(draft('note', true, null, data, NO_BYTES))).toBe('malformed_entity');
    expect(faultOf(draft('revision', true, REVISION, data, NO_BYTES))).toBe('malformed_entity');
  });

  test('a tombstone’s meta on a live entity', () => {
    expect(faultOf(draft('note', false, TOMBSTONE, data, NO_BYTES))).toBe('malformed_entity');
  });

  test('a revision without its meta, or that meta on anything else', () => {
    expect(faultOf(draft('revision', false, null, data, NO_BYTES))).toBe('malformed_entity');
    expect(faultOf(draft('note', false, REVISION, data, NO_BYTES))).toBe('malformed_entity');
  });

  test('live and without data', () => {
    expect(faultOf(draft('note', false, null, NO_BYTES, utf8Bytes('text')))).toBe('malformed_entity');
  });

  test('a body on a kind that has none', () => {
    for (const kind of KINDS.filter((one) => !hasBody(one))) {
      expect(faultOf(draft(kind, false, null, data, utf8Bytes('text')))).toBe('malformed_entity');
    }
  });

  test('while a deleted revision is a tombstone like any other', () => {
    expect(faultOf(draft('revision', true, TOMBSTONE, data, utf8Bytes('text')))).toBeUndefined();
  });
});

describe('the largest entity', () => {
  const body = new Uint8Array(MAX_ENTITY_BYTES - 2).fill(0x61);

  test('of as many bytes as allowed passes', () => {
    expect(decodeVersion(draft('note', false, null, utf8Bytes('{}'), body)).ok).toBe(true);
  });

  test('with one more, data and body together, is too large', () => {
    const decoded = decodeVersion(draft('note', false, null, utf8Bytes('{1}'), body));
    expect(decoded).toMatchObject({ok: false, error: {type: 'entity_too_large'}});
  });
});
