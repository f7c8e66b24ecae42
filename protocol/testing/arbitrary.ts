/** Generators of what travels: any bytes, ids, stamps, versions of every kind. */

import fc from 'fast-check';
import {type Bytes, utf8Bytes} from '../bytes.ts';
import {
  type Draft,
  hasBody,
  KINDS,
  type Meta,
  makeVersion,
  NO_BYTES,
  REVISION_REASONS,
  type Version,
} from '../entity.ts';
import {formatStamp, MAX_STAMP_MS, type StampParts} from '../stamp.ts';

const BOM = [0xef, 0xbb, 0xbf];

/** Text, text behind a byte order mark, with NULs, and bytes that are no text at all. */
export const anyBytes: fc.Arbitrary<Bytes> = fc.oneof(
  fc.string({unit: 'binary'}).map(utf8Bytes),
  fc.string().map((text) => new Uint8Array([...BOM, ...utf8Bytes(text)])),
  fc
    .constantFrom([0], [0xff], [0xc3, 0x28], [0xed, 0xa0, 0x80], BOM, [0xf4, 0x90, 0x80, 0x80])
    .map((bytes) => new Uint8Array(bytes)),
  fc.uint8Array().map((bytes) => new Uint8Array(bytes)),
);

export const anyId = fc.stringMatching(/^[A-Za-z0-9_-]{4,32}$/);

const counters = fc.oneof(fc.nat(3), fc.integer({min: 0, max: 36 ** 4 - 1}));
export const anyMillis = fc.oneof(fc.nat(3), fc.integer({min: 0, max: MAX_STAMP_MS}));
/** Stamps close to one another, so that properties about their order meet ties. */
export const anyStampParts: fc.Arbitrary<StampParts> = fc.record({
  millis: anyMillis,
  counter: counters,
  replica: anyId,
});
export const anyStamp = anyStampParts.map(formatStamp);

const tombstoneMeta: fc.Arbitrary<Meta> = fc.record(
  {type: fc.constant('tombstone' as const), eraseAfterMs: fc.nat(), of: anyId},
  {requiredKeys: ['type', 'eraseAfterMs']},
);
const revisionMeta: fc.Arbitrary<Meta> = fc.record(
  {
    type: fc.constant('revision' as const),
    of: anyId,
    ofKind: fc.constantFrom(...KINDS),
    stamp: anyStamp,
    reason: fc.constantFrom(...REVISION_REASONS),
    state: fc.constantFrom('open', 'merged', 'resolved'),
    wasDeleted: fc.constant(true as const),
  },
  {requiredKeys: ['type', 'of', 'ofKind', 'stamp', 'reason']},
);
const someBytes = anyBytes.filter((bytes) => bytes.length > 0);

/** Every shape that decodeVersion lets through: live, deleted, erased, revisions. */
export const anyVersion: fc.Arbitrary<Version> = fc
  .record({
    kind: fc.constantFrom(...KINDS),
    id: anyId,
    stamp: anyStamp,
    deleted: fc.boolean(),
    asTombstone: tombstoneMeta,
    asRevision: revisionMeta,
    data: someBytes,
    erased: fc.boolean(),
    body: anyBytes,
  })
  .map(({kind, id, stamp, deleted, asTombstone, asRevision, data, erased, body}) => {
    const gone = deleted && erased;
    const draft: Draft = {
      kind,
      id,
      stamp,
      deleted,
      meta: deleted ? asTombstone : kind === 'revision' ? asRevision : null,
      data: gone ? NO_BYTES : data,
      body: gone || !hasBody(kind) ? NO_BYTES : body,
    };
    return makeVersion(draft);
  });

/** A live note with these texts. */
export function noteVersion({data = '{"title":"A"}', body = '<p>a</p>', stamp = STAMP} = {}): Version {
  return makeVersion({
    kind: 'note',
    id: 'note1',
    stamp,
    deleted: false,
    meta: null,
    data: utf8Bytes(data),
    body: utf8Bytes(body),
  });
}

export const STAMP = formatStamp({millis: Date.UTC(2026, 0, 1), counter: 0, replica: 'replicaA'});
