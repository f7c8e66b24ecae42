import {beforeEach, describe, expect, it} from 'vitest';
import {utf8Bytes} from '../../protocol/bytes.ts';
import {bucketOf, EMPTY_BUCKET} from '../../protocol/digest.ts';
import {makeVersion, type Ref, refKey, toHead, type Version} from '../../protocol/entity.ts';
import type {EntityRow as ServerRow} from '../../server/storage/port.ts';
import {factsOf} from '../../server/storage/row-facts.ts';
import type {EntityRow, StoreTx} from './ports.ts';
import {ALL_BUCKETS} from './recount.ts';
import {resolve} from './resolve.ts';
import {createWorld, type Device, noteData, settle, type World} from './testing/world.ts';
import {verifyEverything} from './verify.ts';

const REF: Ref = {kind: 'note', id: 'shop'};
const OTHER: Ref = {kind: 'note', id: 'diary'};
const STAMP = '0mjuohs00-0000-forgeddevice';

let world: World;
let a: Device;
let b: Device;

beforeEach(async () => {
  world = await createWorld();
  a = await world.device('a');
  b = await world.device('b');
  await a.create('shop', 'Shopping', 'milk');
  await a.create('diary', 'Diary', 'long ago');
  await settle(a, b);
  a.calls.length = 0;
  b.calls.length = 0;
});

const write = <T>(device: Device, body: (tx: StoreTx) => Promise<T>) => device.store.transaction('write', body);
const verify = async (device: Device) => (await verifyEverything(device.ports, () => undefined)).verification;
const callsOf = ({calls}: Device) => calls.map(({name}) => name);

/** What a disk does: the bytes change, nothing that is said of them. */
async function damageBody(device: Device, {kind, id}: Ref = REF): Promise<void> {
  await write(device, async (tx) => {
    const [body] = await tx.bodies([{kind, id}]);
    if (body) await tx.putBodies([{...body, body: utf8Bytes('m!lk')}]);
  });
}

async function damageHead(device: Device, ref: Ref = REF): Promise<void> {
  await changeEntity(device, ref, (row) => ({...row, data: noteData('Sh#pping')}));
}

async function changeEntity(device: Device, ref: Ref, edit: (row: EntityRow) => EntityRow): Promise<void> {
  await write(device, async (tx) => {
    const [row] = await tx.entities([ref]);
    if (row) await tx.putEntities([edit(row)]);
  });
}

async function loseNote(device: Device, ref: Ref = REF): Promise<void> {
  await write(device, async (tx) => {
    await tx.deleteEntities([ref]);
    await tx.deleteBodies([ref]);
  });
}

const forged = (): Version =>
  makeVersion({
    ...REF,
    id: 'forged',
    stamp: STAMP,
    deleted: false,
    meta: null,
    data: noteData('Forged'),
    body: utf8Bytes('x'),
  });

async function forgeNote(device: Device, known: 'counted' | 'unknown'): Promise<void> {
  const version = forged();
  const {stamp, hash} = version;
  await write(device, async (tx) => {
    await tx.putEntities([
      {
        ...toHead(version),
        known: known === 'unknown' ? null : {stamp, hash, seq: 1, counted: true},
        own: null,
        ownSent: null,
        revisedMs: null,
      },
    ]);
    await tx.putBodies([{kind: 'note', id: 'forged', hash: version.parts.body, body: utf8Bytes('x')}]);
  });
}

function serverRows() {
  const rows = world.storage.tables.entities.get(world.accountId);
  if (rows === undefined) throw new Error('the server has nothing');
  return rows;
}

function onServer(ref: Ref, edit: (row: ServerRow) => ServerRow): void {
  const stored = serverRows().get(refKey(ref));
  if (stored !== undefined) serverRows().set(refKey(ref), {...stored, row: edit(stored.row)});
}

const damageThere = (ref: Ref = REF) => onServer(ref, (row) => ({...row, body: utf8Bytes('server m!lk')}));
const loseThere = (ref: Ref = REF) => void serverRows().delete(refKey(ref));

function forgeThere(): void {
  const version = forged();
  const row = {...version, seq: 4000, bodySeq: 4000, receivedMs: 1};
  serverRows().set(refKey(version), {row, facts: factsOf(row)});
}

