import {beforeEach, describe, expect, it} from 'vitest';
import {utf8Bytes} from '../../protocol/bytes.ts';
import {BUCKET_COUNT, bucketOf, EMPTY_BUCKET} from '../../protocol/digest.ts';
import {type Ref, refKey} from '../../protocol/entity.ts';
import type {Store, StoreTx} from './ports.ts';
import {ALL_BUCKETS} from './recount.ts';
import {dueInMs, PASS_EVERY_MS, ROWS_PER_SLICE, scrubPass} from './scrub.ts';
import {createWorld, type Device, noteData, START_MS, settle, type World} from './testing/world.ts';

const REF: Ref = {kind: 'note', id: 'note7'};

let world: World;
let a: Device;
let b: Device;

beforeEach(async () => {
  world = await createWorld();
  a = await world.device('a');
  b = await world.device('b');
  for (let count = 0; count < 20; count++) await a.create(`note${count}`, `Note ${count}`, `text ${count}`);
  await settle(a, b);
  a.calls.length = 0;
});

const read = <T>(body: (tx: StoreTx) => Promise<T>) => a.store.transaction('read', body);
const write = <T>(body: (tx: StoreTx) => Promise<T>) => a.store.transaction('write', body);
const scrubOf = async (device: Device) => (await device.state()).scrub;

/** One pass without pauses; how often it asked for a round. */
async function pass(device: Device, slicesAtMost = Number.POSITIVE_INFINITY): Promise<number> {
  let asked = 0;
  const slices = scrubPass(device.ports, () => {
    asked += 1;
  });
  for (let count = 0; count < slicesAtMost && !(await slices.next()).done; count++);
  return asked;
}

/** The device `a`, with some operations of its transactions replaced. */
function through(replaced: (tx: StoreTx) => Partial<StoreTx>): Device {
  const store: Store = {
    ...a.store,
    transaction: (mode, body) => a.store.transaction(mode, (tx) => body({...tx, ...replaced(tx)})),
  };
  return {...a, ports: {...a.ports, store}};
}

async function damageBody(ref: Ref = REF): Promise<void> {
  await write(async (tx) => {
    const [body] = await tx.bodies([ref]);
    if (body) await tx.putBodies([{...body, body: utf8Bytes('t#xt')}]);
  });
}

