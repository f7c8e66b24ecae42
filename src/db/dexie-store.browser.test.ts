import Dexie from 'dexie';
import {afterEach, beforeEach, describe, expect, it, vi} from 'vitest';
import {EMPTY_BUCKET} from '../../protocol/digest.ts';
import {makeVersion, type RevisionMeta, toHead, type Version} from '../../protocol/entity.ts';
import type {SyncError} from '../../protocol/errors.ts';
import {outboxContract} from '../sync/outbox.contract.ts';
import {packingContract} from '../sync/packing.contract.ts';
import type {EntityRow, OutboxRow, Store} from '../sync/ports.ts';
import {type StoreHarness, storeContract} from '../sync/store.contract.ts';
import {entity, revision, stateOf} from '../sync/testing/rows.ts';
import {createDexieStore} from './dexie-store.ts';
import {readOnce} from './live.ts';
import {createDatabase, type Database, SCHEMA_VERSION} from './schema.ts';

let names = 0;
const freshName = () => `store-${Date.now()}-${names++}`;

async function createHarness(): Promise<StoreHarness> {
  const name = freshName();
  const opened: Database[] = [];
  const open = () => {
    const database = createDatabase({name});
    opened.push(database);
    return database;
  };
  const first = open();
  return {
    store: createDexieStore(first),
    reopen: async () => {
      first.close();
      return createDexieStore(open());
    },
    secondTab: async () => createDexieStore(open()),
    close: async () => {
      for (const database of opened) database.close();
      await Dexie.delete(name);
    },
  };
}

storeContract('IndexedDB', createHarness);
outboxContract('IndexedDB', createHarness);
packingContract('IndexedDB', createHarness);

const NOTE = {kind: 'note', id: 'n1', stamp: '000000001-0000-abcdefgh', deleted: false, meta: null} as const;
const WAITING: OutboxRow = {
  kind: 'note',
  id: 'n1',
  stamp: NOTE.stamp,
  base: null,
  baseVersion: null,
  editedMs: 1,
  queuedMs: 1,
  sent: [],
  theirs: null,
  tries: 0,
  parked: null,
  sendWhole: false,
};

it('a write is on the disk when it is told as stored: every transaction that writes is strict', async () => {
  const begin = IDBDatabase.prototype.transaction;
  const begun: IDBTransaction[] = [];
  const spy = vi.spyOn(IDBDatabase.prototype, 'transaction').mockImplementation(function (
    this: IDBDatabase,
    ...asked: Parameters<typeof begin>
  ) {
    const transaction = begin.apply(this, asked);
    begun.push(transaction);
    return transaction;
  });
  const {store, close} = await createHarness();
  await store.transaction('write', (tx) => tx.putState(stateOf({})));
  spy.mockRestore();
  await close();
  const writing = begun.filter(({mode}) => mode === 'readwrite');
  expect(writing.length).toBeGreaterThan(0);
  for (const {durability} of writing) expect(durability).toBe('strict');
});

it('stores only the bytes of a view, not the buffer behind it', async () => {
  const harness = await createHarness();
  const page = new Uint8Array(100_000).fill(7);
  page.set([1, 2, 3], 50_000);
  const view = page.subarray(50_000, 50_003);
  const version: Version = {...makeVersion({...NOTE, data: view, body: view}), data: view, body: view};
  const entity = {...toHead(version), known: null, own: null, ownSent: null, revisedMs: null};
  const waiting = {...WAITING, baseVersion: version, theirs: {...version, seq: 1}};
  await harness.store.transaction('write', async (tx) => {
    await tx.putEntities([entity]);
    await tx.putBodies([{kind: 'note', id: 'n1', hash: version.parts.body, body: view}]);
    await tx.putOutbox([waiting]);
  });
  const [[head], [body], [row]] = await harness.store.transaction('read', (tx) =>
    Promise.all([tx.entities([NOTE]), tx.bodies([NOTE]), tx.outbox([NOTE])]),
  );
  const kept = [head!.data, body!.body, row!.baseVersion!.data, row!.baseVersion!.body!, row!.theirs!.data];
  expect(kept.map((bytes) => [...bytes])).toEqual(kept.map(() => [1, 2, 3]));
  expect(kept.map((bytes) => bytes.buffer.byteLength)).toEqual(kept.map(() => 3));
  await harness.close();
});

function conflict(id: string, state: 'open' | 'merged' | 'resolved') {
  const row = revision(id, 'n1');
  return {...row, meta: {...(row.meta as RevisionMeta), reason: 'conflict' as const, state}};
}

