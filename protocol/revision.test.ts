import fc from 'fast-check';
import {expect, test} from 'vitest';
import {utf8Bytes} from './bytes.ts';
import {entityHash, makeVersion, REVISION_REASONS, type Version} from './entity.ts';
import {ID_PATTERN} from './ids.ts';
import {revisionId, revisionOf} from './revision.ts';
import {anyVersion, noteVersion, STAMP} from './testing/arbitrary.ts';
import {decodeVersion, encodeVersion} from './wire.ts';

const anyLoser = anyVersion.filter(({kind}) => kind !== 'revision');

test('two devices that keep the same version make the same revision, byte for byte', () => {
  fc.assert(
    fc.property(anyLoser, fc.constantFrom(...REVISION_REASONS), (loser, reason) => {
      const there: Version = {...loser, data: loser.data.slice(), body: loser.body?.slice() ?? null};
      expect(revisionOf(there, reason)).toEqual(revisionOf(loser, reason));
    }),
  );
});

test('has data, body and stamp of the version, and says what it is of', () => {
  fc.assert(
    fc.property(anyLoser, (loser) => {
      const revision = revisionOf(loser, 'restore');
      const {stamp, data, body} = loser;
      expect(revision).toMatchObject({kind: 'revision', deleted: false, stamp, data, body});
      expect(revision.meta).toMatchObject({type: 'revision', of: loser.id, ofKind: loser.kind, reason: 'restore'});
      expect(revision.hash).toBe(entityHash(revision.parts));
      expect({data: revision.parts.data, body: revision.parts.body}).toEqual({
        data: loser.parts.data,
        body: loser.parts.body,
      });
    }),
  );
});

test('passes the checks of every receiver, unless there is nothing to keep', () => {
  fc.assert(
    fc.property(
      anyLoser.filter(({data}) => data.length > 0),
      (loser) => {
        expect(decodeVersion(encodeVersion(revisionOf(loser, 'conflict'))).ok).toBe(true);
      },
    ),
  );
});

test('can be made of a version whose body is not here', () => {
  const note = noteVersion();
  const revision = revisionOf({...note, body: null}, 'conflict');
  expect(revision.body).toBeNull();
  expect({...revision, body: note.body}).toEqual(revisionOf(note, 'conflict'));
});

test('a conflict starts open, or as told; nothing else has a state', () => {
  expect(revisionOf(noteVersion(), 'conflict').meta).toMatchObject({state: 'open'});
  expect(revisionOf(noteVersion(), 'conflict', {state: 'merged'}).meta).toMatchObject({state: 'merged'});
  expect(revisionOf(noteVersion(), 'edit').meta).not.toHaveProperty('state');
});

test('remembers that the kept version was a deletion', () => {
  const deleted = makeVersion({
    ...noteVersion(),
    body: utf8Bytes('text'),
    deleted: true,
    meta: {type: 'tombstone', eraseAfterMs: 1},
  });
  expect(revisionOf(deleted, 'conflict').meta).toMatchObject({wasDeleted: true});
  expect(revisionOf(noteVersion(), 'conflict').meta).not.toHaveProperty('wasDeleted');
});

test('whatever tells two versions or reasons apart makes another id', () => {
  const {hash} = noteVersion();
  const ids = [
    revisionId('note1', STAMP, hash, 'conflict'),
    revisionId('note2', STAMP, hash, 'conflict'),
    revisionId('note1', `${STAMP}B`, hash, 'conflict'),
    revisionId('note1', STAMP, noteVersion({body: 'other'}).hash, 'conflict'),
    revisionId('note1', STAMP, hash, 'restore'),
    revisionId('note1', STAMP, hash, 'conflict', 'replica1'),
    revisionId('note1', STAMP, hash, 'conflict', 'replica2'),
  ];
  expect(new Set(ids).size).toBe(ids.length);
  for (const id of ids) expect(id).toMatch(ID_PATTERN);
});