describe('a pass', () => {
  it('finds a damaged text, lets it leave the digest, and the round that is asked for repairs it from the server', async () => {
    await damageBody();
    expect(await a.round()).toMatchObject({ok: true});
    expect((await a.read('note7'))?.text).toBe('t#xt');
    expect(await pass(a)).toBe(1);
    expect(await a.round()).toMatchObject({ok: true});
    expect(await a.read('note7')).toEqual({title: 'Note 7', text: 'text 7'});
    expect(await scrubOf(a)).toMatchObject({pass: null, last: {found: 1}});
    expect((await a.state()).lastCheck?.result).toBe('equal');
    expect((await a.state()).unresolved).toEqual([]);
  });

  it('finds a damaged head, a lost row, and a digest that is wrong by itself', async () => {
    await write(async (tx) => {
      const [head] = await tx.entities([REF]);
      if (head) await tx.putEntities([{...head, data: noteData('N#te')}]);
      await tx.deleteEntities([{kind: 'note', id: 'note3'}]);
      await tx.deleteBodies([{kind: 'note', id: 'note3'}]);
      const free = ALL_BUCKETS.find((index) => index !== bucketOf('note3') && index !== bucketOf('note7')) ?? 0;
      await tx.putBuckets([{index: free, bucket: {...EMPTY_BUCKET, count: 1}}]);
    });
    expect(await pass(a)).toBe(3);
    await a.round();
    expect(await a.read('note7')).toEqual({title: 'Note 7', text: 'text 7'});
    expect(await a.read('note3')).toEqual({title: 'Note 3', text: 'text 3'});
    expect((await scrubOf(a)).last?.found).toBe(3);
    expect(await pass(a)).toBe(0);
  });

  it('gets a text that is gone by itself, without calling its note damaged', async () => {
    await write((tx) => tx.deleteBodies([REF]));
    expect(await pass(a)).toBe(1);
    expect(a.calls.map(({name}) => name)).toEqual(['fetch']);
    expect((await a.read('note7'))?.text).toBe('text 7');
    expect((await a.entity(REF))?.known?.counted).toBe(true);
    expect((await scrubOf(a)).last?.found).toBe(1);
  });

  it('leaves a text that is gone where it can’t be asked for now', async () => {
    await write(async (tx) => {
      const state = await tx.state();
      if (state) await tx.putState({...state, paused: true});
      await tx.deleteBodies([REF]);
    });
    expect(await pass(a)).toBe(0);
    expect(a.calls).toEqual([]);
    expect((await a.entity(REF))?.known?.counted).toBe(true);
  });

  it('sends what waits without anybody knowing', async () => {
    await a.save('note7', await a.load('note7'), {text: 'edited'});
    await write((tx) => tx.deleteOutbox([REF]));
    expect(await pass(a)).toBe(1);
    await settle(a, b);
    expect((await b.read('note7'))?.text).toBe('edited');
  });

  it('names what is damaged in the middle of an edit at once, as only this device has it', async () => {
    await a.save('note7', await a.load('note7'), {text: 'edited'});
    await damageBody();
    await pass(a);
    expect((await a.state()).unresolved).toEqual([{...REF, where: 'device'}]);
  });

  it('names nothing while there is a server that may have it', async () => {
    a.faults.push({call: 'hello', lose: 'request'});
    await damageBody();
    await pass(a);
    await a.round();
    expect((await a.state()).unresolved).toEqual([]);
    await a.round();
    expect((await a.read('note7'))?.text).toBe('text 7');
  });

  it('writes nothing but its place while all is well, and that once in a small notebook', async () => {
    const before = a.store.snapshot();
    let writes = 0;
    const store: Store = {
      ...a.store,
      transaction: (mode, body) => {
        if (mode === 'write') writes += 1;
        return a.store.transaction(mode, body);
      },
    };
    await pass({...a, ports: {...a.ports, store}});
    expect(writes).toBe(1);
    expect(a.calls).toEqual([]);
    const {state, ...rows} = a.store.snapshot();
    const {state: _, ...rowsBefore} = before;
    expect(rows).toEqual(rowsBefore);
    expect(state?.scrub.last).toMatchObject({checked: before.entities.size, found: 0});
  });

  it('takes a note that comes while its bucket is read for no damage, and reads the bucket again', async () => {
    const taken = new Set(Array.from({length: 20}, (_, count) => bucketOf(`note${count}`)));
    const last = Math.max(...taken);
    const id = Array.from({length: 5000}, (_, count) => `late${count}`).find((one) => bucketOf(one) === last) ?? '';
    const slices = scrubPass(a.ports, () => expect.unreachable('nothing is damaged'));
    // The keys of all kinds that there are have been listed, and a first bucket was read.
    for (let count = 0; count < 3; count++) await slices.next();
    await a.create(id, 'Late');
    await a.round();
    while (!(await slices.next()).done);
    expect((await scrubOf(a)).last).toMatchObject({found: 0});
    expect(a.calls.map(({name}) => name)).not.toContain('buckets');
  });

  it('has a note named whose text neither side has whole', async () => {
    await write((tx) => tx.deleteBodies([REF]));
    damageOnServer('note7');
    expect(await pass(a)).toBe(1);
    await a.round();
    expect((await a.state()).unresolved).toMatchObject([REF]);
  });

  it('gets the text again of a note that was renamed meanwhile, and keeps the name', async () => {
    await a.save('note7', await a.load('note7'), {title: 'Renamed'});
    await write(async (tx) => {
      const [row] = await tx.outbox([REF]);
      if (row) await tx.putOutbox([{...row, baseVersion: row.baseVersion && {...row.baseVersion, body: null}}]);
    });
    await damageBody();
    expect(await pass(a)).toBe(1);
    expect(await a.read('note7')).toEqual({title: 'Renamed', text: 'text 7'});
    await settle(a, b);
    expect(await b.read('note7')).toEqual({title: 'Renamed', text: 'text 7'});
    expect((await a.state()).unresolved).toEqual([]);
  });

  it('takes no edit that comes in the middle for damage', async () => {
    const slices = scrubPass(a.ports, () => expect.unreachable('nothing is damaged'));
    for (let count = 0; !(await slices.next()).done; count++) {
      const id = `note${count % 20}`;
      if (count % 3 === 0 && count < 60) await a.save(id, await a.load(id), {text: `later ${count}`});
      if (count % 7 === 0 && count < 60) await a.create(`new${count}`, 'New');
      if (count % 5 === 0 && count < 60) await a.round();
    }
    expect((await scrubOf(a)).last?.found).toBe(0);
    expect((await a.state()).lastCheck?.result).toBe('equal');
  });
});

describe('a notebook without a server', () => {
  it('has what is damaged named', async () => {
    await write(async (tx) => {
      const state = await tx.state();
      if (state) await tx.putState({...state, server: null, cursor: null});
    });
    await damageBody();
    await pass(a);
    expect((await a.state()).unresolved).toEqual([{...REF, where: 'device'}]);
    expect((await scrubOf(a)).last?.found).toBe(1);
  });
});

