import fc from 'fast-check';
import {expect, test} from 'vitest';
import {utf8Bytes, utf8Text} from '../../protocol/bytes.ts';
import {canonicalJson, type Json} from '../../protocol/canonical.ts';
import {readAttachment, readAttribute, readBranch, readNote, readOption, withRevival, writeData} from './note-data.ts';

interface Readable {
  readonly read: (data: Uint8Array | string) => unknown;
  readonly data: Parameters<typeof writeData>[0];
  readonly optional: readonly string[];
}

const note = {title: 'Bread', type: 'text', mime: 'text/html', created: 1_700_000_000_000};
const branch = {note: 'n', parent: 'root', key: 'a0', prefix: 'TODO'};
const attribute = {note: 'n', type: 'label', name: 'tag', value: '', inheritable: false, position: 0} as const;
const attachment = {note: 'n', title: 'a.png', role: 'image', mime: 'image/png', position: 1, blob: 'sha'};
const option = {key: 'device.x', value: 'Phone'};

const kinds: readonly Readable[] = [
  {read: readNote, data: note, optional: ['created']},
  {read: readBranch, data: branch, optional: ['prefix']},
  {read: readAttribute, data: attribute, optional: []},
  {read: readAttachment, data: attachment, optional: ['blob']},
  {read: readOption, data: option, optional: []},
];

test('what was written is read, from bytes or their text, with members that a newer app added', () => {
  for (const {read, data} of kinds) {
    const more = {...data, later: {by: ['a newer app']}};
    const bytes = writeData(more);
    expect(read(bytes)).toEqual(more);
    expect(read(utf8Text(bytes) ?? '')).toEqual(more);
  }
});

test('a member that is missing or of another type makes it no data of ours, an optional one may be missing', () => {
  for (const {read, data, optional} of kinds) {
    for (const name of Object.keys(data)) {
      const {[name]: _, ...rest} = data as {readonly [name: string]: Json};
      expect(read(canonicalJson(rest)) !== undefined).toBe(optional.includes(name));
      expect(read(canonicalJson({...rest, [name]: null}))).toBeUndefined();
      expect(read(canonicalJson({...rest, [name]: [1]}))).toBeUndefined();
    }
  }
  expect(readAttribute(canonicalJson({...attribute, type: 'other'}))).toBeUndefined();
  expect(readNote('{"title":"","type":"","mime":"","created":1e999}')).toBeUndefined();
});

test('no bytes throw', () => {
  const anything = fc.oneof(
    fc.uint8Array(),
    fc.json().map((text) => utf8Bytes(text)),
    fc.constantFrom(utf8Bytes('null'), utf8Bytes('[]'), utf8Bytes('{"__proto__":null}')),
  );
  fc.assert(
    fc.property(anything, (bytes) => {
      for (const {read} of kinds) expect(read(bytes)).toBeUndefined();
    }),
  );
});

test('bringing back marks what is a JSON object and keeps all its members', () => {
  const revived = withRevival(writeData({...note, later: 1}), 'revision');
  expect(revived === null ? null : JSON.parse(utf8Text(revived) ?? '')).toEqual({
    ...note,
    later: 1,
    revived: 'revision',
  });
  for (const text of ['null', '[]', '1', '', 'no JSON']) expect(withRevival(utf8Bytes(text), 'revision')).toBeNull();
});
