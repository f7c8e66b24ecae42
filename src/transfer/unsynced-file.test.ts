import {expect, test} from 'vitest';
import {type Bytes, utf8Bytes} from '../../protocol/bytes.ts';
import {type Draft, makeVersion, type Version} from '../../protocol/entity.ts';
import type {OutboxRow} from '../sync/ports.ts';
import {makeUnsyncedFile, type UnsyncedChange} from './unsynced-file.ts';

const NOON_MS = new Date(2026, 10, 23, 12).getTime();
const DATA = '{"mime":"text/html","title":"Plan","type":"text"}';
const STAMP = '0mh000000-0000-replica000000000';

function version(parts: Partial<Omit<Draft, 'body'>> & {readonly body?: Bytes | null} = {}): Version {
  const {body = utf8Bytes('<p>Text</p>'), data = utf8Bytes(DATA), ...more} = parts;
  const draft = {kind: 'note', id: 'note1', stamp: STAMP, deleted: false, meta: null, ...more} as const;
  const made = makeVersion({...draft, data, body: body ?? utf8Bytes('elsewhere')});
  return body === null ? {...made, body: null} : made;
}

function change(waiting: Version, row: Partial<OutboxRow> = {}): UnsyncedChange {
  const {kind, id, stamp} = waiting;
  const times = {editedMs: NOON_MS, queuedMs: NOON_MS - 60_000};
  const empty = {base: null, baseVersion: null, sent: [], theirs: null, tries: 0, parked: null, sendWhole: false};
  return {title: 'Plan', change: 'edited', version: waiting, row: {kind, id, stamp, ...times, ...empty, ...row}};
}

async function makeFile(...changes: readonly UnsyncedChange[]) {
  const pieces = async function* () {
    for (const one of changes) yield [one];
  };
  const server = {address: 'https://aster.test', account: {username: 'ada'}};
  const refusalWords = () => 'This note is larger than the server takes.';
  const about = {app: '0.1.0', device: 'Desk', server, nowMs: NOON_MS, refusalWords};
  const file = await makeUnsyncedFile({pieces: pieces(), ...about});
  return {...file, json: JSON.parse(await file.blob.text())};
}

test('the file is named by the day and says of what and whose it is', async () => {
  const {name, json, count} = await makeFile(change(version()));
  expect(name).toBe('aster-unsynced-changes-2026-11-23.json');
  expect(count).toBe(1);
  expect(json).toMatchObject({
    format: 'aster-unsynced-changes',
    exported: new Date(NOON_MS).toISOString(),
    device: 'Desk',
    server: 'https://aster.test',
    account: 'ada',
  });
});

test('a refused edit has its text, what it was made on, its times and the cause in words', async () => {
  const before = version({body: utf8Bytes('<p>Before</p>')});
  const parked = {type: 'entity_too_large', message: 'internal'} as const;
  const {json} = await makeFile(change(version(), {base: STAMP, baseVersion: before, parked, tries: 3}));
  expect(json.changes).toEqual([
    {
      title: 'Plan',
      kind: 'note',
      id: 'note1',
      change: 'edited',
      edited: new Date(NOON_MS).toISOString(),
      waitingSince: new Date(NOON_MS - 60_000).toISOString(),
      tries: 3,
      refused: {type: 'entity_too_large', cause: 'This note is larger than the server takes.'},
      stamp: STAMP,
      deleted: false,
      data: {mime: 'text/html', title: 'Plan', type: 'text'},
      text: '<p>Text</p>',
      base: {
        stamp: STAMP,
        deleted: false,
        data: {mime: 'text/html', title: 'Plan', type: 'text'},
        text: '<p>Before</p>',
      },
      theirs: null,
    },
  ]);
});

test('bytes that are no text come as base64 that gives them back', async () => {
  const bytes = new Uint8Array([0xff, 0xfe, 0x00, 0xfb, 0xef, 0xbe, 0x80]);
  const {json} = await makeFile(change(version({body: bytes, data: bytes})));
  const [{text, data}] = json.changes;
  expect(Buffer.from(text.base64, 'base64')).toEqual(Buffer.from(bytes));
  expect(data).toEqual(text);
  expect(text.base64).toBe(Buffer.from(bytes).toString('base64'));
});

test.each([
  'no JSON at all',
  '{"b":1, "a":2}',
  '{"title":"A","title":"B"}',
  '',
])('data that an object would not say again stays as written: %j', async (data) => {
  const {json} = await makeFile(change(version({data: utf8Bytes(data)})));
  expect(json.changes[0].data).toBe(data);
});

test('every character of a text comes back', async () => {
  const text = 'quotes " and \\ \u0000 \u2028 é 👩‍🚀 \ufeff</script>';
  const {json} = await makeFile(change(version({body: utf8Bytes(text)})));
  expect(json.changes[0].text).toBe(text);
});

test('a text that is not on the device is said to be missing, not empty', async () => {
  const {json} = await makeFile(change(version({body: null})), change(version({body: utf8Bytes('')})));
  expect(json.changes[0]).toMatchObject({text: null, textMissing: expect.stringContaining('Not on this device')});
  expect(json.changes[1].text).toBe('');
});

test('a newer version of the server, a deletion and a place are told with what they are', async () => {
  const meta = {type: 'tombstone', eraseAfterMs: 5} as const;
  const branch = version({kind: 'branch', id: 'branch1', body: utf8Bytes(''), data: utf8Bytes('{"note":"note1"}')});
  const theirs = {...version({body: utf8Bytes('theirs')}), seq: 9};
  const {json} = await makeFile(change(version({deleted: true, meta})), change(branch), change(version(), {theirs}));
  expect(json.changes[0]).toMatchObject({deleted: true, meta, text: '<p>Text</p>'});
  expect(json.changes[1]).not.toHaveProperty('text');
  expect(json.changes[2].theirs.text).toBe('theirs');
});

test('with nothing waiting the file is still whole', async () => {
  expect((await makeFile()).json.changes).toEqual([]);
});
