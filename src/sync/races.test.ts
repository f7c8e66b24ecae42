/**
 * What happens between the steps of a round: edits, pulls and sign-ins while an answer is under way, bodies that aren't
 * here, storages that fail. Each was lost, stuck or told wrongly once.
 */

import {expect, test} from 'vitest';
import {utf8Bytes} from '../../protocol/bytes.ts';
import {SyncFailure} from '../../protocol/errors.ts';
import {hashOf} from '../../protocol/hash.ts';
import {localRoot} from './check.ts';
import {fetchEntities} from './fetch-entities.ts';
import {pullAll} from './pull.ts';
import {runRound} from './round.ts';
import {createWorld, type Device, noteData, settle, type World} from './testing/world.ts';

const note = (id: string) => ({kind: 'note' as const, id});

async function rootsOf(world: World, ...devices: Device[]): Promise<string[]> {
  const roots = await Promise.all(devices.map((device) => device.store.transaction('read', localRoot)));
  return [(await world.core.standing(world.accountId)).root, ...roots];
}
function rows(device: Device) {
  const tables = device.store.snapshot() as {
    entities: Map<string, {kind: string; data: Uint8Array; meta: {reason?: string; state?: string} | null}>;
  };
  return [...tables.entities.values()];
}
const conflictsOf = (device: Device) =>
  rows(device)
    .filter((row) => row.meta?.reason === 'conflict')
    .map((row) => row.meta?.state ?? '');

/** b has the head of note1, and the request for the bodies was lost. */
async function headWithoutBody() {
  const world = await createWorld();
  const a = await world.device('A');
  await a.create('note1', 'One', 'base');
  await settle(a);
  const b = await world.device('B');
  let pulls = 0;
  b.afterCall = async (name) => {
    if (name === 'pull' && ++pulls === 1) b.faults.push({call: 'pull', lose: 'request'});
  };
  await b.round();
  b.afterCall = null;
  expect(await b.read('note1')).toEqual({title: 'One', text: null});
  return {world, a, b};
}

const rename = (device: Device, title: string) =>
  device.writer.write([{type: 'patch', ...note('note1'), edit: () => noteData(title)}]);

test('won and merged while an edit was made since', async () => {
  const world = await createWorld();
  const a = await world.device('A');
  await a.create('note1', 'One', 'base');
  const b = await world.device('B');
  await settle(a, b);
  world.nowMs += 1000;
  await a.save('note1', await a.load('note1'), {title: 'Renamed'});
  await a.round();
  world.nowMs += 1000;
  await b.save('note1', await b.load('note1'), {text: 'edited'});
  let pushes = 0;
  b.afterCall = async (name) => {
    if (name !== 'push' || ++pushes < 2) return; // the first is told that parts are needed
    b.afterCall = null;
    await b.save('note1', await b.load('note1'), {text: 'edited further'});
  };
  await b.round();
  await settle(a, b);
  for (const device of [a, b]) expect(await device.read('note1')).toEqual({title: 'Renamed', text: 'edited further'});
  expect(new Set(await rootsOf(world, a, b)).size).toBe(1);
});

test('parts_needed: an edit made since is not lost', async () => {
  const {world, a, b} = await headWithoutBody();
  world.nowMs += 1000;
  await a.save('note1', await a.load('note1'), {text: 'new text'});
  await a.round();
  world.nowMs += 1000;
  await rename(b, 'X');
  b.afterCall = async (name) => {
    if (name !== 'push') return;
    b.afterCall = null;
    world.nowMs += 1000;
    await rename(b, 'Y');
  };
  await b.round();
  await settle(a, b);
  expect(await b.read('note1')).toEqual({title: 'Y', text: 'new text'});
});

test('parts_needed: a deletion made since is not lost', async () => {
  const {world, a, b} = await headWithoutBody();
  world.nowMs += 1000;
  await a.save('note1', await a.load('note1'), {text: 'new text'});
  await a.round();
  world.nowMs += 1000;
  await rename(b, 'X');
  b.afterCall = async (name) => {
    if (name !== 'push') return;
    b.afterCall = null;
    world.nowMs += 1000;
    await b.remove('note1');
  };
  await b.round();
  await settle(a, b);
  expect(await b.read('note1')).toBeUndefined();
});

