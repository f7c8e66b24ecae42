/**
 * What every Store must do, run on each adapter: memory in Node, IndexedDB in a real browser. A harness makes an empty
 * store; `reopen` and `secondTab` may give the same store back where an adapter has no such thing.
 */

import {afterEach, beforeEach, describe, expect, it, vi} from 'vitest';
import {equalBytes, utf8Bytes} from '../../protocol/bytes.ts';
import {EMPTY_BUCKET} from '../../protocol/digest.ts';
import type {BodyRow, Overview, Store, StoreTx} from './ports.ts';
import {bodyRow, entity, outboxRow, revision, stateOf, tombstone, version} from './testing/rows.ts';

export interface StoreHarness {
  readonly store: Store;
  /** The same data through a new connection, the old one closed. */
  reopen(): Promise<Store>;
  /** The same data through one more connection, both open. */
  secondTab(): Promise<Store>;
  close(): Promise<void>;
}

export function storeContract(name: string, createHarness: () => Promise<StoreHarness>): void {
  describe(`${name} keeps the store's contract`, () => {
    let harness: StoreHarness;
    let store: Store;
    const read = <T>(body: (tx: StoreTx) => Promise<T>) => store.transaction('read', body);
    const write = <T>(body: (tx: StoreTx) => Promise<T>) => store.transaction('write', body);

    beforeEach(async () => {
      harness = await createHarness();
      store = harness.store;
    });
    afterEach(() => harness.close());

    describe('rows', () => {
      it('gives nothing where nothing was put', async () => {
        await read(async (tx) => {
          expect(await tx.state()).toBeUndefined();
          expect(await tx.entities([{kind: 'note', id: 'none'}])).toEqual([undefined]);
          expect(await tx.bodies([{kind: 'note', id: 'none'}])).toEqual([undefined]);
          expect(await tx.outbox([{kind: 'note', id: 'none'}])).toEqual([undefined]);
          expect(await tx.outboxHead(10)).toEqual([]);
          expect(await tx.parkedOutbox()).toEqual([]);
          expect(await tx.buckets([0, 255])).toEqual([EMPTY_BUCKET, EMPTY_BUCKET]);
        });
      });

      it('takes and gives empty lists', async () => {
        await write(async (tx) => {
          await tx.putEntities([]);
          await tx.putBodies([]);
          await tx.putOutbox([]);
          await tx.putBuckets([]);
          await tx.deleteBodies([]);
          await tx.deleteOutbox([]);
          expect(await tx.entities([])).toEqual([]);
          expect(await tx.outboxHead(0)).toEqual([]);
        });
      });

      it('lists ids of one kind in their order, page by page, and forgets what is deleted', async () => {
        const rows = ['n3', 'n1', 'n2', 'N4'].map((id) => entity('note', id));
        await write(async (tx) => {
          await tx.putEntities([...rows, entity('branch', 'b1')]);
          await tx.deleteEntities([
            {kind: 'note', id: 'n2'},
            {kind: 'branch', id: 'n1'},
            {kind: 'note', id: 'none'},
          ]);
        });
        await read(async (tx) => {
          expect(await tx.ids('note', null, 10)).toEqual(['N4', 'n1', 'n3']);
          expect(await tx.ids('note', null, 2)).toEqual(['N4', 'n1']);
          expect(await tx.ids('note', 'n1', 2)).toEqual(['n3']);
          expect(await tx.ids('note', 'n3', 2)).toEqual([]);
          expect(await tx.ids('branch', null, 2)).toEqual(['b1']);
          expect(await tx.entities([{kind: 'note', id: 'n2'}])).toEqual([undefined]);
        });
      });

      it('keeps what is set aside, each time it was', async () => {
        const row = {
          kind: 'note',
          id: 'n1',
          entity: entity('note', 'n1'),
          body: bodyRow('note', 'n1', 'text'),
        } as const;
        const [first, second] = [
          {...row, atMs: 1},
          {...row, atMs: 2, body: null},
        ];
        await write(async (tx) => {
          await tx.setAside([first]);
          await tx.setAside([second, first]);
          await tx.setAside([]);
        });
        expect(await read((tx) => tx.asides())).toStrictEqual([first, second]);
      });

      it('gives every row back as it was put, every member of it', async () => {
        const state = stateOf({deviceName: 'phone', cursor: {seq: 7, mark: 'mark-7'}});
        const rows = [entity('note', 'n1'), entity('branch', 'b1'), revision('r1', 'n1'), tombstone('attribute', 'a1')];
        const body: BodyRow = {kind: 'note', id: 'n1', hash: rows[0]!.parts.body, body: utf8Bytes('text')};
        const waiting = outboxRow('n1', 5, {
          baseVersion: version('note', 'n1'),
          theirs: {...version('note', 'n1'), seq: 9},
          sent: ['000000001-0000-abcd'],
          sendWhole: true,
        });
        await write(async (tx) => {
          await tx.putState(state);
          await tx.putEntities(rows);
          await tx.putBodies([body]);
          await tx.putOutbox([waiting]);
        });
        await read(async (tx) => {
          expect(await tx.state()).toStrictEqual(state);
          expect(await tx.entities(rows)).toStrictEqual(rows);
          expect(await tx.bodies([body])).toStrictEqual([body]);
          expect(await tx.outbox([waiting])).toStrictEqual([waiting]);
        });
      });

      it('answers in the order that was asked, kinds mixed, absent and repeated ones included', async () => {
        const [note, branch] = [entity('note', 'x'), entity('branch', 'x')];
        await write((tx) => tx.putEntities([note, branch]));
        const found = await read((tx) => tx.entities([branch, {kind: 'option', id: 'x'}, note, branch]));
        expect(found).toEqual([branch, undefined, note, branch]);
      });

      it('lists the live revisions of an entity', async () => {
        const [first, second] = [revision('r1', 'n1'), revision('r2', 'n1')];
        await write((tx) => tx.putEntities([first, second, revision('r3', 'n10'), tombstone('revision', 'r4')]));
        const found = await read((tx) => tx.revisionsOf('n1'));
        expect(found.toSorted((a, b) => (a.id < b.id ? -1 : 1))).toStrictEqual([first, second]);
        expect(await read((tx) => tx.revisionsOf('none'))).toEqual([]);
      });

      it('tells kinds with the same id apart', async () => {
        const bodies: BodyRow[] = [bodyRow('note', 'x', 'of the note'), bodyRow('revision', 'x', 'of the revision')];
        await write((tx) => tx.putBodies(bodies));
        await write((tx) => tx.deleteBodies([{kind: 'note', id: 'x'}]));
        expect(await read((tx) => tx.bodies(bodies))).toEqual([undefined, bodies[1]]);
      });

      it('keeps the last of two rows of one entity in one call, also among many', async () => {
        const many = Array.from({length: 120}, (_, n) => entity('note', `n${n}`));
        const first = entity('note', 'twice', {own: 'first'});
        const last = entity('note', 'twice', {own: 'last'});
        await write((tx) => tx.putEntities([first, ...many, last]));
        expect(await read((tx) => tx.entities([first]))).toEqual([last]);
      });

      it('replaces a row wholly', async () => {
        await write((tx) => tx.putEntities([revision('r', 'n', {own: 'mine'})]));
        const replaced = tombstone('revision', 'r');
        await write((tx) => tx.putEntities([replaced]));
        expect(await read((tx) => tx.entities([replaced]))).toStrictEqual([replaced]);
      });

      it('stores a thousand rows at once', async () => {
        const rows = Array.from({length: 1000}, (_, n) => entity(n % 2 ? 'note' : 'branch', `id${n}`));
        await write((tx) => tx.putEntities(rows));
        expect(await read((tx) => tx.entities(rows))).toEqual(rows);
      });
    });

    describe('bytes', () => {
      const cases: Record<string, Uint8Array<ArrayBuffer>> = {
        'no bytes': new Uint8Array(0),
        'every byte': Uint8Array.from({length: 256}, (_, n) => n),
        'a NUL in the middle': utf8Bytes('a\0b'),
        'a byte order mark': Uint8Array.of(0xef, 0xbb, 0xbf, 0x61),
        'broken UTF-8': Uint8Array.of(0xc3, 0x28, 0xff),
        'a megabyte': new Uint8Array(1_048_576).map((_, n) => n % 251),
      };
      for (const [what, bytes] of Object.entries(cases)) {
        it(`gives ${what} back exactly`, async () => {
          const row = {...bodyRow('note', 'n', ''), body: bytes};
          await write((tx) => tx.putBodies([row]));
          const [found] = await read((tx) => tx.bodies([row]));
          expect(equalBytes(found!.body, bytes)).toBe(true);
        });
      }

      it('keeps the bytes of a view', async () => {
        const page = new Uint8Array(1000).fill(7);
        page.set([1, 2, 3], 500);
        const view = page.subarray(500, 503);
        await write((tx) => tx.putBodies([{...bodyRow('note', 'n', ''), body: view}]));
        const [found] = await read((tx) => tx.bodies([{kind: 'note', id: 'n'}]));
        expect([...found!.body]).toEqual([1, 2, 3]);
      });
    });

    describe('transactions', () => {
      it('give back what the body gives', async () => {
        expect(await write(async () => 'done')).toBe('done');
      });

      it('read what they wrote', async () => {
        await write(async (tx) => {
          await tx.putEntities([entity('note', 'n')]);
          await tx.putState(stateOf({deviceName: 'inside'}));
          await tx.putOutbox([outboxRow('n', 1)]);
          await tx.putBuckets([{index: 3, bucket: {sum: '1'.repeat(64), count: 1}}]);
          expect((await tx.entities([{kind: 'note', id: 'n'}]))[0]?.id).toBe('n');
          expect((await tx.state())?.deviceName).toBe('inside');
          expect(await tx.outboxHead(5)).toHaveLength(1);
          expect((await tx.buckets([3]))[0]?.count).toBe(1);
        });
      });

      it('leave nothing behind when the body throws, and reject with what it threw', async () => {
        await write((tx) => tx.putState(stateOf({deviceName: 'before'})));
        const thrown = new Error('stop');
        const attempt = write(async (tx) => {
          await tx.putState(stateOf({deviceName: 'after'}));
          await tx.putEntities([entity('note', 'n')]);
          await tx.putBodies([bodyRow('note', 'n', 'text')]);
          await tx.putOutbox([outboxRow('n', 1)]);
          await tx.putBuckets([{index: 0, bucket: {sum: '1'.repeat(64), count: 1}}]);
          throw thrown;
        });
        await expect(attempt).rejects.toBe(thrown);
        await read(async (tx) => {
          expect((await tx.state())?.deviceName).toBe('before');
          expect(await tx.entities([{kind: 'note', id: 'n'}])).toEqual([undefined]);
          expect(await tx.bodies([{kind: 'note', id: 'n'}])).toEqual([undefined]);
          expect(await tx.outboxHead(5)).toEqual([]);
          expect(await tx.buckets([0])).toEqual([EMPTY_BUCKET]);
        });
      });

      it('undo deletions too', async () => {
        await write(async (tx) => {
          await tx.putBodies([bodyRow('note', 'n', 'text')]);
          await tx.putOutbox([outboxRow('n', 1)]);
        });
        const attempt = write(async (tx) => {
          await tx.deleteBodies([{kind: 'note', id: 'n'}]);
          await tx.deleteOutbox([{kind: 'note', id: 'n'}]);
          throw new Error('stop');
        });
        await expect(attempt).rejects.toThrow('stop');
        expect((await read((tx) => tx.bodies([{kind: 'note', id: 'n'}])))[0]?.id).toBe('n');
        expect(await read((tx) => tx.outboxHead(5))).toHaveLength(1);
      });

      it('do not see each other: increments from two tabs all count', async () => {
        const other = await harness.secondTab();
        await write((tx) => tx.putState(stateOf({timeoutMs: 0})));
        const increment = (from: Store) =>
          from.transaction('write', async (tx) => {
            const state = (await tx.state())!;
            await tx.entities([{kind: 'note', id: 'a'}]);
            await tx.putState({...state, timeoutMs: state.timeoutMs + 1});
          });
        await Promise.all(Array.from({length: 20}, (_, n) => increment(n % 2 ? store : other)));
        expect((await read((tx) => tx.state()))?.timeoutMs).toBe(20);
      });

      it('show a reader either all of a write or nothing', async () => {
        const pair = (n: number) => [entity('note', 'n', {own: `${n}`}), entity('branch', 'b', {own: `${n}`})];
        await write((tx) => tx.putEntities(pair(0)));
        const writes = Array.from({length: 10}, (_, n) =>
          write(async (tx) => {
            const [note, branch] = pair(n + 1);
            await tx.putEntities([note!]);
            await tx.putEntities([branch!]);
          }),
        );
        const reads = Array.from({length: 10}, () =>
          read(async (tx) => {
            const [note] = await tx.entities([{kind: 'note', id: 'n'}]);
            const [branch] = await tx.entities([{kind: 'branch', id: 'b'}]);
            expect(note?.own).toBe(branch?.own);
          }),
        );
        await Promise.all([...writes, ...reads]);
      });

      it('run several operations at once', async () => {
        const [note, branch] = [entity('note', 'n'), entity('branch', 'b')];
        await write((tx) => Promise.all([tx.putEntities([note]), tx.putEntities([branch])]));
        expect(await read((tx) => tx.entities([note, branch]))).toEqual([note, branch]);
      });

      it('go on after one that failed', async () => {
        await expect(write(() => Promise.reject(new Error('stop')))).rejects.toThrow('stop');
        await write((tx) => tx.putState(stateOf({deviceName: 'later'})));
        expect((await read((tx) => tx.state()))?.deviceName).toBe('later');
      });
    });

    describe('buckets', () => {
      const bucket = (n: number) => ({sum: n.toString(16).padStart(64, '0'), count: n});

      it('keeps each of the 256, the others empty', async () => {
        const changed = [0, 1, 15, 16, 255].map((index) => ({index, bucket: bucket(index + 1)}));
        await write((tx) => tx.putBuckets(changed));
        const found = await read((tx) => tx.buckets(Array.from({length: 256}, (_, index) => index)));
        for (const [index, value] of found.entries()) {
          const put = changed.find((one) => one.index === index);
          expect(value).toEqual(put?.bucket ?? EMPTY_BUCKET);
        }
      });

      it('changes one and leaves its neighbours', async () => {
        await write((tx) => tx.putBuckets([4, 5, 6].map((index) => ({index, bucket: bucket(index)}))));
        await write((tx) => tx.putBuckets([{index: 5, bucket: bucket(50)}]));
        expect(await read((tx) => tx.buckets([6, 5, 4]))).toEqual([bucket(6), bucket(50), bucket(4)]);
      });
    });

    describe('watch', () => {
      it('calls with the present, then after every commit; parked rows wait too', async () => {
        const seen: Overview[] = [];
        const stop = store.watch((overview) => seen.push(overview));
        await vi.waitFor(() => expect(seen.at(-1)).toEqual({state: undefined, waiting: 0, parked: 0}));
        await write((tx) => tx.putState(stateOf({deviceName: 'seen'})));
        await vi.waitFor(() => expect(seen.at(-1)?.state?.deviceName).toBe('seen'));
        const refused = {parked: {type: 'wrong_hash', message: 'no'}} as const;
        await write((tx) => tx.putOutbox([outboxRow('a', 1), outboxRow('b', 2), outboxRow('p', 3, refused)]));
        await vi.waitFor(() => expect(seen.at(-1)).toMatchObject({waiting: 3, parked: 1}));
        stop();
      });

      it('tells of what another tab commits', async () => {
        const other = await harness.secondTab();
        const listener = vi.fn<(overview: Overview) => void>();
        const stop = store.watch(listener);
        await vi.waitFor(() => expect(listener).toHaveBeenCalled());
        await other.transaction('write', (tx) => tx.putOutbox([outboxRow('a', 1)]));
        await vi.waitFor(() => expect(listener.mock.lastCall?.[0]).toMatchObject({waiting: 1}));
        stop();
      });

      it('never shows what was rolled back', async () => {
        const seen: Overview[] = [];
        const stop = store.watch((overview) => seen.push(overview));
        const attempt = write(async (tx) => {
          await tx.putState(stateOf({deviceName: 'never'}));
          throw new Error('stop');
        });
        await expect(attempt).rejects.toThrow('stop');
        await write((tx) => tx.putState(stateOf({deviceName: 'then'})));
        await vi.waitFor(() => expect(seen.at(-1)?.state?.deviceName).toBe('then'));
        expect(seen.map(({state}) => state?.deviceName)).not.toContain('never');
        stop();
      });

      it('goes on telling while one write follows the other without a pause', async () => {
        let calls = 0;
        const stop = store.watch(() => calls++);
        for (let n = 0; n < 200 && calls < 3; n++) {
          await write((tx) => tx.putState(stateOf({timeoutMs: n})));
        }
        expect(calls).toBeGreaterThanOrEqual(3);
        stop();
      });

      it('is quiet once stopped', async () => {
        const listener = vi.fn();
        const stop = store.watch(listener);
        await vi.waitFor(() => expect(listener).toHaveBeenCalled());
        stop();
        const calls = listener.mock.calls.length;
        const sentinel = vi.fn<(overview: Overview) => void>();
        const stopSentinel = store.watch(sentinel);
        await write((tx) => tx.putState(stateOf({deviceName: 'later'})));
        await vi.waitFor(() => expect(sentinel.mock.lastCall?.[0].state?.deviceName).toBe('later'));
        expect(listener).toHaveBeenCalledTimes(calls);
        stopSentinel();
      });
    });

    it('keeps everything across closing and opening', async () => {
      const note = entity('note', 'n');
      await write(async (tx) => {
        await tx.putEntities([note]);
        await tx.putOutbox([outboxRow('n', 1)]);
        await tx.putBuckets([{index: 9, bucket: {sum: 'f'.repeat(64), count: 2}}]);
      });
      store = await harness.reopen();
      await read(async (tx) => {
        expect(await tx.entities([note])).toStrictEqual([note]);
        expect(await tx.outboxHead(9)).toHaveLength(1);
        expect((await tx.buckets([9]))[0]?.count).toBe(2);
      });
    });
  });
}
