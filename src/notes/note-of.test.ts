import {expect, test} from 'vitest';
import {utf8Bytes} from '../../protocol/bytes.ts';
import {type Head, type Kind, type Meta, makeVersion, type RevisionMeta} from '../../protocol/entity.ts';
import {writeData} from './note-data.ts';
import {noteOf} from './note-of.ts';

const stamp = '000000001-0000-abcdefgh';
const BRANCH = writeData({note: 'n1', parent: 'root', key: 'a'});
const LABEL = writeData({note: 'n1', type: 'label', name: 'l', value: '', inheritable: false, position: 0});
const FILE = writeData({note: 'n1', title: '', role: 'file', mime: '', position: 0});
const revisionOf = (of: string, ofKind: Kind): RevisionMeta => ({type: 'revision', of, ofKind, stamp, reason: 'edit'});

function head(kind: Kind, id: string, data: Uint8Array<ArrayBuffer>, meta: Meta | null = null): Head {
  return makeVersion({kind, id, stamp, deleted: meta?.type === 'tombstone', meta, data, body: utf8Bytes('')});
}

test.each<[string, Head, string | null]>([
  ['a note', head('note', 'n1', utf8Bytes('{}')), 'n1'],
  ['a place', head('branch', 'b1', BRANCH), 'n1'],
  ['a label', head('attribute', 'a1', LABEL), 'n1'],
  ['a file', head('attachment', 'f1', FILE), 'n1'],
  ['a revision of a note', head('revision', 'r1', utf8Bytes('{}'), revisionOf('n1', 'note')), 'n1'],
  ['a revision of a label', head('revision', 'r1', LABEL, revisionOf('a1', 'attribute')), 'n1'],
  [
    'what was deleted with a note',
    head('branch', 'b1', utf8Bytes(''), {type: 'tombstone', eraseAfterMs: 1, of: 'n1'}),
    'n1',
  ],
  ['a place that was deleted alone', head('branch', 'b1', BRANCH, {type: 'tombstone', eraseAfterMs: 1}), 'n1'],
  ['an option', head('option', 'o1', utf8Bytes('{}')), null],
  ['data that isn’t ours', head('branch', 'b1', utf8Bytes('?')), null],
])('the note of %s', (_, row, note) => {
  expect(noteOf(row)).toBe(note);
});