test('parts_needed: a text that came while the request was under way is here now', async () => {
  const {world, a, b} = await headWithoutBody();
  world.nowMs += 1000;
  await a.save('note1', await a.load('note1'), {text: 'new text'});
  await a.round();
  world.nowMs += 1000;
  await rename(b, 'X');
  b.afterCall = async (name) => {
    if (name !== 'push') return;
    b.afterCall = null;
    const body = utf8Bytes('base');
    await b.store.transaction('write', (tx) => tx.putBodies([{...note('note1'), hash: hashOf(body), body}]));
  };
  expect((await b.round()).ok).toBe(true);
  await settle(a, b);
  for (const device of [a, b]) expect(await device.read('note1')).toEqual({title: 'X', text: 'new text'});
});

test('parts_needed: the newer change wins also where the older had no body', async () => {
  const {world, a, b} = await headWithoutBody();
  world.nowMs += 1000;
  await rename(b, 'older');
  world.nowMs += 1000;
  await a.save('note1', await a.load('note1'), {title: 'newer', text: 'newer text'});
  await a.round();
  await settle(b, a);
  for (const device of [a, b]) expect(await device.read('note1')).toEqual({title: 'newer', text: 'newer text'});
});

test('won: what was pulled on top before the answer was read is not overwritten by the merge', async () => {
  const world = await createWorld();
  const a = await world.device('A');
  await a.create('note1', 'One', 'base');
  const b = await world.device('B');
  await settle(a, b);
  world.nowMs += 1000;
  await a.save('note1', await a.load('note1'), {title: 'Renamed'});
  await a.round();
  world.nowMs += 1000;
  await b.save('note1', await b.load('note1'), {text: 'edited'});
  let pushes = 0;
  b.afterCall = async (name) => {
    if (name !== 'push' || ++pushes < 2) return; // the first is told that parts are needed
    b.afterCall = null;
    world.nowMs += 1000;
    await a.round(); // A gets B's version ...
    await a.save('note1', await a.load('note1'), {text: 'edited on A on top of that'});
    await a.round();
    await pullAll(b.ports, await b.state()); // a second tab of B, in the pull of its round
  };
  await b.round();
  await settle(a, b, a, b);
  const texts = await Promise.all([a, b].map(async (device) => (await device.read('note1'))?.text));
  const tables = b.store.snapshot() as {bodies: Map<string, {body: Uint8Array}>};
  const kept = [...tables.bodies.values()].map(({body}) => new TextDecoder().decode(body));
  expect([texts, kept.includes('edited on A on top of that')]).toEqual([expect.anything(), true]);
});

test('a renamed note whose body is not here can be fetched', async () => {
  const {b} = await headWithoutBody();
  await rename(b, 'X');
  expect((await fetchEntities(b.ports, [note('note1')])).ok).toBe(true);
  expect(await b.read('note1')).toEqual({title: 'X', text: 'base'});
});

test('fetch between hello and the hash check is no false alarm', async () => {
  const world = await createWorld();
  const a = await world.device('A');
  await a.create('note1', 'One', 'base');
  const b = await world.device('B');
  await settle(a, b);
  b.afterCall = async (name) => {
    if (name !== 'hello') return;
    b.afterCall = null;
    await a.save('note1', await a.load('note1'), {text: 'x'});
    await a.round();
    await fetchEntities(b.ports, [note('note1')]);
  };
  world.nowMs += 120_000;
  expect((await b.round()).ok).toBe(true);
});

test('what a fetch brought counts as seen', async () => {
  const world = await createWorld();
  const a = await world.device('A');
  await a.create('note1', 'One', 'base');
  const b = await world.device('B');
  await settle(a, b);
  await a.save('note1', await a.load('note1'), {text: 'x'});
  await a.round();
  await fetchEntities(b.ports, [note('note1')]);
  expect((await b.state()).seen?.seq).toBe((await b.entity(note('note1')))?.known?.seq);
});

