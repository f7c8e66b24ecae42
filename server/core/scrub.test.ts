import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import Database from 'better-sqlite3';
import {afterEach, describe, expect, it} from 'vitest';
import {utf8Bytes} from '../../protocol/bytes.ts';
import {bucketOf, EMPTY_BUCKET} from '../../protocol/digest.ts';
import {refKey, type Version} from '../../protocol/entity.ts';
import {encodeVersion} from '../../protocol/wire.ts';
import type {DocumentRow, EntityRow, Storage} from '../storage/port.ts';
import {openSqliteStorage} from '../storage/sqlite-storage.ts';
import {
  ASKED,
  at,
  createRandom,
  createWorld,
  current,
  note,
  plainPasswords,
  pullPage,
  pushOne,
  valueIn,
  type World,
} from '../testing/world.ts';
import {type Core, createCore} from './core.ts';
import {PASS_EVERY_MS, SAVE_EVERY_MS} from './scrub.ts';

const NOTES = Array.from({length: 30}, (_, count) =>
  note({id: `note-${count}`, stamp: at(count), text: `text ${count}`}),
);
const [, , FIRST, SECOND] = NOTES as [Version, Version, Version, Version];

async function fill<S extends Storage>(world: World<S>): Promise<World<S>> {
  for (const version of NOTES) await pushOne(world, version);
  return world;
}

/** To the end of the pass; how many buckets it read. */
async function pass(core: Core): Promise<number> {
  let buckets = 0;
  while ((await core.scrub()) === 0) buckets += 1;
  return buckets;
}

function change({storage, device}: World, version: Version, edit: (row: EntityRow) => EntityRow): void {
  const rows = storage.tables.entities.get(device.accountId);
  const stored = rows?.get(refKey(version));
  if (rows === undefined || stored === undefined) throw new Error(`${version.id} is not stored`);
  rows.set(refKey(version), {...stored, row: edit(stored.row)});
}

const standingOf = ({core, device}: World) => core.standing(device.accountId);
const placeOf = ({storage}: World) => JSON.parse(storage.tables.meta.get('scrub') ?? 'null');

/** As the server starts again: what it stored is there, nothing else. */
async function restart(world: World): Promise<World> {
  const {storage, clock, errors} = world;
  const core = createCore({
    storage,
    now: () => clock.ms,
    random: createRandom(2),
    passwords: plainPasswords,
    log: (level, message) => void (level === 'error' && errors.push(message)),
  });
  await core.start();
  return {...world, core};
}

describe('a pass', () => {
  it('reads everything and writes nothing but its place while all is well', async () => {
    const world = await fill(await createWorld());
    const before = world.storage.copy();
    expect(await pass(world.core)).toBe(256);
    const after = world.storage.copy();
    expect({...after, meta: before.meta}).toEqual(before);
    expect(placeOf(world)).toMatchObject({pass: null, last: {checked: NOTES.length, found: 0}});
    expect(world.errors).toEqual([]);
  });

  it('takes a damaged row out of the digest, sets it aside, tells every device, and goes on', async () => {
    const world = await fill(await createWorld());
    const pokes: unknown[] = [];
    world.core.subscribe(world.device.accountId, (standing) => void pokes.push(standing));
    const before = await standingOf(world);
    change(world, FIRST, (row) => ({...row, body: utf8Bytes('t#xt')}));
    expect(await pass(world.core)).toBe(256);
    const after = await standingOf(world);
    expect(after.root).not.toBe(before.root);
    expect(after.head.seq).toBe(before.head.seq + 1);
    expect(pokes).toEqual([after]);
    expect(world.storage.tables.aside.get(world.device.accountId)?.size).toBe(1);
    expect(world.errors).toContain(
      'stored rows are not what the digest says: a device that has them whole gives them back',
    );
    expect(placeOf(world).last).toMatchObject({found: 1, checked: NOTES.length});

    const answer = await world.core.repair(world.device, {
      ...ASKED,
      buckets: [bucketOf(FIRST.id)],
      entities: [{...encodeVersion(FIRST), seq: 3}],
    });
    expect(valueIn(answer).verdicts).toMatchObject([{type: 'stored', seq: 3}]);
    expect((await current(world, FIRST.id))?.body).toBe('text 2');
    expect((await standingOf(world)).root).toBe(before.root);
  });

  it('files a row anew that it finds in another bucket, and changes nothing else', async () => {
    const world = await fill(await createWorld());
    const before = await standingOf(world);
    const rows = world.storage.tables.entities.get(world.device.accountId);
    const stored = rows?.get(refKey(FIRST));
    if (stored === undefined) throw new Error('not stored');
    rows?.set(refKey(FIRST), {...stored, facts: {...stored.facts, bucket: (bucketOf(FIRST.id) + 1) % 256}});
    await pass(world.core);
    expect(placeOf(world).last.found).toBeGreaterThan(0);
    expect(rows?.get(refKey(FIRST))).toEqual(stored);
    expect((await standingOf(world)).root).toBe(before.root);
    world.clock.ms += PASS_EVERY_MS;
    await pass(world.core);
    expect(placeOf(world).last.found).toBe(0);
  });

  it('notices a row that is gone, and a digest that is wrong by itself', async () => {
    const world = await fill(await createWorld());
    const {root} = await standingOf(world);
    world.storage.tables.entities.get(world.device.accountId)?.delete(refKey(FIRST));
    world.storage.tables.buckets.get(world.device.accountId)?.set(bucketOf(SECOND.id), EMPTY_BUCKET);
    await pass(world.core);
    expect(placeOf(world).last.found).toBe(2);
    expect((await standingOf(world)).root).not.toBe(root);
    world.clock.ms += PASS_EVERY_MS;
    await pass(world.core);
    expect(placeOf(world).last.found).toBe(0);
  });

  it.each(['root', 'digests'] as const)('mends what the document says of the digests: %s', async (which) => {
    const world = await fill(await createWorld());
    const {documents} = world.storage.tables;
    const [[accountId, document]] = [...documents] as [[string, DocumentRow]];
    documents.set(accountId, {
      ...document,
      ...(which === 'root' ? {root: 'A'.repeat(43)} : {digests: document.digests.slice().fill(1, 0, 20)}),
    });
    await pass(world.core);
    expect(documents.get(accountId)).toMatchObject({root: document.root, digests: document.digests});
    world.clock.ms += PASS_EVERY_MS;
    await pass(world.core);
    expect(placeOf(world).last.found).toBe(0);
  });

  it('passes over a bucket that can’t be read, and says so', async () => {
    const world = await fill(await createWorld());
    const {tables} = world.storage;
    const buckets = tables.buckets.get(world.device.accountId);
    change(world, FIRST, (row) => ({...row, parts: null as never}));
    await pass(world.core);
    expect(world.errors).toContain('stored rows could not be read');
    expect(placeOf(world).last).toMatchObject({
      found: 1,
      checked: NOTES.length - (buckets?.get(bucketOf(FIRST.id))?.count ?? 0),
    });
  });

  it('lets pushes come between its buckets', async () => {
    const world = await fill(await createWorld());
    for (let count = 0; (await world.core.scrub()) === 0; count++) {
      if (count < 100) await pushOne(world, note({id: `new-${count}`, stamp: at(100 + count)}));
    }
    expect(placeOf(world).last.found).toBe(0);
    expect(world.errors).toEqual([]);
  });
});

