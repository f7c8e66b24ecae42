/** What every Store must do with the changes that wait. Called with the same harness as storeContract. */

import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import type {Store, StoreTx} from './ports.ts';
import type {StoreHarness} from './store.contract.ts';
import {outboxRow} from './testing/rows.ts';

export function outboxContract(name: string, createHarness: () => Promise<StoreHarness>): void {
  describe(`${name} keeps what waits`, () => {
    let harness: StoreHarness;
    let store: Store;
    const read = <T>(body: (tx: StoreTx) => Promise<T>) => store.transaction('read', body);
    const write = <T>(body: (tx: StoreTx) => Promise<T>) => store.transaction('write', body);

    beforeEach(async () => {
      harness = await createHarness();
      store = harness.store;
    });
    afterEach(() => harness.close());

    it('gives the oldest first, up to the limit', async () => {
      await write((tx) => tx.putOutbox([outboxRow('c', 30), outboxRow('a', 10), outboxRow('b', 20)]));
      expect((await read((tx) => tx.outboxHead(2))).map((row) => row.id)).toEqual(['a', 'b']);
      expect((await read((tx) => tx.outboxHead(9))).map((row) => row.id)).toEqual(['a', 'b', 'c']);
      expect(await read((tx) => tx.outboxHead(0))).toEqual([]);
      expect(await read((tx) => tx.outboxHead(Number.MAX_SAFE_INTEGER))).toHaveLength(3);
    });

    it('gives them by kind and id, up to the limit, without those that are parked', async () => {
      const branch = {...outboxRow('z', 40), kind: 'branch' as const};
      const parked = outboxRow('a', 5, {parked: {type: 'wrong_hash', message: 'no'}});
      await write((tx) => tx.putOutbox([outboxRow('c', 10), outboxRow('B', 30), branch, parked]));
      await write((tx) => tx.putOutbox([{...parked, kind: 'branch', id: 'y'}]));
      expect((await read((tx) => tx.outboxByRef(2, null))).map((row) => row.id)).toEqual(['z', 'B']);
      expect((await read((tx) => tx.outboxByRef(9, null))).map((row) => row.id)).toEqual(['z', 'B', 'c']);
      expect(await read((tx) => tx.outboxByRef(0, null))).toEqual([]);
      expect(await read((tx) => tx.outboxByRef(Number.MAX_SAFE_INTEGER, null))).toHaveLength(3);
    });

    it('reads and forgets many at once: neighbours, some of them, and ones that were never there', async () => {
      const names = Array.from({length: 40}, (_, n) => `n${String(n).padStart(2, '0')}`);
      const refs = names.map((id) => ({kind: 'note' as const, id}));
      const waiting = async () => (await read((tx) => tx.outboxByRef(99, null))).map((row) => row.id);
      await write((tx) => tx.putOutbox(names.filter((id) => id !== 'n05').map((id, n) => outboxRow(id, n))));
      expect((await read((tx) => tx.outbox(refs))).map((row) => row?.id)).toEqual(
        names.map((id) => (id === 'n05' ? undefined : id)),
      );
      const odd = refs.filter((_, n) => n % 2 === 1);
      expect((await read((tx) => tx.outbox(odd))).filter(Boolean)).toHaveLength(19);
      await write((tx) => tx.deleteOutbox(refs.slice(0, 20).filter(({id}) => id !== 'n10')));
      expect(await waiting()).toEqual(['n10', ...names.slice(20)]);
      await write((tx) => tx.deleteOutbox(refs.slice(20)));
      expect(await waiting()).toEqual(['n10']);
    });

    it('gives those behind a row, by kind and id', async () => {
      const rows = [
        outboxRow('a', 3),
        outboxRow('b', 2),
        outboxRow('c', 1, {parked: {type: 'wrong_hash', message: ''}}),
      ];
      await write((tx) => tx.putOutbox([...rows, outboxRow('d', 0), {...outboxRow('z', 9), kind: 'branch'}]));
      const behind = async (kind: 'branch' | 'note' | 'revision', id: string, limit = 9) =>
        (await read((tx) => tx.outboxByRef(limit, {kind, id}))).map((row) => row.id);
      expect(await behind('branch', 'z')).toEqual(['a', 'b', 'd']);
      expect(await behind('branch', 'z', 2)).toEqual(['a', 'b']);
      expect(await behind('note', 'a')).toEqual(['b', 'd']);
      expect(await behind('note', 'bb')).toEqual(['d']);
      expect(await behind('revision', '')).toEqual([]);
    });

    it.each([3, 500])('says of %i rows at once that they left, until they are written or gone', async (count) => {
      const rows = Array.from({length: count}, (_, n) => outboxRow(`n${String(n).padStart(4, '0')}`, n));
      const left = rows.map((row) => ({
        ...row,
        stamp: '000000002-0000-abcdefgh',
        sent: ['000000002-0000-abcdefgh'],
        tries: 1,
      }));
      const all = () => read((tx) => tx.outbox(rows));
      await write((tx) => tx.putOutbox([...rows, outboxRow('other', 9_999)]));
      await write((tx) => tx.markSent(left));
      store = await harness.reopen();
      expect(await all()).toStrictEqual(left);
      expect(await read((tx) => tx.outboxHead(count))).toStrictEqual(left);
      expect(await read((tx) => tx.outboxByRef(count, null))).toStrictEqual(left);
      const again = left.map((row) => ({...row, tries: 2}));
      const edited = outboxRow('n0001', 1, {
        stamp: '000000003-0000-abcdefgh',
        editedMs: 7,
        sent: ['000000002-0000-abcdefgh'],
      });
      await write(async (tx) => {
        await tx.markSent(again);
        expect((await tx.outbox(rows))[0]?.tries).toBe(2);
        await Promise.all([tx.putOutbox([edited]), tx.deleteOutbox(rows.slice(2))]);
        expect(await tx.outbox(rows)).toStrictEqual([again[0], edited, ...rows.slice(2).map(() => undefined)]);
      });
      await write((tx) => tx.putOutbox(rows.slice(2)));
      expect(await all()).toStrictEqual([again[0], edited, ...rows.slice(2)]);
      expect(await read((tx) => tx.outbox([{kind: 'note', id: 'other'}]))).toStrictEqual([outboxRow('other', 9_999)]);
    });

    it('a mark is undone with its transaction', async () => {
      const rows = Array.from({length: 100}, (_, n) => outboxRow(`n${n}`, n));
      await write((tx) => tx.putOutbox(rows));
      const failing = write(async (tx) => {
        await tx.markSent(rows.map((row) => ({...row, tries: 1})));
        throw new Error('on purpose');
      });
      await expect(failing).rejects.toThrow('on purpose');
      expect(await read((tx) => tx.outbox(rows))).toStrictEqual(rows);
    });

    it('keeps parked rows apart', async () => {
      const parked = outboxRow('p', 1, {parked: {type: 'wrong_hash', message: 'no'}});
      await write((tx) => tx.putOutbox([parked, outboxRow('n', 2)]));
      expect((await read((tx) => tx.outboxHead(9))).map((row) => row.id)).toEqual(['n']);
      expect(await read((tx) => tx.parkedOutbox())).toStrictEqual([parked]);
      expect((await read((tx) => tx.outbox([parked])))[0]).toStrictEqual(parked);
    });

    it('takes a row that is no longer parked back among the others', async () => {
      await write((tx) => tx.putOutbox([outboxRow('p', 1, {parked: {type: 'wrong_hash', message: 'no'}})]));
      await write((tx) => tx.putOutbox([outboxRow('p', 1)]));
      expect(await read((tx) => tx.parkedOutbox())).toEqual([]);
      expect(await read((tx) => tx.outboxHead(9))).toHaveLength(1);
    });

    it('forgets a deleted row', async () => {
      await write((tx) => tx.putOutbox([outboxRow('a', 1), outboxRow('b', 2)]));
      await write((tx) => tx.deleteOutbox([{kind: 'note', id: 'a'}]));
      expect((await read((tx) => tx.outboxHead(9))).map((row) => row.id)).toEqual(['b']);
    });
  });
}
