import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {concatBytes, fromBase64Url, toHex, utf8Bytes} from './bytes.ts';
import {
  addLeaf,
  BUCKET_COUNT,
  type Bucket,
  bucketDigest,
  bucketOf,
  type Counted,
  digestAt,
  EMPTY_BUCKET,
  isCounted,
  leafOf,
  leafPrefix,
  removeLeaf,
  rootDigest,
  withLeaves,
} from './digest.ts';
import {KINDS, makeVersion, NO_BYTES} from './entity.ts';
import {hashOf, sha256} from './hash.ts';
import {anyId, anyStamp, noteVersion, STAMP} from './testing/arbitrary.ts';

const anyHash = fc.string().map((text) => hashOf(utf8Bytes(text)));
const anyCounted: fc.Arbitrary<Counted> = fc.record({
  kind: fc.constantFrom(...KINDS),
  id: anyId,
  stamp: anyStamp,
  hash: anyHash,
});
const anyLeaf = fc.oneof(
  fc.uint8Array({minLength: 32, maxLength: 32}),
  fc.constantFrom(new Uint8Array(32), new Uint8Array(32).fill(255)),
);

function bucketWith(leaves: readonly Uint8Array[]): Bucket {
  return leaves.reduce(addLeaf, EMPTY_BUCKET);
}

describe('a bucket', () => {
  test('is the sum of its leaves mod 2^256 and their count', () => {
    fc.assert(
      fc.property(fc.array(anyLeaf), (leaves) => {
        const sum = leaves.reduce((total, leaf) => total + BigInt(`0x${toHex(leaf)}`), 0n) % (1n << 256n);
        expect(bucketWith(leaves)).toEqual({sum: sum.toString(16).padStart(64, '0'), count: leaves.length});
      }),
    );
  });

  test('is the same whether leaves come and go one by one or at once', () => {
    fc.assert(
      fc.property(fc.array(anyLeaf), fc.array(anyLeaf), (added, removed) => {
        const oneByOne = removed.reduce(removeLeaf, bucketWith(added));
        expect(withLeaves(EMPTY_BUCKET, {added, removed})).toEqual(oneByOne);
      }),
    );
  });

  test('does not depend on the order in which leaves came', () => {
    const twoOrders = fc
      .array(anyLeaf)
      .chain((leaves) => fc.tuple(fc.constant(leaves), fc.shuffledSubarray(leaves, {minLength: leaves.length})));
    fc.assert(
      fc.property(twoOrders, ([a, b]) => {
        expect(bucketWith(b)).toEqual(bucketWith(a));
      }),
    );
  });

  test('is as before when a leaf that came has gone', () => {
    fc.assert(
      fc.property(fc.array(anyLeaf), anyLeaf, (leaves, leaf) => {
        const before = bucketWith(leaves);
        expect(removeLeaf(addLeaf(before, leaf), leaf)).toEqual(before);
      }),
    );
  });

  test('with the same leaf twice is not the empty one', () => {
    const leaf = leafOf({kind: 'note', id: 'note1', stamp: STAMP, hash: hashOf(NO_BYTES)});
    const twice = bucketWith([leaf, leaf]);
    expect(toHex(bucketDigest(twice))).not.toBe(toHex(bucketDigest(EMPTY_BUCKET)));
    expect(bucketWith([new Uint8Array(32)])).not.toEqual(EMPTY_BUCKET);
    expect(toHex(bucketDigest(bucketWith([new Uint8Array(32)])))).not.toBe(toHex(bucketDigest(EMPTY_BUCKET)));
  });

  test('is found by the first byte of the hash of the id', () => {
    fc.assert(
      fc.property(anyId, (id) => {
        expect(bucketOf(id)).toBe(sha256(utf8Bytes(id))[0]);
      }),
    );
  });
});

describe('a leaf', () => {
  test('changes with every member of what it counts', () => {
    fc.assert(
      fc.property(anyCounted, anyCounted, (a, b) => {
        for (const member of ['kind', 'id', 'stamp', 'hash'] as const) {
          const changed = {...a, [member]: b[member]};
          expect(toHex(leafOf(changed)) === toHex(leafOf(a))).toBe(a[member] === b[member]);
        }
      }),
    );
  });

  test('has a prefix of eight bytes', () => {
    fc.assert(
      fc.property(anyCounted, (counted) => {
        expect(fromBase64Url(leafPrefix(leafOf(counted)))).toEqual(leafOf(counted).slice(0, 8));
      }),
    );
  });
});

describe('the root', () => {
  /** As both sides keep it: buckets changed one by one. */
  function rootOf(all: readonly Counted[], changes: (bucket: Map<number, Bucket>) => void = () => {}): string {
    const byIndex = new Map<number, Bucket>();
    for (const counted of all) change(byIndex, counted, addLeaf);
    changes(byIndex);
    return rootDigest((index) => byIndex.get(index));
  }

  function change(byIndex: Map<number, Bucket>, counted: Counted, by: typeof addLeaf): void {
    const index = bucketOf(counted.id);
    byIndex.set(index, by(byIndex.get(index) ?? EMPTY_BUCKET, leafOf(counted)));
  }

  test('kept up to date change by change is the one recomputed from what is there', () => {
    fc.assert(
      fc.property(fc.array(anyCounted), fc.array(anyCounted), fc.array(anyCounted), (kept, gone, added) => {
        const incremental = rootOf([...kept, ...gone], (byIndex) => {
          for (const counted of gone) change(byIndex, counted, removeLeaf);
          for (const counted of added) change(byIndex, counted, addLeaf);
        });
        expect(incremental).toBe(rootOf([...added, ...kept]));
      }),
    );
  });

  test('is the hash of the 256 bucket digests in order', () => {
    fc.assert(
      fc.property(fc.array(anyCounted), (all) => {
        const buckets = Array.from({length: BUCKET_COUNT}, (_, index) =>
          bucketWith(all.filter(({id}) => bucketOf(id) === index).map(leafOf)),
        );
        expect(rootOf(all)).toBe(hashOf(concatBytes(...buckets.map(bucketDigest))));
      }),
    );
  });

  test('of nothing is the same with and without empty buckets', () => {
    expect(rootDigest(() => EMPTY_BUCKET)).toBe(rootDigest(() => undefined));
  });

  test('changes with any member of any entity', () => {
    fc.assert(
      fc.property(fc.array(anyCounted), anyCounted, anyCounted, (others, a, b) => {
        for (const member of ['kind', 'id', 'stamp', 'hash'] as const) {
          if (a[member] === b[member]) continue;
          expect(rootOf([...others, {...a, [member]: b[member]}])).not.toBe(rootOf([...others, a]));
        }
      }),
    );
  });
});

test('everything counts but a deletion whose content is gone', () => {
  const deletion = {...noteVersion(), deleted: true, meta: {type: 'tombstone' as const, eraseAfterMs: 1}};
  expect(isCounted(noteVersion())).toBe(true);
  expect(isCounted(makeVersion({...deletion, body: NO_BYTES}))).toBe(true);
  expect(isCounted(makeVersion({...deletion, data: NO_BYTES, body: NO_BYTES}))).toBe(false);
});

test('the digest of one bucket is found among those of all', () => {
  const all = Uint8Array.from({length: BUCKET_COUNT * 16}, (_, place) => place >> 4);
  for (const index of [0, 7, 255]) expect([...digestAt(all, index)]).toEqual(new Array(16).fill(index));
});