async function expectEqualAndWhole(...devices: Device[]): Promise<void> {
  const {root} = await world.core.standing(world.accountId);
  for (const device of devices) {
    expect((await device.round()).ok).toBe(true);
    expect((await device.state()).lastCheck).toMatchObject({result: 'equal', root, serverRoot: root});
    expect(await device.read('shop')).toEqual({title: 'Shopping', text: 'milk'});
    expect(await device.read('diary')).toEqual({title: 'Diary', text: 'long ago'});
    expect((await device.state()).unresolved).toEqual([]);
  }
  expect(serverRows().get(refKey(REF))?.row.body).toEqual(utf8Bytes('milk'));
}

describe('"Verify everything" repairs', () => {
  it('nothing where nothing is wrong, in one request', async () => {
    expect(await verify(a)).toMatchObject({result: 'equal', checked: 4, repaired: 0});
    expect(callsOf(a)).toEqual(['buckets']);
  });

  it.each([
    ['a damaged text', damageBody],
    ['a damaged title', damageHead],
    ['a lost note', loseNote],
    ['a lost text', (device: Device) => write(device, (tx) => tx.deleteBodies([REF]))],
    ['a damaged stamp', (device: Device) => changeEntity(device, REF, (row) => ({...row, stamp: STAMP}))],
    [
      'a note of which only the deletion was flipped',
      (device: Device) => changeEntity(device, REF, (row) => ({...row, deleted: true})),
    ],
    [
      'a row without bytes',
      (device: Device) => changeEntity(device, REF, (row) => ({...row, data: undefined as never})),
    ],
  ])('%s on this device, in two requests, with no new stamp and nothing for others', async (_, hurt) => {
    const before = await world.core.standing(world.accountId);
    const {stamp} = await a.load('shop');
    await hurt(a);
    expect((await verify(a)).result).toBe('repaired');
    expect(callsOf(a).length).toBeLessThanOrEqual(2);
    expect((await a.load('shop')).stamp).toBe(stamp);
    expect(await world.core.standing(world.accountId)).toEqual(before);
    await expectEqualAndWhole(a, b);
  });

  it.each([
    ['a damaged note', damageThere],
    ['a lost note', loseThere],
  ])('%s on the server, in three requests, with no new stamp and nothing for others', async (_, hurt) => {
    const before = await world.core.standing(world.accountId);
    hurt();
    expect((await verify(a)).result).toBe('repaired');
    expect(callsOf(a)).toEqual(['buckets', 'items', 'repair']);
    expect(await world.core.standing(world.accountId)).toEqual(before);
    expect(serverRows().get(refKey(REF))?.row.stamp).toBe((await a.load('shop')).stamp);
    await expectEqualAndWhole(a, b);
  });

  it('a note that only this device has: it goes to the server, and to the others', async () => {
    await forgeNote(a, 'counted');
    expect((await verify(a)).result).toBe('repaired');
    expect(callsOf(a)).toEqual(['buckets', 'items', 'repair']);
    await expectEqualAndWhole(a, b);
    expect(await b.read('forged')).toEqual({title: 'Forged', text: 'x'});
    expect((await b.entity({kind: 'note', id: 'forged'}))?.stamp).toBe(STAMP);
  });

  it('a note that nobody knew to be waiting: it is pushed', async () => {
    await forgeNote(a, 'unknown');
    await verify(a);
    await settle(a, b);
    await expectEqualAndWhole(a, b);
    expect(await b.read('forged')).toEqual({title: 'Forged', text: 'x'});
  });

  it('a note that only the server has and its digest does not count: it comes to every device', async () => {
    forgeThere();
    expect((await verify(a)).result).toBe('repaired');
    expect(callsOf(a)).toEqual(['buckets', 'items', 'repair']);
    expect(await a.read('forged')).toEqual({title: 'Forged', text: 'x'});
    await expectEqualAndWhole(a, b);
    expect(await b.read('forged')).toEqual({title: 'Forged', text: 'x'});
  });

  it('everything at once, on both sides', async () => {
    await damageBody(a);
    await forgeNote(a, 'counted');
    loseThere(OTHER);
    await verify(a);
    await expectEqualAndWhole(a, b);
  });

  it('an edit whose outbox row was lost: it is sent, and wins or is kept like any edit', async () => {
    await a.save('shop', await a.load('shop'), {text: 'milk and bread'});
    await write(a, (tx) => tx.deleteOutbox([REF]));
    await verify(a);
    await settle(a, b);
    expect(await b.read('shop')).toEqual({title: 'Shopping', text: 'milk and bread'});
  });
});

