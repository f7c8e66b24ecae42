/** What every storage must do with deletions and damage: what is due, what was erased, dropped and set aside. */

import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import {bucketOf} from '../../protocol/digest.ts';
import {revisionOf} from '../../protocol/revision.ts';
import {account, document, erased, rowOf} from '../testing/storage-rows.ts';
import {at, deletionOf, note} from '../testing/world.ts';
import type {DueQuery, Storage, WholeRow} from './port.ts';
import type {StorageUnderTest} from './storage.contract.ts';

export function testForgetting(name: string, create: () => Promise<StorageUnderTest>): void {
  describe(`what a storage forgets: ${name}`, () => {
    let under: StorageUnderTest;
    let storage: Storage;

    beforeEach(async () => {
      under = await create();
      storage = under.storage;
      await storage.write(null, async (tx) => {
        await tx.addAccount(account('ann'), document());
        await tx.addAccount(account('bob'), document());
      });
    });
    afterEach(() => under.destroy());

    const put = (...rows: WholeRow[]) =>
      storage.write('ann', async (tx) => {
        for (const row of rows) await tx.putEntity('ann', row);
      });

    it('finds the deletions that are due, those of a note, and open conflicts', async () => {
      const live = note({stamp: at(1)});
      const deletion = rowOf(deletionOf(live, at(2), {eraseAfterMs: 100}), 1, 1000);
      const attribute = note({id: 'label', kind: 'attribute', stamp: at(1)});
      const withNote = rowOf(deletionOf(attribute, at(2), {eraseAfterMs: 50, of: live.id}), 2, 1000);
      const below = rowOf(
        deletionOf(note({id: 'below', stamp: at(1)}), at(2), {eraseAfterMs: 900, of: live.id}),
        6,
        1000,
      );
      const open = rowOf(revisionOf(live, 'conflict'), 3);
      const merged = rowOf(revisionOf({...live, id: 'other'}, 'conflict', {state: 'merged'}), 4);
      await put(deletion, withNote, below, open, merged, rowOf(erased(note({id: 'erased', stamp: at(1)})), 5, 0));
      await storage.read(async (tx) => {
        const due = (nowMs: number, more: Partial<DueQuery> = {}) =>
          tx.dueTombstones('ann', {nowMs, after: null, limit: 9, ...more});
        const heads = [withNote, deletion].map((row) => ({...row, body: null}));
        const found = heads.map((row, i) => ({...row, foundAtMs: [1050, 1100][i]}));
        expect(await due(1049)).toEqual([]);
        expect(await due(1100)).toEqual(found);
        expect(await due(1100, {limit: 1})).toEqual(found.slice(0, 1));
        expect(await due(1100, {after: {eraseAtMs: 1050, seq: 2}})).toEqual(found.slice(1));
        expect(await due(1100, {after: {eraseAtMs: 1050, seq: 1}})).toEqual(found);
        expect(await due(1100, {after: {eraseAtMs: 1100, seq: 1}})).toEqual([]);
        expect(await tx.tombstonesOf('ann', live.id)).toEqual(heads.slice(0, 1));
        expect(await tx.openConflicts('ann')).toEqual([{...open, body: null}]);
        expect(await tx.openConflicts('bob')).toEqual([]);
        expect(await tx.hasOpenConflict('ann', live.id)).toBe(true);
        expect(await tx.hasOpenConflict('ann', 'other')).toBe(false);
        expect(await tx.hasOpenConflict('bob', live.id)).toBe(false);
      });
    });

    it('finds what was erased by some time, the oldest first, so many at most', async () => {
      const [early, late, later] = [30, 10, 20].map((receivedMs, i) =>
        rowOf(erased(note({id: `erased-${i}`, stamp: at(1)})), i + 1, receivedMs),
      ) as [WholeRow, WholeRow, WholeRow];
      await put(early, late, later, rowOf(deletionOf(note({stamp: at(1)}), at(2)), 4, 0));
      const ref = ({kind, id, seq}: WholeRow) => ({kind, id, seq});
      await storage.read(async (tx) => {
        expect(await tx.erasedTombstones('ann', 9, 10)).toEqual([]);
        expect(await tx.erasedTombstones('ann', 20, 10)).toEqual([ref(late), ref(later)]);
        expect(await tx.erasedTombstones('ann', 1000, 1)).toEqual([ref(late)]);
        expect(await tx.erasedTombstones('bob', 1000, 10)).toEqual([]);
      });
    });

    it('finds the revisions of what was erased, so many at most, but none in dispute', async () => {
      const of = (id: string, ms: number, more: Parameters<typeof note>[0] = {stamp: at(ms)}) => note({...more, id});
      const kept = [
        rowOf(revisionOf(of('gone', 1), 'edit'), 1),
        rowOf(revisionOf(of('gone', 2), 'conflict', {state: 'resolved'}), 2),
        rowOf(revisionOf(of('label', 1, {stamp: at(1), kind: 'attribute'}), 'restore'), 3),
      ];
      await put(
        ...kept,
        rowOf(erased(of('gone', 9)), 4),
        rowOf(erased(of('label', 9, {stamp: at(9), kind: 'attribute'})), 5),
        rowOf(erased(revisionOf(of('gone', 3), 'edit')), 6),
        rowOf(revisionOf(of('disputed', 1), 'edit'), 7),
        rowOf(revisionOf(of('disputed', 2), 'conflict'), 8),
        rowOf(erased(of('disputed', 9)), 9),
        rowOf(revisionOf(of('deleted', 1), 'edit'), 10),
        rowOf(deletionOf(of('deleted', 1), at(9)), 11),
        rowOf(revisionOf(of('live', 1), 'edit'), 12),
        rowOf(of('live', 9), 13),
        rowOf(revisionOf(of('nowhere', 1), 'edit'), 14),
      );
      await storage.read(async (tx) => {
        const found = await tx.revisionsOfErased('ann', 9);
        expect(found.toSorted((a, b) => a.seq - b.seq)).toEqual(kept.map((row) => ({...row, body: null})));
        expect(await tx.revisionsOfErased('ann', 2)).toHaveLength(2);
        expect(await tx.revisionsOfErased('bob', 9)).toEqual([]);
      });
    });

    it('forgets everything that was judged of one entity, unless the write throws', async () => {
      const ref = {kind: 'note', id: 'note-1'} as const;
      const other = {...ref, id: 'note-10'};
      await storage.write('ann', async (tx) => {
        for (const of of [ref, other])
          for (const ms of [1, 2]) await tx.putJudged('ann', of, {stamp: at(ms), outcome: 'seen', parents: []});
      });
      const judged = (of: typeof ref | typeof other) => storage.read((tx) => tx.judged('ann', of, at(2)));
      const undone = storage.write('ann', async (tx) => {
        await tx.forgetJudged('ann', ref);
        throw new Error('undo');
      });
      await expect(undone).rejects.toThrow('undo');
      expect(await judged(ref)).toBeDefined();
      await storage.write('ann', (tx) => tx.forgetJudged('ann', ref));
      expect(await judged(ref)).toBeUndefined();
      expect(await judged(other)).toBeDefined();
    });

    it('knows which seqs are taken, and forgets a row that is deleted', async () => {
      const {kind, id, seq} = rowOf(note({id: 'gone', stamp: at(1)}), 7);
      await storage.write('ann', (tx) => tx.putEntity('ann', rowOf(note({id: 'gone', stamp: at(1)}), 7)));
      expect(await storage.read((tx) => tx.hasSeq('ann', seq))).toBe(true);
      expect(await storage.read((tx) => tx.hasSeq('bob', seq))).toBe(false);
      const undone = storage.write('ann', async (tx) => {
        await tx.deleteEntity('ann', {kind, id});
        throw new Error('undo');
      });
      await expect(undone).rejects.toThrow('undo');
      expect(await storage.read((tx) => tx.head('ann', {kind, id}))).toMatchObject({id});
      await storage.write('ann', (tx) => tx.deleteEntity('ann', {kind, id}));
      expect(await storage.read((tx) => tx.hasSeq('ann', seq))).toBe(false);
      expect(await storage.read((tx) => tx.head('ann', {kind, id}))).toBeUndefined();
      expect(await storage.read((tx) => tx.counted('ann', bucketOf(id)))).toEqual([]);
    });

    it('keeps two versions that were set aside at the same seq, as after a restore', async () => {
      const [one, other] = [rowOf(note({stamp: at(1)}), 1), rowOf(note({stamp: at(2), text: 'other'}), 1)];
      await storage.write('ann', async (tx) => {
        for (const row of [one, other]) await tx.setAside('ann', row, 1);
      });
      const stamps = (await storage.read((tx) => tx.asides('ann'))).map(({stamp}) => stamp);
      expect(stamps.sort()).toEqual([at(1), at(2)]);
    });

    it('keeps what it set aside once', async () => {
      const row = rowOf(note({stamp: at(1)}), 1);
      await storage.write('ann', async (tx) => {
        await tx.setAside('ann', row, 1);
        await tx.setAside('ann', row, 2);
        expect(await tx.asides('ann')).toEqual([{kind: row.kind, id: row.id, stamp: row.stamp}]);
        expect(await tx.asides('bob')).toEqual([]);
      });
    });
  });
}
