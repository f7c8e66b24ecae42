/** What every storage must do: one suite, run on the one in memory and on the real ones. */

import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import type {Bytes} from '../../protocol/bytes.ts';
import {bucketOf, EMPTY_BUCKET} from '../../protocol/digest.ts';
import {makeVersion} from '../../protocol/entity.ts';
import type {Lane} from '../../protocol/messages.ts';
import {revisionOf} from '../../protocol/revision.ts';
import {account, document, erased, rowOf} from '../testing/storage-rows.ts';
import {at, deletionOf, note} from '../testing/world.ts';
import type {DocumentRow, LaneQuery, PlacesQuery, Storage, WholeRow} from './port.ts';

export interface StorageUnderTest {
  readonly storage: Storage;
  /** Closes and opens the same data again; only for a storage on `disk`. */
  readonly reopen?: () => Promise<Storage>;
  readonly destroy: () => Promise<void>;
}

export function testStorage(name: string, lifetime: 'process' | 'disk', create: () => Promise<StorageUnderTest>): void {
  describe(`storage contract: ${name}`, () => {
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
    const places = (query: Partial<PlacesQuery>) =>
      storage.read((tx) => tx.places('ann', {after: 0, until: 1000, limit: 1000, ...query}));

    const laneRows = (query: Partial<LaneQuery>) =>
      storage.read((tx) =>
        tx.laneRows('ann', {lane: 'heads', after: null, until: 1000, maxRows: 1000, maxBytes: 1000, ...query}),
      );

    it('undoes everything of a write that throws, also where it replaced something', async () => {
      const first = rowOf(note({stamp: at(1)}), 1);
      await put(first);
      const failing = storage.write('ann', async (tx) => {
        await tx.putEntity('ann', rowOf(note({stamp: at(2), text: 'new'}), 2));
        await tx.putEntity('ann', rowOf(note({id: 'other', stamp: at(2)}), 3));
        await tx.putMeta('epoch', 'other');
        await tx.addCommit('ann', {seq: 3, mark: 'mark'});
        await tx.putBucket('ann', 7, {sum: '1', count: 1});
        await tx.putJudged('ann', first, {stamp: at(2), outcome: 'applied', parents: []});
        await tx.putDocument('ann', {...document(), headSeq: 3});
        throw new Error('on purpose');
      });
      await expect(failing).rejects.toThrow('on purpose');
      await storage.read(async (tx) => {
        expect(await tx.entity('ann', first)).toEqual(first);
        expect(await tx.entity('ann', {kind: 'note', id: 'other'})).toBeUndefined();
        expect(await tx.meta('epoch')).toBeUndefined();
        expect(await tx.commitAt('ann', 0)).toBeUndefined();
        expect(await tx.bucket('ann', 7)).toBeUndefined();
        expect(await tx.judged('ann', first, at(2))).toBeUndefined();
        expect((await tx.document('ann'))?.headSeq).toBe(0);
      });
    });

    it('goes on after a write that threw', async () => {
      await expect(storage.write('ann', () => Promise.reject(new Error('on purpose')))).rejects.toThrow('on purpose');
      await put(rowOf(note({stamp: at(1)}), 1));
      expect(await places({})).toHaveLength(1);
    });

    it('shows a write its own changes', async () => {
      const row = rowOf(note({stamp: at(1)}), 1);
      const seen = await storage.write('ann', async (tx) => {
        await tx.putEntity('ann', row);
        return tx.entity('ann', row);
      });
      expect(seen).toEqual(row);
    });

    it('lets two writes for one account see each other whole, never halfway', async () => {
      const increment = () =>
        storage.write('ann', async (tx) => {
          const {headSeq} = (await tx.document('ann')) ?? document();
          await Promise.resolve();
          await tx.putDocument('ann', {...document(), headSeq: headSeq + 1});
        });
      await Promise.all(Array.from({length: 20}, increment));
      expect((await storage.read((tx) => tx.document('ann')))?.headSeq).toBe(20);
    });

    it('gives a read one snapshot, whatever is written meanwhile', async () => {
      await put(rowOf(note({stamp: at(1)}), 1));
      const gate = Promise.withResolvers<void>();
      const reading = storage.read(async (tx) => {
        const before = await tx.document('ann');
        await gate.promise;
        return [before, await tx.document('ann'), await tx.entity('ann', {kind: 'note', id: 'note-1'})] as const;
      });
      const writing = storage.write('ann', async (tx) => {
        await tx.putDocument('ann', {...document(), headSeq: 9});
        await tx.putEntity('ann', rowOf(note({stamp: at(2)}), 2));
      });
      gate.resolve();
      const [before, after, row] = await reading;
      await writing;
      expect(after).toEqual(before);
      expect(row?.seq).toBe(before?.headSeq === 9 ? 2 : 1);
    });

    it('shows a read everything that was written before it began', async () => {
      await put(rowOf(note({stamp: at(1)}), 1));
      expect(await storage.read((tx) => tx.entity('ann', {kind: 'note', id: 'note-1'}))).toBeDefined();
    });

    it.each([
      ['NUL', Uint8Array.of(0, 65, 0)],
      ['what is no UTF-8', Uint8Array.of(0xff, 0xc0, 0x80, 0xed, 0xa0, 0x80)],
      ['every byte', Uint8Array.from({length: 256}, (_, byte) => byte)],
      ['a byte order mark', Uint8Array.of(0xef, 0xbb, 0xbf, 65)],
      ['nothing', new Uint8Array(0)],
      ['a megabyte', new Uint8Array(1 << 20).fill(0xa5)],
    ] as [string, Bytes][])('keeps data and body byte for byte: %s', async (_name, bytes) => {
      const version = makeVersion({
        kind: 'note',
        id: 'note-1',
        stamp: at(1),
        deleted: false,
        meta: null,
        data: bytes,
        body: bytes,
      });
      const row = rowOf(version, 1);
      await put(row);
      const stored = await storage.read((tx) => tx.entity('ann', row));
      expect(stored).toEqual(row);
      expect(stored?.data.constructor).toBe(Uint8Array);
    });

    it('keeps the metas of revisions and deletions', async () => {
      const version = note({stamp: at(1)});
      const revision = rowOf(revisionOf(version, 'conflict'), 1);
      const deletion = rowOf(deletionOf(version, at(2), {of: 'parent'}), 2);
      await put(revision, deletion);
      expect(await storage.read((tx) => tx.entity('ann', revision))).toEqual(revision);
      expect(await storage.read((tx) => tx.entity('ann', deletion))).toEqual(deletion);
    });

    it('reads a head without its body', async () => {
      const row = rowOf(note({stamp: at(1)}), 1);
      await put(row);
      expect(await storage.read((tx) => tx.head('ann', row))).toEqual({...row, body: null});
    });

    it('keeps accounts, kinds and ids apart, also where they look alike', async () => {
      const ids = ['note-1', 'note-10', 'note-1_', 'NOTE-1', 'note-1-'];
      const rows = ids.map((id, index) => rowOf(note({id, stamp: at(index), title: id}), index + 1));
      const branch = rowOf(note({kind: 'branch', stamp: at(1), title: 'branch'}), 50);
      await put(...rows, branch);
      await storage.write('bob', (tx) => tx.putEntity('bob', rowOf(note({stamp: at(1), title: 'bob’s'}), 1)));
      await storage.read(async (tx) => {
        for (const row of [...rows, branch]) expect(await tx.entity('ann', row)).toEqual(row);
        expect(await tx.entity('ann', {kind: 'note', id: 'note'})).toBeUndefined();
        expect(await tx.places('bob', {after: 0, until: 1000, limit: 10})).toHaveLength(1);
      });
    });

    it('lists places by position, after and until and at most so many', async () => {
      const rows = [5, 3, 9, 1, 7].map((seq) => rowOf(note({id: `note-${seq}`, stamp: at(seq)}), seq));
      await put(...rows);
      expect((await places({})).map(({position}) => position)).toEqual([1, 3, 5, 7, 9]);
      expect((await places({after: 3, until: 7})).map(({position}) => position)).toEqual([5, 7]);
      expect((await places({limit: 2})).map(({position}) => position)).toEqual([1, 3]);
    });

    it('lists a note whose body is older than its head at both positions in the lane "all"', async () => {
      await put(
        {...rowOf(note({stamp: at(1), title: 'é', text: 'body'}), 8), bodySeq: 6},
        rowOf(note({id: 'other', stamp: at(1)}), 7),
      );
      const found = await places({});
      expect(found.map(({id, position}) => [id, position])).toEqual([
        ['note-1', 6],
        ['other', 7],
        ['note-1', 8],
      ]);
      expect(found[0]).toEqual({kind: 'note', id: 'note-1', position: 6, bodySeq: 6, dataBytes: 2, bodyBytes: 4});
      expect((await places({after: 6})).map(({position}) => position)).toEqual([7, 8]);
    });

    it('gives each lane what belongs to it', async () => {
      const version = note({stamp: at(1)});
      const revision = revisionOf(version, 'conflict');
      await put(
        {...rowOf(version, 9), bodySeq: 2},
        rowOf(note({id: 'bare', stamp: at(1), text: ''}), 3),
        rowOf(note({id: 'branch', kind: 'branch', stamp: at(1)}), 4),
        rowOf(deletionOf(note({id: 'gone', stamp: at(1)}), at(2)), 5),
        rowOf(erased(note({id: 'erased', stamp: at(1)})), 6),
        rowOf(revision, 7),
        rowOf(erased({...revision, id: 'erased-revision'}), 8),
      );
      const idsOf = async (lane: Lane, until: number) => {
        const found = await laneRows({lane, until});
        expect(await storage.read((tx) => tx.countLane('ann', {lane, until}))).toBe(found.length);
        return found.map(({id}) => id);
      };
      expect(await idsOf('heads', 1000)).toEqual(['branch', 'bare', 'gone', 'note-1']);
      expect(await idsOf('heads', 8)).toEqual(['branch', 'bare', 'gone']);
      expect(await idsOf('bodies', 1000)).toEqual(['gone', 'note-1']);
      expect(await idsOf('bodies', 4)).toEqual(['note-1']);
      expect(await idsOf('revisions', 1000)).toEqual([revision.id]);
      expect(await idsOf('revisions', 6)).toEqual([]);
      expect((await laneRows({lane: 'heads'})).map(({body}) => body)).toEqual([null, null, null, null]);
      expect((await laneRows({lane: 'bodies'}))[1]).toEqual({...rowOf(version, 9), bodySeq: 2});
    });

    it('gives a lane in pieces: by rows, by bytes, after an entity of any kind', async () => {
      await put(...['c', 'a', 'b'].map((id, n) => rowOf(note({id, stamp: at(1), title: '', text: 'four'}), n + 1)));
      await put(rowOf(note({id: 'z', kind: 'branch', stamp: at(1)}), 4));
      const ids = async (query: Partial<LaneQuery>) => (await laneRows(query)).map(({id}) => id);
      expect(await ids({lane: 'bodies', maxRows: 2})).toEqual(['a', 'b']);
      expect(await ids({lane: 'bodies', maxBytes: 1})).toEqual(['a']);
      expect(await ids({lane: 'bodies', after: {kind: 'note', id: 'a'}})).toEqual(['b', 'c']);
      expect(await ids({lane: 'heads', after: {kind: 'branch', id: 'y'}})).toEqual(['z', 'a', 'b', 'c']);
      expect(await ids({lane: 'heads', after: {kind: 'branch', id: 'z'}})).toEqual(['a', 'b', 'c']);
      expect(await ids({lane: 'heads', after: {kind: 'note', id: 'c'}})).toEqual([]);
    });

    it('lists what the digest counts, by bucket', async () => {
      const live = rowOf(note({stamp: at(1)}), 1);
      await put(live, rowOf(erased(note({id: 'erased', stamp: at(1)})), 2));
      const {kind, id, stamp, hash} = live;
      expect(await storage.read((tx) => tx.counted('ann', bucketOf(id)))).toEqual([{kind, id, stamp, hash}]);
      if (bucketOf('erased') !== bucketOf(id)) {
        expect(await storage.read((tx) => tx.counted('ann', bucketOf('erased')))).toEqual([]);
      }
    });

    it('remembers what was judged, and replaces it', async () => {
      const ref = {kind: 'note', id: 'note-1'} as const;
      const won = {stamp: at(2), outcome: 'won', parents: [at(0), at(1)], over: 'revision-1'} as const;
      await storage.write('ann', async (tx) => {
        await tx.putJudged('ann', ref, {stamp: at(1), outcome: 'seen', parents: []});
        await tx.putJudged('ann', ref, {stamp: at(2), outcome: 'seen', parents: []});
        await tx.putJudged('ann', ref, won);
      });
      await storage.read(async (tx) => {
        expect(await tx.judged('ann', ref, at(1))).toEqual({stamp: at(1), outcome: 'seen', parents: []});
        expect(await tx.judged('ann', ref, at(2))).toEqual(won);
        expect(await tx.judged('ann', {...ref, kind: 'branch'}, at(2))).toBeUndefined();
        expect(await tx.judged('bob', ref, at(2))).toBeUndefined();
      });
    });

    it('finds the first commit at or after a position', async () => {
      await storage.write('ann', async (tx) => {
        for (const seq of [0, 3, 10]) await tx.addCommit('ann', {seq, mark: `mark-${seq}`});
      });
      await storage.read(async (tx) => {
        expect(await tx.commitAt('ann', 0)).toEqual({seq: 0, mark: 'mark-0'});
        expect(await tx.commitAt('ann', 1)).toEqual({seq: 3, mark: 'mark-3'});
        expect(await tx.commitAt('ann', 10)).toEqual({seq: 10, mark: 'mark-10'});
        expect(await tx.commitAt('ann', 11)).toBeUndefined();
        expect(await tx.commitAt('bob', 0)).toBeUndefined();
      });
    });

    it('refuses a second commit at one position', async () => {
      await storage.write('ann', (tx) => tx.addCommit('ann', {seq: 1, mark: 'one'}));
      await expect(storage.write('ann', (tx) => tx.addCommit('ann', {seq: 1, mark: 'two'}))).rejects.toThrow();
    });

    it('keeps buckets, documents and server values', async () => {
      const changed: DocumentRow = {...document(), headSeq: 4, headMark: 'mark', root: 'root', floor: 2};
      await storage.write('ann', async (tx) => {
        await tx.putBucket('ann', 255, {...EMPTY_BUCKET, count: 1});
        await tx.putBucket('ann', 255, {sum: 'f'.repeat(64), count: 2});
        await tx.putDocument('ann', changed);
        await tx.putMeta('epoch', 'one');
        await tx.putMeta('epoch', 'two');
      });
      await storage.read(async (tx) => {
        expect(await tx.bucket('ann', 255)).toEqual({sum: 'f'.repeat(64), count: 2});
        expect(await tx.bucket('ann', 0)).toBeUndefined();
        expect(await tx.document('ann')).toEqual(changed);
        expect(await tx.document('bob')).toEqual(document());
        expect(await tx.meta('epoch')).toBe('two');
      });
    });

    it('finds accounts by name, and refuses a taken one', async () => {
      await storage.read(async (tx) => {
        expect(await tx.accountIds()).toEqual(['ann', 'bob']);
        expect(await tx.accountByKey('key-bob')).toEqual(account('bob'));
        expect(await tx.accountByKey('bob')).toBeUndefined();
      });
      const taken = {...account('eve'), usernameKey: 'key-ann'};
      await expect(storage.write(null, (tx) => tx.addAccount(taken, document()))).rejects.toThrow();
      expect(await storage.read((tx) => tx.accountIds())).toEqual(['ann', 'bob']);
    });

    it('finds devices by token and id, and replaces them', async () => {
      const device = {
        accountId: 'ann',
        id: 'device',
        name: 'Laptop',
        tokenHash: 'hash',
        createdMs: 1,
        lastSeenMs: 1,
        lastAddress: null,
        cursorSeq: 0,
        removedMs: null,
      };
      const seen = {...device, lastSeenMs: 2, lastAddress: '::1', cursorSeq: 5};
      await storage.write('ann', (tx) => tx.putDevice(device));
      await storage.write('ann', (tx) => tx.putDevice(seen));
      await storage.read(async (tx) => {
        expect(await tx.deviceByToken('hash')).toEqual(seen);
        expect(await tx.device('ann', 'device')).toEqual(seen);
        expect(await tx.device('bob', 'device')).toBeUndefined();
        expect(await tx.deviceByToken('other')).toBeUndefined();
        expect(await tx.addresses('ann')).toEqual(['::1']);
        expect(await tx.addresses('bob')).toEqual([]);
      });
      await storage.write('ann', async (tx) => {
        await tx.putDevice({...seen, removedMs: 3});
        for (const id of ['second', 'third'])
          await tx.putDevice({...seen, id, tokenHash: id, lastAddress: '192.0.2.7'});
        await tx.putDevice({...device, id: 'fourth', tokenHash: 'fourth'});
      });
      expect(await storage.read((tx) => tx.addresses('ann'))).toEqual(['192.0.2.7']);
    });

    it('refuses everything once it is closed', async () => {
      await storage.close();
      await expect(storage.read((tx) => tx.meta('epoch'))).rejects.toThrow('closed');
      await expect(storage.write(null, (tx) => tx.meta('epoch'))).rejects.toThrow('closed');
    });

    if (lifetime === 'disk') {
      it('has everything again after it was opened anew', async () => {
        const row = rowOf(note({stamp: at(1)}), 1);
        await put(row);
        if (under.reopen === undefined) throw new Error('a storage on disk can be opened again');
        storage = await under.reopen();
        expect(await storage.read((tx) => tx.entity('ann', row))).toEqual(row);
      });
    }
  });
}