it('brings a database of the first version along', async () => {
  const name = freshName();
  const old = new Dexie(name);
  old.version(1).stores({
    notes: 'id',
    branches: 'id, parent, note',
    attributes: 'id, note',
    attachments: 'id, note',
    revisions: 'id, of',
    options: 'id',
    bodies: '[kind+id]',
    outbox: '[kind+id], [held+queuedMs]',
    buckets: 'shelf',
    state: 'key',
  });
  await old.open();
  const {
    lastVerification: _v,
    unresolved: _u,
    givenUp: _g,
    protocol: _p,
    scrub: _s,
    ...oldState
  } = stateOf({deviceName: 'old'});
  await old.table('state').put({key: 'replica', state: oldState});
  await old.table('notes').put(entity('note', 'n1'));
  await old.table('revisions').bulkPut([conflict('r1', 'open'), conflict('r2', 'resolved'), revision('r3', 'n1')]);
  old.close();
  const database = createDatabase({name});
  const store = createDexieStore(database);
  await store.transaction('write', async (tx) => {
    expect(await tx.state()).toEqual(stateOf({deviceName: 'old'}));
    expect(await tx.entities([NOTE])).toEqual([entity('note', 'n1')]);
    await tx.setAside([{kind: 'note', id: 'n1', atMs: 1, entity: entity('note', 'n1'), body: null}]);
    expect(await tx.entities([{kind: 'revision', id: 'r1'}])).toEqual([conflict('r1', 'open')]);
  });
  const open = () =>
    readOnce(database, async ({entities}) => (await entities('revision').pointingAt('open', [1])).map(({id}) => id));
  expect(await open()).toEqual(['r1']);
  await store.transaction('write', (tx) => tx.putEntities([conflict('r1', 'merged'), conflict('r2', 'open')]));
  expect(await open()).toEqual(['r2']);
  database.close();
  await Dexie.delete(name);
});

it('a first sync that an older version had begun starts its lane again', async () => {
  const name = `store-${Date.now()}-lane`;
  const old = new Dexie(name);
  old.version(3).stores({state: 'key', notes: 'id'});
  await old.open();
  const firstSync = {head: {seq: 9, mark: 'mark-009'}, lane: 'bodies', after: 4, received: 4, total: 9};
  await old.table('state').put({key: 'replica', state: {...stateOf({}), firstSync}});
  old.close();
  const database = createDatabase({name});
  const state = await createDexieStore(database).transaction('read', (tx) => tx.state());
  expect(state?.firstSync).toEqual({...firstSync, after: null, received: 0});
  database.close();
  await Dexie.delete(name);
});

it('brings along what version 4 has: packs without what was made here, and a push under way in its rows', async () => {
  const name = freshName();
  const old = new Dexie(name);
  old.version(4).stores({
    notes: 'id',
    branches: 'id, parent, note',
    attributes: 'id, note',
    attachments: 'id, note',
    revisions: 'id, of, open',
    options: 'id',
    bodies: '[kind+id]',
    packs: '[kind+last]',
    packPointers: '[kind+last]',
    bodyPacks: '[kind+last]',
    outbox: '[kind+id], [held+queuedMs]',
    buckets: 'shelf',
    state: 'key',
    aside: '[kind+id+atMs]',
  });
  await old.open();
  const {stamp, hash, parts, data} = entity('note', 'n2');
  const packed = [stamp, 3, hash, parts.data, 0, new TextDecoder().decode(data)];
  await old.table('packs').put({kind: 'note', last: 'n2', ids: ['n2'], rows: JSON.stringify([packed])});
  await old.table('outbox').put({...WAITING, sent: [WAITING.stamp], tries: 1, held: 0});
  old.close();
  const database = createDatabase({name});
  await createDexieStore(database).transaction('write', async (tx) => {
    expect(await tx.entities([{kind: 'note', id: 'n2'}])).toEqual([
      entity('note', 'n2', {known: {stamp, hash, seq: 3, counted: true}, own: null}),
    ]);
    expect(await tx.outbox([NOTE])).toEqual([{...WAITING, sent: [WAITING.stamp], tries: 1}]);
  });
  const listed = await readOnce(database, ({entities}) => entities('note').list());
  expect(listed).toEqual([{id: 'n2', stamp, data: new TextDecoder().decode(data)}]);
  database.close();
  await Dexie.delete(name);
});

