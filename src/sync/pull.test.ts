import {expect, test} from 'vitest';
import {utf8Bytes, utf8Text} from '../../protocol/bytes.ts';
import {EMPTY_HASH} from '../../protocol/hash.ts';
import {PULL_PAGE_BYTES} from '../../protocol/limits.ts';
import {fetchEntities} from './fetch-entities.ts';
import type {Store} from './ports.ts';
import {pushAll} from './push.ts';
import {runRound} from './round.ts';
import {createWorld, type Device, settle, type World} from './testing/world.ts';
import {verifyEverything} from './verify.ts';

const NOTE = {kind: 'note', id: 'note1'} as const;

async function twoDevices(): Promise<{world: World; a: Device; b: Device}> {
  const world = await createWorld();
  const a = await world.device('A');
  await a.create('note1', 'One', 'base');
  const b = await world.device('B');
  await settle(a, b);
  return {world, a, b};
}

test('a page that was read before an own push does not bring the older version back', async () => {
  const {world, a, b} = await twoDevices();
  await b.save('note1', await b.load('note1'), {text: 'from B'});
  await b.round();
  a.afterCall = async (name) => {
    if (name !== 'pull') return;
    a.afterCall = null;
    world.nowMs += 1000;
    await a.save('note1', await a.load('note1'), {text: 'from A, newer'});
    expect((await pushAll(a.ports)).ok).toBe(true);
  };
  await a.round();
  expect((await a.read('note1'))?.text).toBe('from A, newer');
});

test('a page whose place was passed meanwhile moves the cursor nowhere', async () => {
  const {world, a, b} = await twoDevices();
  await b.create('note2', 'Two', 'two');
  await b.round();
  a.afterCall = async (name) => {
    if (name !== 'pull') return;
    a.afterCall = null;
    await b.create('note3', 'Three', 'three');
    await b.round();
    await a.round();
  };
  await a.round();
  const {seq} = (await world.core.standing(world.accountId)).head;
  expect((await a.state()).cursor?.seq).toBe(seq);
});

test('the next page is asked for before this one is stored', async () => {
  const {a, b} = await twoDevices();
  for (let n = 0; n < 3; n++) await b.create(`large${n}`, 'Large', 'x'.repeat(PULL_PAGE_BYTES + 1));
  await b.round();
  a.calls.length = 0;
  const asked: number[] = [];
  const {transaction} = a.store;
  const store: Store = {
    ...a.store,
    transaction: (mode, body) =>
      transaction(mode, (tx) =>
        body({
          ...tx,
          putEntities: (rows) => {
            asked.push(a.calls.filter(({name}) => name === 'pull').length);
            return tx.putEntities(rows);
          },
        }),
      ),
  };
  expect((await runRound({...a.ports, store})).ok).toBe(true);
  expect((await a.read('large2'))?.text).toHaveLength(PULL_PAGE_BYTES + 1);
  expect(asked[0]).toBeGreaterThan(1);
});

test('a pulled version of an edited note waits with the edit, and counts in the digest', async () => {
  const {a, b} = await twoDevices();
  await b.save('note1', await b.load('note1'), {text: 'from B'});
  await b.round();
  a.clockMs = 6 * 60_000; // holds the push
  await a.save('note1', await a.load('note1'), {text: 'from A'});
  await a.round();
  expect((await a.read('note1'))?.text).toBe('from A');
  expect(await a.outbox({kind: 'note', id: 'note1'})).toMatchObject({theirs: {seq: expect.any(Number)}});
  expect((await a.state()).lastCheck?.result).toBe('equal');
});

test('a deletion that the server has and has erased since is erased here too, where it is pulled before its push is answered', async () => {
  const {world, a} = await twoDevices();
  await a.writer.write([{type: 'delete', kind: 'note', id: 'note1', eraseAfterMs: 0}]);
  a.faults.push({call: 'push', lose: 'answer'});
  await a.round();
  world.nowMs += 1000;
  await world.core.erase();
  a.clockMs = 6 * 60_000; // holds the push
  await a.round();
  expect(await a.outbox({kind: 'note', id: 'note1'})).toBeUndefined();
  expect(await a.entity({kind: 'note', id: 'note1'})).toMatchObject({parts: {data: EMPTY_HASH, body: EMPTY_HASH}});
  expect((await verifyEverything(a.ports, () => undefined)).verification).toMatchObject({result: 'equal', repaired: 0});
});