describe('a difference that a round finds', () => {
  const uncount = (device: Device) =>
    write(device, async (tx) => {
      await tx.putBuckets(ALL_BUCKETS.map((index) => ({index, bucket: EMPTY_BUCKET})));
    });

  it.each([
    ['the digest of this device', () => uncount(a)],
    [
      'the digest of the server',
      async () => {
        const {accountId} = world;
        await world.storage.write(accountId, async (tx) => {
          const document = await tx.document(accountId);
          if (document === undefined) throw new Error('no document');
          await tx.putDocument(accountId, {
            ...document,
            digests: document.digests.slice().fill(1, 0, 64),
            root: STAMP_HASH,
          });
        });
      },
    ],
    [
      'a note that it lacks',
      async () => {
        await loseNote(a);
        await uncount(a);
      },
    ],
  ])('is repaired by the round itself: %s', async (_, hurt) => {
    await hurt();
    expect((await a.round()).ok).toBe(true);
    await expectEqualAndWhole(a, b);
  });

  it('of the same entity: the higher stamp stands, the other is kept as a restore revision', async () => {
    const older = makeVersion({
      ...REF,
      stamp: '000000001-0000-abcdefgh',
      deleted: false,
      meta: null,
      data: noteData('Old'),
      body: utf8Bytes('old'),
    });
    const {stamp, hash} = older;
    await write(a, async (tx) => {
      const [row] = await tx.entities([REF]);
      if (row === undefined) throw new Error('not here');
      await tx.putEntities([{...row, ...toHead(older), known: {stamp, hash, seq: 1, counted: true}}]);
      await tx.putBodies([{...REF, hash: older.parts.body, body: utf8Bytes('old')}]);
    });
    expect((await verify(a)).result).toBe('repaired');
    await settle(a, b);
    await expectEqualAndWhole(a, b);
    const kept = [...serverRows().values()].filter(({row}) => row.meta?.type === 'revision');
    expect(kept.map(({row}) => [row.meta?.type === 'revision' && row.meta.reason, row.body])).toEqual([
      ['restore', utf8Bytes('old')],
    ]);
  });

  it('of the same entity with equal stamps: the server’s stands, the other is kept as a restore revision', async () => {
    const {stamp} = await a.load('shop');
    const forked = makeVersion({
      ...REF,
      stamp,
      deleted: false,
      meta: null,
      data: noteData('Shopping'),
      body: utf8Bytes('forked'),
    });
    const {hash} = forked;
    await changeEntity(a, REF, (row) => {
      return {...row, ...toHead(forked), known: {stamp, hash, seq: row.known?.seq ?? 0, counted: true}};
    });
    await write(a, (tx) => tx.putBodies([{...REF, hash: forked.parts.body, body: utf8Bytes('forked')}]));
    expect((await verify(a)).result).toBe('repaired');
    await settle(a, b);
    await expectEqualAndWhole(a, b);
    const kept = [...serverRows().values()].filter(({row}) => row.meta?.type === 'revision');
    expect(kept.map(({row}) => [row.meta?.type === 'revision' && row.meta.reason, row.body])).toEqual([
      ['restore', utf8Bytes('forked')],
    ]);
  });

  it('that cannot be repaired is tried three times, told, and left alone until something changes', async () => {
    await uncount(a);
    const {transport} = a.ports;
    const lying = {
      ...transport,
      async call(name: string, ...rest: unknown[]) {
        const answer = await (transport.call as (...args: unknown[]) => Promise<{ok: boolean; value: object}>)(
          name,
          ...rest,
        );
        return answer.ok ? {...answer, value: {...answer.value, root: STAMP_HASH}} : answer;
      },
    };
    Object.assign(a.ports, {transport: lying});
    expect(await a.round()).toMatchObject({ok: false, error: {type: 'hash_mismatch'}});
    expect(callsOf(a).filter((name) => name === 'buckets')).toHaveLength(3);
    a.calls.length = 0;
    expect(await a.round()).toMatchObject({ok: false, error: {type: 'hash_mismatch'}});
    expect(callsOf(a)).toEqual(['hello']);
  });
});

const STAMP_HASH = 'A'.repeat(43);