it('many that leave in a request are one record, and none once they are acknowledged', async () => {
  const name = freshName();
  const database = createDatabase({name});
  const store = createDexieStore(database);
  const rows = Array.from({length: 500}, (_, n) => ({...WAITING, id: `n${n}`}));
  await store.transaction('write', (tx) => tx.putOutbox(rows));
  const put = vi.spyOn(IDBObjectStore.prototype, 'put');
  await store.transaction('write', (tx) => tx.markSent(rows.map((row) => ({...row, tries: 1}))));
  expect(put).toHaveBeenCalledTimes(1);
  vi.restoreAllMocks();
  await store.transaction('write', (tx) => tx.deleteOutbox(rows));
  expect(await database.dexie.table('sent').count()).toBe(0);
  database.close();
  await Dexie.delete(name);
});

it('what left in a request and was damaged by a disk holds nobody up: the rows wait, and are written', async () => {
  const name = freshName();
  const database = createDatabase({name});
  const store = createDexieStore(database);
  const rows = Array.from({length: 100}, (_, n) => ({...WAITING, id: `n${n}`}));
  await store.transaction('write', async (tx) => {
    await tx.putOutbox(rows);
    await tx.markSent(rows.map((row) => ({...row, sent: [row.stamp], tries: 1})));
  });
  expect(await database.dexie.table('sent').toCollection().modify({marks: '[["note'})).toBe(1);
  await store.transaction('write', async (tx) => {
    expect(await tx.outbox(rows)).toEqual(rows);
    await tx.putOutbox([{...WAITING, id: 'n1', stamp: '000000009-0000-abcdefgh'}]);
    expect((await tx.outbox([{kind: 'note', id: 'n1'}]))[0]?.stamp).toBe('000000009-0000-abcdefgh');
  });
  database.close();
  await Dexie.delete(name);
});

it('a pack that a disk has damaged has no rows, and nothing else suffers', async () => {
  const name = freshName();
  const database = createDatabase({name});
  const store = createDexieStore(database);
  const [first, second] = ['note1', 'note2'].map((id) => {
    const row = entity('note', id, {own: null});
    return {...row, known: {stamp: row.stamp, hash: row.hash, seq: 1, counted: true}};
  }) as [EntityRow, EntityRow];
  await store.transaction('write', (tx) => tx.packEntities([first, second]));
  expect(await database.dexie.table('packs').toCollection().modify({rows: '[["000'})).toBe(1);
  await store.transaction('write', async (tx) => {
    expect(await tx.entities([first, second])).toEqual([undefined, undefined]);
    await tx.putEntities([second]);
    expect(await tx.entities([first, second])).toEqual([undefined, second]);
  });
  database.close();
  await Dexie.delete(name);
});