describe('where a pass stands', () => {
  /** As if the notebook were large, so that a pass is cut into groups; the buckets whose rows are read. */
  function large(read: number[]): Device {
    return through((tx) => ({
      async buckets(indexes) {
        const buckets = await tx.buckets(indexes);
        return indexes.length < BUCKET_COUNT ? buckets : buckets.map((bucket) => ({...bucket, count: 1000}));
      },
      entities(refs) {
        read.push(...refs.map(({id}) => bucketOf(id)));
        return tx.entities(refs);
      },
    }));
  }

  it('is kept, and a restart goes on from there', async () => {
    const first: number[] = [];
    const slices = scrubPass(large(first).ports, () => undefined);
    while (((await scrubOf(a)).pass?.nextBucket ?? 0) < 128) await slices.next();
    const {nextBucket = 0} = (await scrubOf(a)).pass ?? {};
    world.nowMs += 3_600_000;
    const rest: number[] = [];
    await pass(large(rest));
    expect(first.filter((bucket) => bucket < nextBucket).length).toBeGreaterThan(0);
    expect(rest.filter((bucket) => bucket < nextBucket)).toEqual([]);
    const {pass: left, last} = await scrubOf(a);
    expect(left).toBeNull();
    expect(last).toMatchObject({startedMs: START_MS, endedMs: START_MS + 3_600_000, found: 0});
    expect(last?.checked).toBe(a.store.snapshot().entities.size);
  });

  it('is written once for each group of buckets of a large notebook', async () => {
    const places: (number | undefined)[] = [];
    const stop = a.store.watch(({state}) => void places.push(state?.scrub.pass?.nextBucket));
    await pass(large([]));
    stop();
    const groups = Array.from({length: 15}, (_, group) => 16 * (group + 1));
    expect(places).toEqual([undefined, ...groups, undefined]);
  });

  it('is not that of another notebook that took the place of this one: all of that is read', async () => {
    const read: number[] = [];
    const slices = scrubPass(large(read).ports, () => undefined);
    while (read.length === 0) await slices.next();
    await write(async (tx) => {
      const state = await tx.state();
      if (state) await tx.putState({...state, replica: 'another'});
    });
    read.length = 0;
    while (!(await slices.next()).done);
    expect(read.length).toBeGreaterThanOrEqual(a.store.snapshot().entities.size);
    expect((await scrubOf(a)).last).not.toBeNull();
  });

  it('is due a day after the last one began, at once where there was none, and where the clock was set back', () => {
    const done = {startedMs: START_MS, endedMs: START_MS + 1000, checked: 1, found: 0, foundMs: null};
    expect(dueInMs({pass: null, last: null}, START_MS)).toBe(0);
    expect(dueInMs({pass: null, last: done}, START_MS + 1000)).toBe(PASS_EVERY_MS - 1000);
    expect(dueInMs({pass: null, last: done}, START_MS + PASS_EVERY_MS)).toBe(0);
    expect(dueInMs({pass: null, last: done}, START_MS - 1)).toBe(0);
    expect(dueInMs({pass: {...done, nextBucket: 3}, last: done}, START_MS)).toBe(0);
    expect(PASS_EVERY_MS).toBeLessThan(24 * 3_600_000);
  });
});

it('reads a bucket of many rows in parts', async () => {
  const ids = Array.from({length: 60_000}, (_, count) => `many${count}`).filter((id) => bucketOf(id) === 5);
  expect(ids.length).toBeGreaterThan(2 * ROWS_PER_SLICE);
  for (const id of ids) await a.create(id, id);
  await settle(a);
  let most = 0;
  await pass(
    through((tx) => ({
      entities(refs) {
        most = Math.max(most, refs.length);
        return tx.entities(refs);
      },
    })),
  );
  expect(most).toBe(ROWS_PER_SLICE);
  expect((await read((tx) => tx.state()))?.scrub.last?.found).toBe(0);
});

it('gives back what the server’s own scrub has found damaged, in its next round', async () => {
  damageOnServer('note7');
  while ((await world.core.scrub()) === 0);
  expect(await a.round()).toMatchObject({ok: true});
  expect(a.calls.map(({name}) => name)).toContain('repair');
  expect((await a.state()).lastCheck?.result).toBe('equal');
  const c = await world.device('c');
  await settle(c);
  expect(await c.read('note7')).toEqual({title: 'Note 7', text: 'text 7'});
});

function damageOnServer(id: string): void {
  const rows = world.storage.tables.entities.get(world.accountId);
  const key = refKey({kind: 'note', id});
  const stored = rows?.get(key);
  if (stored === undefined) throw new Error(`${id} is not on the server`);
  rows?.set(key, {...stored, row: {...stored.row, body: utf8Bytes('t#xt')}});
}
