/** The worked example of docs/protocol.md: its values are fixed here, so that neither code nor text can drift. */

import {readFileSync} from 'node:fs';
import {expect, test} from 'vitest';
import {toHex, utf8Bytes} from './bytes.ts';
import {canonicalJson} from './canonical.ts';
import {addLeaf, bucketDigest, bucketOf, EMPTY_BUCKET, leafOf, leafPrefix, rootDigest} from './digest.ts';
import {makeVersion} from './entity.ts';
import {hashOf} from './hash.ts';
import {derivedId} from './ids.ts';
import {revisionOf} from './revision.ts';
import {formatStamp} from './stamp.ts';
import {encodeVersion} from './wire.ts';

const documented = readFileSync(new URL('../docs/protocol.md', import.meta.url), 'utf8');

const note = makeVersion({
  kind: 'note',
  id: 'exampleNote1',
  stamp: formatStamp({millis: Date.UTC(2026, 0, 1), counter: 0, replica: 'laptop-replica-1'}),
  deleted: false,
  meta: null,
  data: utf8Bytes(canonicalJson({type: 'text', title: 'Shopping', mime: 'text/html'})),
  body: utf8Bytes('<p>Milk</p>'),
});
const leaf = leafOf(note);
const bucket = addLeaf(EMPTY_BUCKET, leaf);
const revision = revisionOf(note, 'conflict');

test('the note of the example is pushed as documented', () => {
  const pushed = {...encodeVersion(note), base: null, sent: []};
  expect(documented).toContain(JSON.stringify(pushed, null, 2));
});

test.each([
  ['hash of no bytes', hashOf(new Uint8Array(0)), '47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU'],
  ['hash', note.hash, 'i4-FaGGC8YQdX4SsNfs_xVP20qRo-Cn-T_9C08SL9nE'],
  ['leaf', toHex(leaf), 'fd101b24adb34f1a5f1e36dfd1add700a5d9792a8b850dda9d3f1bf209e22070'],
  ['leaf prefix', leafPrefix(leaf), '_RAbJK2zTxo'],
  ['bucket', String(bucketOf(note.id)), '171'],
  ['digest of its bucket', toHex(bucketDigest(bucket)), '636e1b84bc76471cbe6d4842c56a7181'],
  ['digest of an empty bucket', toHex(bucketDigest(EMPTY_BUCKET)), 'df054133ec4d77cbd71cd18fe9a6fa20'],
  [
    'root',
    rootDigest((index) => (index === bucketOf(note.id) ? bucket : undefined)),
    'XEju_x9bqeLNH9Cl9VLwxynrWWlPj3nzm3u9ItRfdow',
  ],
  ['root of nothing', rootDigest(() => undefined), 'iNsAoFKvUTIRgZ0UsaogrHYxo2GDoK84ZPTBAqxl_Jw'],
  ['id of its conflict revision', revision.id, 'VX_d-sCm8Or8kumw'],
  ['meta hash of its conflict revision', revision.parts.meta, 'hgmCTK4zjmyRFGbdm5chbFWjDJuroWZkoLFQkd-aiKU'],
  ['hash of its conflict revision', revision.hash, 'KAgRlJpVE6MHv4MJAACG6jzKvRjVodJecdvvDv6I8VQ'],
  ['derived id', derivedId('option', 'device.laptop-replica-1'), 'Us-jw4U7xoreru07'],
])('the %s of the example is the documented one', (_, computed, constant) => {
  expect(computed).toBe(constant);
  expect(documented).toContain(constant);
});