describe('faults of IndexedDB', () => {
  let name: string;
  let database: Database;
  let store: Store;
  let failures: SyncError[];

  beforeEach(() => {
    name = freshName();
    failures = [];
    database = createDatabase({name, onFailure: (error) => failures.push(error)});
    store = createDexieStore(database);
  });
  afterEach(async () => {
    vi.restoreAllMocks();
    database.close();
    await Dexie.delete(name);
  });

  const putBucket = (count: number) =>
    store.transaction('write', (tx) => tx.putBuckets([{index: 0, bucket: {sum: '0'.repeat(64), count}}]));
  const readCount = () => store.transaction('read', async (tx) => (await tx.buckets([0]))[0]?.count);

  it('a full disk at a write is storage_full, and nothing of the transaction stays', async () => {
    await putBucket(1);
    const put = IDBObjectStore.prototype.put;
    let puts = 0;
    vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(function (this: IDBObjectStore, ...args) {
      if (++puts === 2) throw new DOMException('no room', 'QuotaExceededError');
      return put.apply(this, args);
    });
    const attempt = store.transaction('write', async (tx) => {
      await tx.putBuckets([{index: 0, bucket: {sum: '0'.repeat(64), count: 2}}]);
      await tx.putBuckets([{index: 20, bucket: {sum: '0'.repeat(64), count: 2}}]);
    });
    await expect(attempt).rejects.toMatchObject({error: {type: 'storage_full'}});
    vi.restoreAllMocks();
    expect(await readCount()).toBe(1);
  });

  it('a full disk that shows only when the transaction is committed is storage_full', async () => {
    await putBucket(1);
    vi.spyOn(IDBTransaction.prototype, 'error', 'get').mockReturnValue(new DOMException('', 'QuotaExceededError'));
    const attempt = store.transaction('write', async (tx) => {
      await tx.putBuckets([{index: 0, bucket: {sum: '0'.repeat(64), count: 2}}]);
      Dexie.currentTransaction?.idbtrans.abort();
    });
    await expect(attempt).rejects.toMatchObject({error: {type: 'storage_full'}});
    vi.restoreAllMocks();
    expect(await readCount()).toBe(1);
  });

  it('an aborted transaction is storage_broken, and nothing of it stays', async () => {
    await putBucket(1);
    const attempt = store.transaction('write', async (tx) => {
      await tx.putBuckets([{index: 0, bucket: {sum: '0'.repeat(64), count: 2}}]);
      Dexie.currentTransaction?.idbtrans.abort();
    });
    await expect(attempt).rejects.toMatchObject({error: {type: 'storage_broken'}});
    expect(await readCount()).toBe(1);
  });

  it('a connection that the browser closed is opened again', async () => {
    await putBucket(1);
    database.dexie.backendDB().close();
    vi.spyOn(console, 'warn').mockReturnValue();
    await putBucket(2);
    expect(await readCount()).toBe(2);
  });

  it('a connection that was closed by its owner is opened again', async () => {
    await putBucket(1);
    database.dexie.close({disableAutoOpen: false});
    await putBucket(2);
    expect(await readCount()).toBe(2);
  });

  it('an upgrade by another tab ends every later write here with storage_outdated', async () => {
    vi.spyOn(console, 'warn').mockReturnValue();
    await putBucket(1);
    const newer = new Dexie(name);
    newer.version(SCHEMA_VERSION + 1).stores({notes: 'id, title', added: 'id'});
    await newer.open();
    await expect(putBucket(2)).rejects.toMatchObject({error: {type: 'storage_outdated'}});
    expect(failures.map(({type}) => type)).toEqual(['storage_outdated']);
    newer.close();
    await expect(putBucket(3)).rejects.toMatchObject({error: {type: 'storage_outdated'}});
  });

  it('a database deleted by another tab is not made anew, empty, behind its back', async () => {
    vi.spyOn(console, 'warn').mockReturnValue();
    await putBucket(1);
    await Dexie.delete(name);
    await expect(putBucket(2)).rejects.toMatchObject({error: {type: 'storage_removed'}});
    expect(failures.map(({type}) => type)).toEqual(['storage_removed']);
    expect(await Dexie.exists(name)).toBe(false);
  });

  it('a database that the browser cleared under an open page is not made anew, empty, by what comes next', async () => {
    await putBucket(1);
    database.dexie.close({disableAutoOpen: false}); // as the browser ends connections: no page is asked first
    await Dexie.delete(name);
    await expect(putBucket(2)).rejects.toMatchObject({error: {type: 'storage_removed'}});
    expect(failures.map(({type}) => type)).toEqual(['storage_removed']);
    expect(await Dexie.exists(name)).toBe(false);
    await expect(putBucket(3)).rejects.toMatchObject({error: {type: 'storage_removed'}});
  });

  it('a read transaction can’t write', async () => {
    const attempt = store.transaction('read', (tx) => tx.putBuckets([{index: 0, bucket: EMPTY_BUCKET}]));
    await expect(attempt).rejects.toMatchObject({error: {type: 'storage_broken'}});
  });

  it('an old tab that starts after the upgrade neither writes nor changes the new shape', async () => {
    const newer = new Dexie(name);
    newer.version(SCHEMA_VERSION + 1).stores({notes: 'id, title', buckets: 'shelf', added: 'id'});
    await newer.open();
    const tables = newer.tables.map((table) => table.name);
    const native = newer.backendDB().version;
    newer.close();
    await expect(putBucket(1)).rejects.toMatchObject({error: {type: 'storage_outdated'}});
    const later = new Dexie(name);
    await later.open();
    expect(later.tables.map((table) => table.name).sort()).toEqual(tables.sort());
    expect(later.backendDB().version).toBe(native);
    later.close();
  });

  it('a tab that holds an older version open is told, not waited for', async () => {
    vi.spyOn(console, 'warn').mockReturnValue();
    const request = indexedDB.open(name, 1);
    const old = await new Promise<IDBDatabase>((resolve) => {
      request.onsuccess = () => resolve(request.result);
    });
    await expect(putBucket(1)).rejects.toMatchObject({error: {type: 'storage_blocked'}});
    old.close();
    await putBucket(2);
    expect(await readCount()).toBe(2);
  });

  it('an error of the body is no fault of the storage', async () => {
    const bug = new TypeError('bug');
    await expect(store.transaction('write', () => Promise.reject(bug))).rejects.toBe(bug);
  });
});