test('an edit whose outbox row was damaged away stays a conflict, where another device’s version takes its place', async () => {
  const {world, a, b} = await twoDevices();
  await a.save('note1', await a.load('note1'), {text: 'from A, and nobody knows'});
  await a.store.transaction('write', (tx) => tx.deleteOutbox([NOTE]));
  world.nowMs += 1000;
  await b.save('note1', await b.load('note1'), {text: 'from B'});
  await settle(b, a);
  expect(await a.read('note1')).toEqual({title: 'One', text: 'from B'});
  await settle(a, b);
  expect(await revisionTexts(b)).toContain('from A, and nobody knows');
});

test('a version that a damaged server has forgotten stays a conflict, where it gives out an older one', async () => {
  const {world, a, b} = await twoDevices();
  await a.save('note1', await a.load('note1'), {text: 'older, not sent yet'});
  world.nowMs += 1000;
  await b.save('note1', await b.load('note1'), {text: 'newer, and acknowledged'});
  await b.round();
  const rows = world.storage.tables.entities.get(world.accountId);
  const stored = rows?.get('note:note1');
  if (rows === undefined || stored === undefined) throw new Error('not on the server');
  rows.set('note:note1', {...stored, row: {...stored.row, body: utf8Bytes('#')}});
  await settle(a, b);
  expect((await b.read('note1'))?.text).toBe('older, not sent yet');
  expect(await revisionTexts(a)).toContain('newer, and acknowledged');
});

test('a version that was damaged on the server when a later one took its place unseen stays a conflict', async () => {
  const {world, a, b} = await twoDevices();
  await b.save('note1', await b.load('note1'), {text: 'acknowledged, and then damaged'});
  await b.round();
  const rows = world.storage.tables.entities.get(world.accountId);
  const stored = rows?.get('note:note1');
  if (rows === undefined || stored === undefined) throw new Error('not on the server');
  rows.set('note:note1', {...stored, row: {...stored.row, body: utf8Bytes('#')}});
  world.nowMs += 60_000;
  await a.save('note1', await a.load('note1'), {text: 'later, by who had not seen it'});
  await pushAll(a.ports);
  await settle(b, a);
  expect((await b.read('note1'))?.text).toBe('later, by who had not seen it');
  expect(await revisionTexts(a)).toContain('acknowledged, and then damaged');
});

/** Of this device's revisions of the note. */
async function revisionTexts({store}: Device): Promise<(string | undefined)[]> {
  return store.transaction('read', async (tx) => {
    const revisions = await tx.revisionsOf(NOTE.id);
    return (await tx.bodies(revisions)).map((body) => body && utf8Text(body.body));
  });
}

test('a pulled version whose text was left out, as this device had it once, comes with it where it isn’t here any more', async () => {
  const {world, a, b} = await twoDevices();
  await b.store.transaction('write', (tx) => tx.deleteBodies([NOTE]));
  world.nowMs += 1000;
  await a.save('note1', await a.load('note1'), {title: 'Renamed'});
  await a.round();
  b.faults.push({call: 'fetch', lose: 'answer'});
  await b.round();
  expect(await b.read('note1')).toEqual({title: 'One', text: null}); // nothing of the page is stored without it
  await settle(b);
  expect(await b.read('note1')).toEqual({title: 'Renamed', text: 'base'});
});

test('the answer to another account or another history is not stored', async () => {
  const {world, a, b} = await twoDevices();
  await b.create('note2', 'Two', 'two');
  await b.round();
  await a.store.transaction('write', async (tx) => {
    const state = await tx.state();
    if (state?.server)
      await tx.putState({...state, server: {...state.server, account: {id: 'someone-else', username: 'x'}}});
  });
  const result = await a.round();
  expect(result.ok ? null : result.error.type).toBe('other_account');
  expect(await a.read('note2')).toBeUndefined();
  expect(world.accountId).not.toBe('someone-else');
});

test('the answer of another history is not stored, though nothing of it was asked for by position', async () => {
  const {a} = await twoDevices();
  await a.store.transaction('write', async (tx) => {
    const state = await tx.state();
    // Positions that this server knows, under the name of another history: only the answer's epoch can tell.
    if (state) await tx.putState({...state, epoch: 'another-history', cursor: state.cursor, seen: state.seen});
  });
  const fetched = await fetchEntities(a.ports, [{kind: 'note', id: 'note1'}]);
  expect(fetched.ok ? null : fetched.error.type).toBe('other_history');
});