test('two tabs that save the same text are no conflict', async () => {
  const world = await createWorld();
  const a = await world.device('A');
  const loaded = await a.create('note1', 'One', 'base');
  await a.save('note1', loaded, {text: 'x'});
  world.nowMs += 1000;
  await a.save('note1', loaded, {text: 'x'});
  expect(conflictsOf(a)).toEqual([]);
});

test('two devices that make the same note: an edit of the one that was told nothing is no conflict for those who have the other', async () => {
  const world = await createWorld();
  const [a, b, c] = [await world.device('A'), await world.device('B'), await world.device('C')];
  await a.create('note1', 'One', 'base');
  a.faults.push({call: 'push', lose: 'late'});
  await a.round();
  await a.save('note1', await a.load('note1'), {text: 'base, and more'});
  world.nowMs += 60_000;
  await b.create('note1', 'One', 'base');
  await settle(b, c);
  for (const arrives of world.late.splice(0)) await arrives();
  await settle(a, b, c);
  const stamps = await Promise.all([a, b, c].map(async (device) => (await device.entity(note('note1')))?.stamp));
  expect(new Set(stamps).size).toBe(1);
  for (const device of [a, b, c]) {
    expect(await device.read('note1')).toEqual({title: 'One', text: 'base, and more'});
    expect(conflictsOf(device)).toEqual([]);
  }
});

test('a rejection of what was edited since does not park the edit', async () => {
  const world = await createWorld();
  const a = await world.device('A');
  const b = await world.device('B');
  await settle(a, b);
  const loaded = await a.create('note1', 'One', 'x'.repeat(16 * 1024 * 1024 + 1));
  a.afterCall = async (name) => {
    if (name !== 'push') return;
    a.afterCall = null;
    await a.save('note1', await a.load('note1'), {text: 'short'});
  };
  await a.round();
  await settle(a, b);
  expect(loaded).toBeDefined();
  expect((await a.outbox(note('note1')))?.parked ?? null).toBeNull();
  expect(await b.read('note1')).toEqual({title: 'One', text: 'short'});
});

test('a full disk is told', async () => {
  const world = await createWorld();
  const a = await world.device('A');
  await a.create('note1', 'One', 'base');
  const b = await world.device('B');
  await settle(a);
  const store = {
    ...b.store,
    transaction: ((mode, body) =>
      b.store.transaction(mode, (tx) =>
        body({
          ...tx,
          putEntities: async () => {
            throw new SyncFailure({type: 'storage_full', message: 'full'});
          },
        }),
      )) as typeof b.store.transaction,
  };
  await runRound({...b.ports, store}).catch(() => undefined);
  expect((await b.state()).problem?.type).toBe('storage_full');
});

test('signing in again while a round with the old token fails keeps the new token', async () => {
  const world = await createWorld();
  const a = await world.device('A');
  await settle(a);
  const good = (await a.state()).server?.token ?? '';
  const setToken = (token: string) =>
    a.store.transaction('write', async (tx) => {
      const state = await tx.state();
      if (state?.server) await tx.putState({...state, server: {...state.server, token}});
    });
  await setToken('revoked-token');
  a.afterCall = async () => {
    a.afterCall = null;
    await setToken(good);
  };
  world.nowMs += 120_000;
  await a.round();
  expect((await a.state()).server?.token).toBe(good);
});

test('stamps sent without an answer, 1001 times', async () => {
  const world = await createWorld();
  const a = await world.device('A');
  await a.create('note1', 'One', 'base');
  await settle(a);
  for (let i = 0; i < 1002; i++) {
    world.nowMs += 1000;
    await a.save('note1', await a.load('note1'), {text: `${i}`});
    a.faults.push({call: 'push', lose: 'request'});
    await a.round();
  }
  await settle(a);
  expect((await a.outbox(note('note1')))?.parked ?? null).toBeNull();
});