describe('a note that waits', () => {
  it('keeps its edit while the server gets back what it lost', async () => {
    await a.save('shop', await a.load('shop'), {text: 'milk and bread'});
    loseThere();
    a.faults.push({call: 'push', lose: 'request'});
    await verify(a);
    await settle(a, b);
    expect(await b.read('shop')).toEqual({title: 'Shopping', text: 'milk and bread'});
    expect([...serverRows().values()].filter(({row}) => row.kind === 'revision')).toEqual([]);
  });

  it('and is damaged is parked and named; kept, it goes out as what it is now', async () => {
    await a.save('shop', await a.load('shop'), {text: 'bread'});
    await write(a, async (tx) => {
      const [body] = await tx.bodies([REF]);
      if (body) await tx.putBodies([{...body, body: utf8Bytes('bre#d')}]);
    });
    expect((await verify(a)).result).toBe('unresolved');
    expect((await a.state()).unresolved).toEqual([{...REF, where: 'device'}]);
    expect((await a.outbox(REF))?.parked?.type).toBe('not_whole');
    await resolve(a.ports, REF, 'keep');
    await settle(a, b);
    expect(await b.read('shop')).toEqual({title: 'Shopping', text: 'bre#d'});
    expect((await a.state()).unresolved).toEqual([]);
  });

  it('and is damaged, removed here: what the server has of it comes back', async () => {
    await a.save('shop', await a.load('shop'), {text: 'bread'});
    await write(a, async (tx) => {
      const [body] = await tx.bodies([REF]);
      if (body) await tx.putBodies([{...body, body: utf8Bytes('bre#d')}]);
    });
    await verify(a);
    await resolve(a.ports, REF, 'remove');
    expect(await a.read('shop')).toBeUndefined();
    await settle(a, b);
    await expectEqualAndWhole(a, b);
    expect(await a.read('shop')).toEqual({title: 'Shopping', text: 'milk'});
  });
});

describe('a title that is damaged here', () => {
  it('and whole nowhere else is kept as it is, if the person says so', async () => {
    await damageHead(a);
    await damageHead(b);
    damageThere();
    await verify(a);
    await settle(b, a);
    await resolve(a.ports, REF, 'keep');
    await settle(a, b);
    expect(await b.read('shop')).toEqual({title: 'Sh#pping', text: 'milk'});
    expect((await a.state()).lastCheck?.result).toBe('equal');
    expect((await a.state()).unresolved).toEqual([]);
  });

  it('and gone everywhere else parks an edit of the text, and names it; kept, it goes out as it is', async () => {
    await damageHead(a);
    await a.save('shop', await a.load('shop'), {text: 'bread'});
    loseThere();
    await a.round();
    expect((await a.outbox(REF))?.parked?.type).toBe('not_whole');
    expect((await a.state()).unresolved).toEqual([{...REF, where: 'device'}]);
    await resolve(a.ports, REF, 'keep');
    await settle(a, b);
    expect(await b.read('shop')).toEqual({title: 'Sh#pping', text: 'bread'});
    expect((await a.state()).unresolved).toEqual([]);
  });
});

describe('a version that was kept while its text was not here', () => {
  let kept: Ref;

  beforeEach(async () => {
    await write(a, (tx) => tx.deleteBodies([REF]));
    await a.writer.write([{...REF, type: 'keep', reason: 'named'}]);
    const [revision] = await write(a, (tx) => tx.revisionsOf('shop'));
    kept = {kind: 'revision', id: revision?.id ?? ''};
    loseThere();
    await a.round();
  });

  it('and is nowhere any more waits, and is named', async () => {
    expect((await a.outbox(kept))?.parked?.type).toBe('not_whole');
    expect((await a.state()).unresolved).toEqual([{...kept, where: 'nowhere'}]);
  });

  it('goes out without it, if the person keeps what is left', async () => {
    await resolve(a.ports, kept, 'keep');
    await settle(a, b);
    expect(await a.outbox(kept)).toBeUndefined();
    expect((await a.state()).unresolved).toEqual([]);
    const [there] = [...serverRows().values()].filter(({row}) => row.kind === 'revision');
    expect(new TextDecoder().decode(there?.row.data)).toContain('Shopping');
    expect(there?.row.body?.length ?? 0).toBe(0);
  });

  it('is gone, if the person removes it', async () => {
    await resolve(a.ports, kept, 'remove');
    await settle(a, b);
    expect(await a.outbox(kept)).toBeUndefined();
    expect((await a.state()).unresolved).toEqual([]);
    expect([...serverRows().values()].filter(({row}) => row.kind === 'revision')).toEqual([]);
  });
});

