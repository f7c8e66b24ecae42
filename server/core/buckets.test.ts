import {describe, expect, it} from 'vitest';
import {fromBase64Url} from '../../protocol/bytes.ts';
import {
  addLeaf,
  BUCKET_DIGEST_BYTES,
  bucketDigest,
  bucketOf,
  type Counted,
  EMPTY_BUCKET,
  leafOf,
  leafPrefix,
  rootDigest,
} from '../../protocol/digest.ts';
import {ASKED, at, createWorld, deletionOf, errorIn, note, pushOne, valueIn, type World} from '../testing/world.ts';

const items = async ({core, device}: World, buckets: {bucket: number; prefixes: string[]}[]) =>
  valueIn(await core.items(device, {...ASKED, buckets}));
const prefixOf = (counted: Counted) => leafPrefix(leafOf(counted));

describe('the digest', () => {
  it('of an empty account is that of no entities', async () => {
    const {core, device} = await createWorld();
    expect((await core.standing(device.accountId)).root).toBe(rootDigest(() => undefined));
  });

  it('follows every change: edits replace, erased deletions leave, conflicts add their revision', async () => {
    const world = await createWorld();
    const {core, device} = world;
    const base = note({stamp: at(1)});
    await pushOne(world, base);
    const withBase = (await core.standing(device.accountId)).root;
    expect(withBase).toBe(
      rootDigest((index) => (index === bucketOf(base.id) ? addLeaf(EMPTY_BUCKET, leafOf(base)) : undefined)),
    );
    await pushOne(world, note({id: 'other', stamp: at(2)}));
    const gone = deletionOf(note({id: 'other', stamp: at(2)}), at(3), {eraseAfterMs: 0});
    await pushOne(world, gone, {base: at(2)});
    expect((await core.standing(device.accountId)).root).not.toBe(withBase);
    await core.erase();
    expect((await core.standing(device.accountId)).root).toBe(withBase);
  });

  it('is listed bucket by bucket, 16 bytes each', async () => {
    const world = await createWorld();
    const version = note({stamp: at(1)});
    await pushOne(world, version);
    const digests = fromBase64Url(valueIn(await world.core.buckets(world.device, ASKED)).digests);
    const start = bucketOf(version.id) * BUCKET_DIGEST_BYTES;
    expect(digests).toHaveLength(256 * BUCKET_DIGEST_BYTES);
    expect(digests?.slice(start, start + BUCKET_DIGEST_BYTES)).toEqual(
      bucketDigest(addLeaf(EMPTY_BUCKET, leafOf(version))),
    );
  });
});

describe('items', () => {
  it('gives what the replica lacks and names what the server lacks, in the asked buckets only', async () => {
    const world = await createWorld();
    const known = note({id: 'known', stamp: at(1)});
    const newer = note({id: 'newer', stamp: at(2)});
    for (const version of [known, newer]) await pushOne(world, version);
    const mine = [known, note({id: 'newer', stamp: at(1)})];
    const buckets = [...new Set([known, newer].map(({id}) => bucketOf(id)))].map((bucket) => ({
      bucket,
      prefixes: mine.filter(({id}) => bucketOf(id) === bucket).map(prefixOf),
    }));
    const answer = await items(world, buckets);
    expect(answer.rows).toMatchObject([{id: 'newer', stamp: at(2), body: 'text'}]);
    expect(answer.lacking).toEqual(mine.slice(1).map(prefixOf));
    expect(answer.done).toBe(true);
    const elsewhere =
      (bucketOf('known') + 1) % 256 === bucketOf('newer')
        ? (bucketOf('known') + 2) % 256
        : (bucketOf('known') + 1) % 256;
    expect(await items(world, [{bucket: elsewhere, prefixes: []}])).toMatchObject({rows: [], lacking: []});
  });

  it('pages by bytes: asked again with what came, it gives the rest', async () => {
    const world = await createWorld();
    const ids = Array.from({length: 3000}, (_, index) => `note-${index}`).filter((id) => bucketOf(id) === 7);
    for (const id of ids) await pushOne(world, note({id, stamp: at(1), text: 'x'.repeat(400 * 1024)}));
    const prefixes: string[] = [];
    for (let rounds = 0; rounds < ids.length; rounds++) {
      const {rows, done} = await items(world, [{bucket: 7, prefixes}]);
      prefixes.push(...rows.map(prefixOf));
      if (done) break;
      expect(rows).toHaveLength(3);
    }
    expect(prefixes).toHaveLength(ids.length);
  });
});

describe('fetch', () => {
  it('gives entities by name, whole, and leaves out what is not there', async () => {
    const world = await createWorld();
    await pushOne(world, note({stamp: at(1)}));
    const refs = [
      {kind: 'note', id: 'nothing'},
      {kind: 'note', id: 'note-1'},
      {kind: 'branch', id: 'note-1'},
    ] as const;
    expect(valueIn(await world.core.fetch(world.device, {...ASKED, refs: [...refs]})).rows).toMatchObject([
      {id: 'note-1', body: 'text', seq: 1},
    ]);
  });

  it('refuses more than it can hold rather than leave some out', async () => {
    const world = await createWorld();
    const text = 'x'.repeat(15 << 20);
    for (const name of ['a', 'b', 'c']) await pushOne(world, note({id: `note-${name}`, stamp: at(1), text}));
    const refs = ['a', 'b', 'c'].map((name) => ({kind: 'note' as const, id: `note-${name}`}));
    expect(errorIn(await world.core.fetch(world.device, {...ASKED, refs})).type).toBe('too_large');
    expect(valueIn(await world.core.fetch(world.device, {...ASKED, refs: refs.slice(0, 2)})).rows).toHaveLength(2);
  });
});