describe('where a pass stands', () => {
  it('is stored now and then, and a restart goes on from there', async () => {
    const world = await fill(await createWorld());
    for (let count = 0; count < 100; count++) await world.core.scrub();
    expect(placeOf(world).pass.bucket).toBe(1);
    world.clock.ms += SAVE_EVERY_MS;
    await world.core.scrub();
    expect(placeOf(world).pass.bucket).toBe(101);
    const again = await restart(world);
    expect(await pass(again.core)).toBe(256 - 101);
    expect(placeOf(world).last.checked).toBe(NOTES.length);
  });

  it('is due again within a day from its beginning, and at once where the clock was set back', async () => {
    const world = await fill(await createWorld());
    await pass(world.core);
    expect(await world.core.scrub()).toBe(PASS_EVERY_MS);
    world.clock.ms += PASS_EVERY_MS - 1;
    expect(await world.core.scrub()).toBe(1);
    const again = await restart(world);
    expect(await again.core.scrub()).toBe(1);
    world.clock.ms += 1;
    expect(await world.core.scrub()).toBe(0);
    await pass(world.core);
    world.clock.ms -= 2 * PASS_EVERY_MS;
    expect(await world.core.scrub()).toBe(0);
    expect(PASS_EVERY_MS).toBeLessThan(24 * 3_600_000);
  });

  it('that is unreadable begins anew', async () => {
    const world = await fill(await createWorld());
    world.storage.tables.meta.set('scrub', '{"pass": 7');
    expect(await pass(world.core)).toBe(256);
    expect(world.errors).toEqual(['where the scrub stands is damaged: it begins anew']);
  });
});

describe('a damaged row in SQLite', () => {
  const cleanups: (() => Promise<void> | void)[] = [];
  afterEach(async () => {
    for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  });

  it('is found, and nobody is served it meanwhile or afterwards', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'aster-scrub-'));
    cleanups.push(() => rmSync(folder, {recursive: true, force: true}));
    const file = join(folder, 'aster.db');
    const storage = openSqliteStorage(file);
    cleanups.push(() => storage.close());
    const world = await fill(await createWorld(storage));
    const db = new Database(file);
    cleanups.push(() => void db.close());
    db.prepare("UPDATE entities SET body = CAST('#' AS BLOB) WHERE id = ?").run(FIRST.id);
    await pass(world.core);
    expect(db.prepare('SELECT id, CAST(body AS TEXT) AS body FROM set_aside').all()).toEqual([
      {id: FIRST.id, body: '#'},
    ]);
    expect(db.prepare('SELECT id FROM entities WHERE id = ?').all(FIRST.id)).toEqual([]);
    const {rows} = await pullPage(world, {after: 0});
    expect(rows.map(({id}) => id)).not.toContain(FIRST.id);
    expect(rows).toHaveLength(NOTES.length - 1);
  });

  it('is also one of which only the deletion was flipped, as no hash is over that', async () => {
    const world = await fill(await createWorld());
    change(world, FIRST, (row) => ({...row, deleted: true}));
    const whole = async () => (await pullPage(world, {after: 0})).rows.map(({id}) => id);
    expect(await whole()).not.toContain(FIRST.id);
    await pass(world.core);
    const aside = [...world.storage.tables.aside.values()].flatMap((rows) => [...rows.values()]);
    expect(aside).toMatchObject([{id: FIRST.id, deleted: true}]);
    expect(await whole()).toHaveLength(NOTES.length - 1);
  });
});