test('won and merged while an edit was made since: no exception', async () => {
  const world = await createWorld();
  const a = await world.device('A');
  await a.create('note1', 'One', 'base');
  const b = await world.device('B');
  await settle(a, b);
  world.nowMs += 1000;
  await a.save('note1', await a.load('note1'), {text: 'edited'});
  await a.round();
  world.nowMs += 1000;
  await b.save('note1', await b.load('note1'), {title: 'Two'});
  let pushes = 0;
  b.afterCall = async (name) => {
    if (name !== 'push' || ++pushes < 2) return; // the first is told that parts are needed
    b.afterCall = null;
    await b.save('note1', await b.load('note1'), {title: 'Three'});
  };
  await b.round();
  await settle(a, b);
  for (const device of [a, b]) expect(await device.read('note1')).toEqual({title: 'Three', text: 'edited'});
  expect(new Set(await rootsOf(world, a, b)).size).toBe(1);
});

test('a storage that fails while the next page is fetched leaves no unhandled rejection', async () => {
  const world = await createWorld();
  const a = await world.device('A');
  await a.create('note1', 'One', 'base');
  await settle(a);
  const b = await world.device('B');
  let fails = false;
  const store = {
    ...b.store,
    transaction: ((mode, body) =>
      fails
        ? Promise.reject(new SyncFailure({type: 'storage_broken', message: 'gone'}))
        : b.store.transaction(mode, body)) as typeof b.store.transaction,
  };
  b.afterCall = async (name) => {
    if (name === 'pull') fails = true;
  };
  const unhandled: unknown[] = [];
  const listen = (error: unknown) => unhandled.push(error);
  process.on('unhandledRejection', listen);
  await runRound({...b.ports, store}).catch(() => undefined);
  for (let i = 0; i < 20; i++) await new Promise((resolve) => setImmediate(resolve));
  process.off('unhandledRejection', listen);
  expect(unhandled).toEqual([]);
});

test('the revision of a merged conflict still says who made it and when', async () => {
  const world = await createWorld();
  const a = await world.device('A');
  await a.create('note1', 'One', 'base');
  const b = await world.device('B');
  await settle(a, b);
  world.nowMs += 1000;
  await a.save('note1', await a.load('note1'), {title: 'Renamed'});
  await a.round();
  const older = (await a.load('note1')).stamp;
  world.nowMs += 1000;
  await b.save('note1', await b.load('note1'), {text: 'edited'});
  await settle(b, a);
  const kept = rows(a).filter((row) => row.meta?.reason === 'conflict') as unknown as {meta: {stamp: string}}[];
  expect(kept.map(({meta}) => meta.stamp)).toEqual([older]);
});

test('a body that is not here survives its replacement, whatever else waits', async () => {
  const {world, a, b} = await headWithoutBody();
  await a.writer.write([{type: 'keep', ...note('note1'), reason: 'named'}]);
  await rename(b, 'X');
  expect(world).toBeDefined();
  await b.round();
  await settle(a, b);
  expect(await b.read('note1')).toEqual({title: 'X', text: 'base'});
});

test('a rename and an edit of the text both survive where the answer to the winning push was lost', async () => {
  const world = await createWorld();
  const a = await world.device('A');
  await a.create('note1', 'One', 'base');
  const b = await world.device('B');
  await settle(a, b);
  world.nowMs += 1000;
  await a.save('note1', await a.load('note1'), {title: 'Renamed'});
  await a.round();
  world.nowMs += 1000;
  await b.save('note1', await b.load('note1'), {text: 'edited'});
  b.afterCall = async (name) => {
    if (name !== 'push') return;
    b.afterCall = null; // parts are needed; the next is judged
    b.faults.push({call: 'push', lose: 'answer'});
  };
  await b.round();
  await settle(b, a);
  for (const device of [a, b]) expect(await device.read('note1')).toEqual({title: 'Renamed', text: 'edited'});
});

test('two tabs that save in one millisecond: the one that goes out may have the stamp that the other shows, and is kept all the same', async () => {
  const world = await createWorld();
  const a = await world.device('A');
  await a.create('note1', 'One', 'base');
  await settle(a);
  world.nowMs += 60_000;
  const shownInOther = await a.save('note1', await a.load('note1'), {text: 'first'});
  await a.save('note1', shownInOther, {text: 'second'});
  await settle(a);
  expect((await a.load('note1')).stamp).toBe(shownInOther.stamp);
  await a.save('note1', shownInOther, {text: 'third'});
  expect(await a.read('note1')).toEqual({title: 'One', text: 'third'});
  expect(conflictsOf(a)).toEqual(['open']);
});
