import {beforeEach, describe, expect, it} from 'vitest';
import {utf8Bytes} from '../../protocol/bytes.ts';
import {BUCKET_COUNT} from '../../protocol/digest.ts';
import {KINDS, type Ref} from '../../protocol/entity.ts';
import {type SyncError, SyncFailure} from '../../protocol/errors.ts';
import {createSyncControl} from './control.ts';
import type {Connectivity, Store} from './ports.ts';
import {BUCKETS_PER_GROUP, IDS_PER_SLICE, PASS_EVERY_MS, ROWS_PER_SLICE} from './scrub.ts';
import {createScrubbing, MAX_PAUSE_MS, pauseAfterMs, QUIET_MS, type ScrubbingPorts, START_MS} from './scrubbing.ts';
import {controlPortsOf} from './testing/control-ports.ts';
import {createTimers, quiet} from './testing/timers.ts';
import {createWorld, type Device, settle, type World} from './testing/world.ts';

const HOUR = 3_600_000;
const REF: Ref = {kind: 'note', id: 'note7'};
/** What each read transaction takes in these tests. */
const READ_MS = 4;

let world: World;
let a: Device;
let timers: ReturnType<typeof createTimers>;
let readMs: number;
let isVisible: boolean;
let tell: (event: 'visible' | 'hidden') => void;
let tellRound: (isHeld: boolean) => void;
let failure: SyncError | null;
let failures: SyncError[];

beforeEach(async () => {
  world = await createWorld();
  a = await world.device('a');
  for (let count = 0; count < 40; count++) await a.create(`note${count}`, `Note ${count}`, `text ${count}`);
  await settle(a);
  timers = createTimers(world);
  readMs = 0;
  isVisible = true;
  failure = null;
  failures = [];
});

function ports(): ScrubbingPorts {
  const connectivity: Connectivity = {
    isOnline: () => true,
    isVisible: () => isVisible,
    watch(listener) {
      tell = listener;
      return () => undefined;
    },
  };
  const store: Store = {
    ...a.store,
    async transaction(mode, body) {
      if (failure !== null) throw new SyncFailure(failure);
      const result = await a.store.transaction(mode, body);
      if (mode === 'read') {
        readMs += READ_MS;
        world.nowMs += READ_MS;
      }
      return result;
    },
  };
  const locks = {
    ...a.ports.locks,
    watch(_: string, listener: (isHeld: boolean) => void) {
      tellRound = listener;
      return () => undefined;
    },
  };
  return {...a.ports, store, locks, time: timers.time, connectivity};
}

function started() {
  const scrubbing = createScrubbing(ports(), {
    onFound: () => expect.unreachable('nothing is damaged'),
    onFailure: (error) => void failures.push(error),
  });
  scrubbing.start();
  return scrubbing;
}

const lastPass = async () => (await a.state()).scrub.last;

describe('scrubbing', () => {
  it('begins a while after the start, and takes about one per cent of the time', async () => {
    started();
    await timers.advance(START_MS - 1);
    expect(readMs).toBe(0);
    const beganMs = world.nowMs;
    while ((await lastPass()) === null) await timers.advance(MAX_PAUSE_MS);
    const share = readMs / (world.nowMs - beganMs);
    expect(share).toBeGreaterThan(0.006);
    expect(share).toBeLessThanOrEqual(0.0125);
  });

  it('rests for a day after a pass, then reads everything again', async () => {
    started();
    await timers.advance(HOUR);
    const first = await lastPass();
    expect(first).not.toBeNull();
    await timers.advance(PASS_EVERY_MS - 3 * HOUR);
    expect(await lastPass()).toEqual(first);
    await timers.advance(3 * HOUR);
    expect((await lastPass())?.startedMs).toBeGreaterThan(first?.startedMs ?? 0);
  });

  it('ends a pass over 100,000 rows within a day of the last, however long its slices take', () => {
    const rows = 100_000;
    const groups = Math.ceil(BUCKET_COUNT / BUCKETS_PER_GROUP);
    const listing = groups * (rows / IDS_PER_SLICE + KINDS.length);
    const reading = rows / ROWS_PER_SLICE + BUCKET_COUNT;
    expect(PASS_EVERY_MS + (listing + reading) * MAX_PAUSE_MS).toBeLessThan(24 * HOUR);
    expect(pauseAfterMs(10)).toBe(990);
    expect(pauseAfterMs(0)).toBeGreaterThan(0);
    expect(pauseAfterMs(100_000)).toBe(MAX_PAUSE_MS);
  });

  it('waits while somebody writes, in whatever tab', async () => {
    const scrubbing = started();
    for (let count = 0; count < 60; count++) {
      scrubbing.stored();
      await timers.advance(QUIET_MS - 1);
    }
    expect(readMs).toBe(0);
    await timers.advance(HOUR);
    expect(await lastPass()).not.toBeNull();
  });

  it('waits while a round or a verification runs', async () => {
    started();
    tellRound(true);
    await timers.advance(HOUR);
    expect(readMs).toBe(0);
    tellRound(false);
    await timers.advance(HOUR);
    expect(await lastPass()).not.toBeNull();
  });

  it('waits in a page that is hidden, without any timer, and goes on when it is seen', async () => {
    isVisible = false;
    started();
    await timers.advance(START_MS);
    expect(timers.waiting()).toEqual([]);
    isVisible = true;
    tell('visible');
    await timers.advance(HOUR);
    expect(await lastPass()).not.toBeNull();
  });

  it('stops when it is stopped, in the middle of a pass, and goes on from there when it is started again', async () => {
    const scrubbing = started();
    await timers.advance(START_MS + 5_000);
    expect(readMs).toBeGreaterThan(0);
    scrubbing.stop();
    const before = readMs;
    await timers.advance(HOUR);
    expect(readMs).toBe(before);
    expect(timers.waiting()).toEqual([]);
    scrubbing.start();
    await timers.advance(HOUR);
    expect(await lastPass()).toMatchObject({found: 0});
  });

  it('tells that the storage fails, and goes on when it is back', async () => {
    started();
    failure = {type: 'storage_broken', message: 'forced'};
    await timers.advance(START_MS);
    expect(failures).toEqual([failure]);
    failure = null;
    await timers.advance(HOUR);
    expect(await lastPass()).not.toBeNull();
    expect(failures).toHaveLength(1);
  });
});

describe('a device that is left alone', () => {
  it('has a damaged note repaired by its own scrub, without anybody asking', async () => {
    const lead = (_: string, onLead: () => void) => {
      onLead();
      return {claim: () => undefined, stop: () => undefined};
    };
    const locks = {...a.ports.locks, lead};
    const control = createSyncControl({...controlPortsOf(world, a), locks, time: timers.time});
    control.start();
    await timers.advance(1000);
    await a.store.transaction('write', async (tx) => {
      const [body] = await tx.bodies([REF]);
      if (body) await tx.putBodies([{...body, body: utf8Bytes('t#xt')}]);
    });
    await timers.advance(5 * 60_000);
    await quiet();
    expect(await a.read('note7')).toEqual({title: 'Note 7', text: 'text 7'});
    expect(await lastPass()).toMatchObject({found: 1});
    control.stop();
  });
});
