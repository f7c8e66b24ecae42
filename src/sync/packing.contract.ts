/**
 * What rows that a first sync brought together must do on every Store, however they are kept: nothing tells them from
 * others. Called with the same harness as storeContract.
 */

import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import {utf8Bytes} from '../../protocol/bytes.ts';
import {EMPTY_BUCKET} from '../../protocol/digest.ts';
import type {BodyRow, EntityRow, Store, StoreTx} from './ports.ts';
import type {StoreHarness} from './store.contract.ts';
import {bodyRow, entity, outboxRow, revision, stateOf, tombstone} from './testing/rows.ts';

const MANY = 700;

export function packingContract(name: string, createHarness: () => Promise<StoreHarness>): void {
  describe(`${name} keeps what a first sync brings`, () => {
    let harness: StoreHarness;
    let store: Store;
    const read = <T>(body: (tx: StoreTx) => Promise<T>) => store.transaction('read', body);
    const write = <T>(body: (tx: StoreTx) => Promise<T>) => store.transaction('write', body);
    const ids = (kind: EntityRow['kind']) => read((tx) => tx.ids(kind, null, 10 * MANY));

    beforeEach(async () => {
      harness = await createHarness();
      store = harness.store;
    });
    afterEach(() => harness.close());

    it('nothing of it, nor of anything else, once the store is cleared; all of it where that transaction fails', async () => {
      const rows = notes(0, MANY);
      await write(async (tx) => {
        await tx.putState(stateOf({}));
        await tx.packEntities(rows);
        await tx.packBodies(rows.map(({id}) => bodyRow('note', id, 'text')));
        await tx.putEntities([entity('branch', 'b1')]);
        await tx.putOutbox([outboxRow('n1', 1)]);
        await tx.putBuckets([{index: 1, bucket: {count: 1, sum: 'f'.repeat(64)}}]);
      });
      const fails = write(async (tx) => {
        await tx.clear();
        throw new Error('it dies here');
      });
      await expect(fails).rejects.toThrow();
      expect(await ids('note')).toHaveLength(MANY);
      expect(await read((tx) => tx.outboxHead(10))).toHaveLength(1);
      expect(await read((tx) => tx.state())).toBeDefined();
      await write((tx) => tx.clear());
      store = await harness.reopen();
      expect(await ids('note')).toEqual([]);
      await read(async (tx) => {
        expect(await tx.state()).toBeUndefined();
        expect(await tx.entities([...rows.slice(0, 1), {kind: 'branch', id: 'b1'}])).toEqual([undefined, undefined]);
        expect(await tx.bodies(rows.slice(0, 1))).toEqual([undefined]);
        expect(await tx.outboxHead(10)).toEqual([]);
        expect(await tx.buckets([1])).toEqual([EMPTY_BUCKET]);
      });
    });

    it('every member of every row, page after page, also after closing', async () => {
      const rows = notes(0, MANY);
      const bodies = rows.map(({id}) => bodyRow('note', id, `text of ${id}`));
      const others = [
        pulled(revision('rev1', 'note00001')),
        pulled(tombstone('attribute', 'attr1')),
        pulled(entity('branch', 'b1')),
      ];
      await write((tx) => tx.packEntities([...rows.slice(0, 300), ...others]));
      await write((tx) => tx.packEntities(rows.slice(300)));
      await write((tx) => tx.packBodies(bodies.slice(0, 300)));
      await write((tx) => tx.packBodies([...bodies.slice(300), bodyRow('revision', 'rev1', 'kept')]));
      store = await harness.reopen();
      await read(async (tx) => {
        expect(await tx.entities(rows)).toStrictEqual(rows);
        expect(await tx.entities(others)).toStrictEqual(others);
        expect(await tx.entities([rows[500] as EntityRow])).toStrictEqual([rows[500]]);
        expect(await tx.bodies(bodies)).toStrictEqual(bodies);
        expect(await tx.bodies([bodies[499] as BodyRow, {kind: 'revision', id: 'rev1'}])).toStrictEqual([
          bodies[499],
          bodyRow('revision', 'rev1', 'kept'),
        ]);
        expect(await tx.revisionsOf('note00001')).toStrictEqual([others[0]]);
      });
    });

    it('options that came together, and those that were changed since', async () => {
      const came = ['opt1', 'opt2', 'opt3'].map((id) => pulled(entity('option', id)));
      const changed = {...pulled(entity('option', 'opt2')), revisedMs: 7};
      await write((tx) => tx.packEntities(came));
      await write((tx) => tx.putEntities([changed]));
      const asked = [...came, {kind: 'option', id: 'opt4'} as const];
      expect(await read((tx) => tx.entities(asked))).toStrictEqual([came[0], changed, came[2], undefined]);
    });

    it('tells what is not there, between and beyond', async () => {
      await write(async (tx) => {
        await tx.packEntities(notes(0, 200));
        await tx.packBodies([bodyRow('note', 'note00007', 'text')]);
      });
      const absent = ['aaaa', 'note00005x', 'note00200', 'zzzz'].map((id) => ({kind: 'note', id}) as const);
      await read(async (tx) => {
        for (const one of absent) expect(await tx.entities([one])).toEqual([undefined]);
        expect(await tx.entities([...absent, ...notes(0, 20)])).toEqual([
          ...absent.map(() => undefined),
          ...notes(0, 20),
        ]);
        expect(
          await tx.bodies([...absent, {kind: 'note', id: 'note00007'}, {kind: 'revision', id: 'note00007'}]),
        ).toEqual([...absent.map(() => undefined), bodyRow('note', 'note00007', 'text'), undefined]);
        expect(await tx.entities([{kind: 'branch', id: 'note00005'}])).toEqual([undefined]);
      });
    });

    it('is replaced by what is put later, and only that', async () => {
      const rows = notes(0, 200);
      const changed = {...(rows[7] as EntityRow), stamp: '000000009-0000-abcd'};
      await write(async (tx) => {
        await tx.packEntities(rows);
        await tx.packBodies(rows.map(({id}) => bodyRow('note', id, 'old')));
        await tx.putEntities([changed]);
        await tx.putBodies([bodyRow('note', changed.id, 'new')]);
      });
      await read(async (tx) => {
        expect(await tx.entities(rows)).toStrictEqual(rows.with(7, changed));
        expect(await tx.entities([changed])).toStrictEqual([changed]);
        const [before, now] = await tx.bodies([rows[6] as EntityRow, changed]);
        expect([before?.body, now?.body]).toEqual([utf8Bytes('old'), utf8Bytes('new')]);
      });
      expect(await ids('note')).toEqual(rows.map(({id}) => id));
    });

    it('is gone when it is deleted, whether it was replaced before or not, and can be put again', async () => {
      const rows = notes(0, 200);
      await write(async (tx) => {
        await tx.packEntities(rows);
        await tx.packBodies(rows.map(({id}) => bodyRow('note', id, 'text')));
        await tx.putEntities([rows[3] as EntityRow]);
        await tx.putBodies([bodyRow('note', 'note00003', 'other')]);
      });
      const gone = [rows[3], rows[150], rows[199]].filter((row) => row !== undefined);
      await write(async (tx) => {
        await tx.deleteEntities(gone);
        await tx.deleteBodies(gone);
      });
      await read(async (tx) => {
        expect(await tx.entities(gone)).toEqual([undefined, undefined, undefined]);
        expect(await tx.bodies(gone)).toEqual([undefined, undefined, undefined]);
        expect(await tx.entities([rows[149] as EntityRow])).toEqual([rows[149]]);
      });
      expect(await ids('note')).toEqual(rows.filter((row) => !gone.includes(row)).map(({id}) => id));
      await write((tx) => tx.putEntities(gone));
      expect(await ids('note')).toEqual(rows.map(({id}) => id));
      await write((tx) => tx.deleteEntities(rows));
      expect(await ids('note')).toEqual([]);
    });

    it('lists ids of both kinds of rows in one order, page by page', async () => {
      await write(async (tx) => {
        await tx.packEntities(notes(0, 300));
        await tx.putEntities([entity('note', 'note00001x'), entity('note', 'note00150x'), entity('note', 'zzzz')]);
      });
      const all = await ids('note');
      expect(all).toHaveLength(303);
      expect(all).toEqual(all.toSorted());
      const paged: string[] = [];
      for (let after: string | null = null; ; ) {
        const page: string[] = await read((tx) => tx.ids('note', after, 7));
        paged.push(...page);
        if (page.length < 7) break;
        after = page.at(-1) ?? null;
      }
      expect(paged).toEqual(all);
    });

    it('takes a page that came before what is here: a first sync that is done once more', async () => {
      const rows = notes(0, 300);
      await write((tx) => tx.packEntities(rows.slice(100, 200)));
      await write((tx) => tx.packBodies([bodyRow('note', 'note00100', 'b')]));
      await write((tx) => tx.packEntities(rows.slice(0, 100)));
      await write((tx) => tx.packBodies([bodyRow('note', 'note00001', 'a')]));
      await write((tx) => tx.packEntities(rows.slice(200)));
      await read(async (tx) => {
        expect(await tx.entities(rows)).toStrictEqual(rows);
        expect((await tx.bodies([rows[1], rows[100]] as EntityRow[])).map((row) => row?.body)).toEqual([
          utf8Bytes('a'),
          utf8Bytes('b'),
        ]);
      });
      expect(await ids('note')).toEqual(rows.map(({id}) => id));
    });

    it('takes a page whose rows lie between those that are here', async () => {
      const rows = notes(0, 300);
      const bodies = rows.map(({id}) => bodyRow('note', id, `text of ${id}`));
      for (const rest of [0, 1, 2]) {
        const isMine = (_: unknown, index: number) => index % 3 === rest;
        await write((tx) => tx.packEntities(rows.filter(isMine)));
        await write((tx) => tx.packBodies(bodies.filter(isMine)));
      }
      await read(async (tx) => {
        expect(await tx.entities(rows)).toStrictEqual(rows);
        expect(await tx.bodies(bodies)).toStrictEqual(bodies);
      });
    });

    it('keeps what is unlike the others: unsent, damaged, not text, without a server’s version', async () => {
      const [plain, mine, unknown, uncounted] = notes(0, 4) as [EntityRow, EntityRow, EntityRow, EntityRow];
      const rows = [
        {...plain, data: new Uint8Array([0xff, 0, 0x7f])},
        {...mine, own: mine.stamp, ownSent: mine.stamp, revisedMs: 5, mergedMs: 7},
        {...unknown, known: null},
        {...uncounted, known: uncounted.known && {...uncounted.known, counted: false}},
      ];
      await write((tx) => tx.packEntities(rows));
      expect(await read((tx) => tx.entities(rows))).toStrictEqual(rows);
    });

    it('what was made here, and is put again as the server’s, stays what it is, whatever lies between', async () => {
      const rows = notes(0, 300);
      const mine = rows.map((row) => ({...row, known: null, own: row.stamp, revisedMs: 5}));
      const between = entity('note', 'note00150x', {known: null});
      await write((tx) => tx.putEntities([...mine, between]));
      const acked = rows.map((row, n) => ({
        ...row,
        own: row.stamp,
        ownSent: row.stamp,
        ...(n === 7 ? {mergedMs: 3} : {}),
      }));
      await write((tx) => tx.putEntities(acked.slice(0, 100)));
      await write((tx) => tx.putEntities(acked.slice(200)));
      await write((tx) => tx.putEntities(acked.slice(100, 200)));
      store = await harness.reopen();
      expect(await read((tx) => tx.entities([...rows, between]))).toStrictEqual([...acked, between]);
      const edited = {...(acked[30] as EntityRow), stamp: '000000009-0000-abcd'};
      await write(async (tx) => {
        await tx.putEntities([edited]);
        await tx.deleteEntities([rows[31] as EntityRow, rows[250] as EntityRow]);
        await tx.putEntities([acked[250] as EntityRow]);
      });
      const now = acked.flatMap((row, n) => (n === 31 ? [] : n === 30 ? [edited] : [row]));
      expect(await read((tx) => tx.entities(now))).toStrictEqual(now);
      expect(await ids('note')).toEqual([...now.map(({id}) => id), 'note00150x'].sort());
      const later = now.map((row) => ({...row, revisedMs: 9}));
      await write((tx) => tx.putEntities(later));
      expect(await read((tx) => tx.entities(now))).toStrictEqual(later);
    });

    it('what came together, was changed here and is put again as the server’s is what was put last', async () => {
      const rows = notes(0, 300);
      const later = rows.slice(100).map((row) => ({...row, stamp: '000000009-0000-abcd', own: '000000009-0000-abcd'}));
      const acked = later.map((row) => ({...row, known: {stamp: row.stamp, hash: row.hash, seq: 9, counted: true}}));
      await write((tx) => tx.packEntities(rows.slice(0, 200)));
      await write((tx) => tx.putEntities(later));
      await write((tx) => tx.putEntities(acked));
      expect(await read((tx) => tx.entities(rows))).toStrictEqual([...rows.slice(0, 100), ...acked]);
    });

    it('is undone with its transaction', async () => {
      const failing = write(async (tx) => {
        await tx.packEntities(notes(0, 50));
        await tx.packBodies([bodyRow('note', 'note00001', 'text')]);
        throw new Error('on purpose');
      });
      await expect(failing).rejects.toThrow('on purpose');
      expect(await ids('note')).toEqual([]);
      expect(await read((tx) => tx.bodies([{kind: 'note', id: 'note00001'}]))).toEqual([undefined]);
    });
  });
}

function notes(from: number, to: number): EntityRow[] {
  return Array.from({length: to - from}, (_, n) => pulled(entity('note', `note${`${from + n}`.padStart(5, '0')}`)));
}

/** As the server has it, and nobody has changed it here. */
function pulled(row: EntityRow): EntityRow {
  const {stamp, hash} = row;
  return {...row, known: {stamp, hash, seq: 7, counted: true}, own: null, ownSent: null, revisedMs: null};
}