describe('a note that the server lost, and refuses to take back', () => {
  beforeEach(async () => {
    loseThere();
    await changeEntity(a, REF, (row) => (row.known === null ? row : {...row, known: {...row.known, seq: 0.5}}));
    expect((await verify(a)).result).toBe('unresolved');
  });

  it('is named, and both sides are equal without it, until another gives it back', async () => {
    expect((await a.state()).unresolved).toEqual([{...REF, where: 'refused'}]);
    expect(await a.round()).toMatchObject({ok: true});
    expect(await a.read('shop')).toEqual({title: 'Shopping', text: 'milk'});
    await verify(b);
    await settle(b, a);
    expect((await a.state()).unresolved).toEqual([]);
    await expectEqualAndWhole(a, b);
  });

  it('is sent as an edit, if the person keeps it', async () => {
    await resolve(a.ports, REF, 'keep');
    await settle(a, b);
    expect((await a.state()).unresolved).toEqual([]);
    await expectEqualAndWhole(a, b);
  });
});

it('what is damaged here, and refused for that, is set aside and named', async () => {
  loseThere();
  a.afterCall = async (name) => {
    if (name !== 'items') return;
    a.afterCall = null;
    await damageHead(a);
  };
  expect((await verify(a)).result).toBe('unresolved');
  expect((await a.state()).unresolved).toEqual([{...REF, where: 'device'}]);
  expect(await write(a, (tx) => tx.asides())).toMatchObject([{id: 'shop'}]);
});

describe('a note that no side has whole', () => {
  it('is named; another device that has it gives it back to all', async () => {
    await damageBody(a);
    damageThere();
    expect((await verify(a)).result).toBe('unresolved');
    expect((await a.state()).unresolved).toEqual([{...REF, where: 'device'}]);
    await settle(b, a);
    await expectEqualAndWhole(b, a);
  });

  it.each([
    ['a round finds that', async () => expect(await a.round()).toMatchObject({ok: true})],
    ['everything is verified', async () => expect(await verify(a)).toMatchObject({result: 'unresolved'})],
  ])('is named where this device lacks it and the server’s is damaged, until another gives it back: %s', async (_, find) => {
    await loseNote(a);
    await write(a, (tx) => tx.putBuckets([{index: bucketOf(REF.id), bucket: EMPTY_BUCKET}]));
    damageThere();
    await find();
    expect((await a.state()).unresolved).toEqual([{...REF, where: 'server'}]);
    expect(await a.read('shop')).toBeUndefined();
    await verify(b);
    await settle(b, a);
    await expectEqualAndWhole(b, a);
  });

  it('is kept as it is here, if the person says so, and its bytes stay set aside', async () => {
    await damageBody(a);
    await damageBody(b);
    damageThere();
    await verify(a);
    await settle(b, a);
    await resolve(a.ports, REF, 'keep');
    await settle(a, b);
    expect(await b.read('shop')).toEqual({title: 'Shopping', text: 'm!lk'});
    expect(await write(a, (tx) => tx.asides())).toMatchObject([{id: 'shop', body: {body: utf8Bytes('m!lk')}}]);
  });

  it('of which a new device never got the text: what that one keeps doesn’t take the text from those who have it', async () => {
    damageThere();
    const c = await world.device('C');
    await c.round();
    await write(c, (tx) => tx.deleteBodies([REF]));
    await c.writer.write([{...REF, type: 'patch', edit: () => noteData('Renamed')}]);
    await c.round();
    expect((await c.outbox(REF))?.parked?.type).toBe('not_whole');
    await resolve(c.ports, REF, 'keep');
    await settle(c, a, b);
    const kept = [...serverRows().values()].filter(({row}) => row.kind === 'revision').map(({row}) => row.body);
    expect(kept).toContainEqual(utf8Bytes('milk'));
  });

  it('is gone here, if the person says so', async () => {
    await damageBody(a);
    damageThere();
    await verify(a);
    await resolve(a.ports, REF, 'remove');
    expect(await a.read('shop')).toBeUndefined();
    expect((await a.state()).unresolved).toEqual([]);
    await settle(b, a);
    await expectEqualAndWhole(b, a);
  });

  it('is checked without a server too', async () => {
    await damageBody(a);
    a.faults.push({call: 'buckets', lose: 'request'});
    const {verification, error} = await verifyEverything(a.ports, () => undefined);
    expect(verification).toMatchObject({result: 'device_only', checked: 4});
    expect(error?.type).toBe('unreachable');
    expect((await a.state()).unresolved).toEqual([{...REF, where: 'device'}]);
    await expectEqualAndWhole(a, b);
  });
});
