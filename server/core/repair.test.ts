import {describe, expect, it} from 'vitest';
import {fromBase64Url, utf8Bytes} from '../../protocol/bytes.ts';
import {
  addLeaf,
  BUCKET_DIGEST_BYTES,
  bucketDigest,
  bucketOf,
  EMPTY_BUCKET,
  leafOf,
  leafPrefix,
} from '../../protocol/digest.ts';
import type {Version} from '../../protocol/entity.ts';
import {refKey} from '../../protocol/entity.ts';
import {revisionOf} from '../../protocol/revision.ts';
import {encodeVersion} from '../../protocol/wire.ts';
import type {EntityRow} from '../storage/port.ts';
import type {RowFacts} from '../storage/row-facts.ts';
import {ASKED, at, createWorld, deletionOf, note, pullPage, pushOne, valueIn, type World} from '../testing/world.ts';

const FIRST = note({id: 'first', stamp: at(1)});
const SECOND = note({id: 'second', stamp: at(2), text: 'another text'});

async function worldWithNotes(): Promise<World> {
  const world = await createWorld();
  await pushOne(world, FIRST);
  await pushOne(world, SECOND);
  return world;
}

function rowsOf({storage, device}: World) {
  const rows = storage.tables.entities.get(device.accountId);
  if (rows === undefined) throw new Error('no rows');
  return rows;
}

function change(world: World, version: Version, edit: (row: EntityRow) => EntityRow): void {
  const stored = rowsOf(world).get(refKey(version));
  if (stored === undefined) throw new Error(`${version.id} is not stored`);
  rowsOf(world).set(refKey(version), {...stored, row: edit(stored.row)});
}

const damage = (world: World, version: Version) =>
  change(world, version, (row) => ({...row, body: utf8Bytes('what the disk made of it')}));
const lose = (world: World, version: Version) => rowsOf(world).delete(refKey(version));
const standing = ({core, device}: World) => core.standing(device.accountId);
const recomputed = async ({core, device}: World) =>
  fromBase64Url(valueIn(await core.buckets(device, {...ASKED, recompute: true})).digests);
const repair = async ({core, device}: World, buckets: number[], ...entities: [Version, seq: number][]) =>
  valueIn(
    await core.repair(device, {
      ...ASKED,
      buckets,
      entities: entities.map(([version, seq]) => ({...encodeVersion(version), seq})),
    }),
  );
const rowOf = (world: World, version: Version) => rowsOf(world).get(refKey(version))?.row;

describe('recomputing', () => {
  it('says the same as the kept digest while nothing is damaged', async () => {
    const world = await worldWithNotes();
    const kept = fromBase64Url(valueIn(await world.core.buckets(world.device, ASKED)).digests);
    expect(await recomputed(world)).toEqual(kept);
  });

  it.each([
    ['a damaged row', damage],
    ['a lost row', lose],
  ])('sees %s that the kept digest still counts', async (_, hurt) => {
    const world = await worldWithNotes();
    hurt(world, FIRST);
    const start = bucketOf(FIRST.id) * BUCKET_DIGEST_BYTES;
    expect((await recomputed(world))?.slice(start, start + BUCKET_DIGEST_BYTES)).toEqual(bucketDigest(EMPTY_BUCKET));
  });

  it('is of the head that comes with it, whatever is pushed meanwhile', async () => {
    const world = await worldWithNotes();
    const asking = world.core.buckets(world.device, {...ASKED, recompute: true});
    await pushOne(world, note({id: 'third', stamp: at(3)}));
    const {head, digests} = valueIn(await asking);
    const third = bucketOf('third') * BUCKET_DIGEST_BYTES;
    const counted = fromBase64Url(digests)?.slice(third, third + BUCKET_DIGEST_BYTES);
    const leaf = leafOf(note({id: 'third', stamp: at(3)}));
    expect(counted).toEqual(bucketDigest(head.seq === 3 ? addLeaf(EMPTY_BUCKET, leaf) : EMPTY_BUCKET));
  });
});

describe('items', () => {
  it('names the leaf of a damaged row as lacking, and the row as damaged where the replica lacks it too', async () => {
    const world = await worldWithNotes();
    damage(world, FIRST);
    const prefix = leafPrefix(leafOf(FIRST));
    const ask = async (prefixes: string[]) =>
      valueIn(await world.core.items(world.device, {...ASKED, buckets: [{bucket: bucketOf(FIRST.id), prefixes}]}));
    expect(await ask([prefix])).toMatchObject({rows: [], lacking: [prefix], damaged: []});
    expect(await ask([])).toMatchObject({rows: [], lacking: [], damaged: [{kind: 'note', id: 'first'}]});
  });
});

describe('a repair', () => {
  it.each([
    ['a damaged row', damage],
    ['a lost row', lose],
  ])('puts %s back where it was: no commit, no new seq, nothing for who has it', async (_, hurt) => {
    const world = await worldWithNotes();
    const before = await standing(world);
    hurt(world, FIRST);
    const pokes: unknown[] = [];
    world.core.subscribe(world.device.accountId, (poke) => pokes.push(poke));
    const {verdicts} = await repair(world, [bucketOf(FIRST.id)], [FIRST, 1]);
    expect(verdicts).toEqual([{kind: 'note', id: 'first', stamp: FIRST.stamp, type: 'stored', seq: 1}]);
    expect(rowOf(world, FIRST)).toMatchObject({stamp: FIRST.stamp, seq: 1, bodySeq: 1, body: FIRST.body});
    expect(await standing(world)).toEqual(before);
    expect(pokes).toEqual([]);
    expect((await pullPage(world, {after: 0})).rows.map(({id}) => id)).toEqual(['first', 'second']);
  });

  it('sets the damaged bytes aside', async () => {
    const world = await worldWithNotes();
    damage(world, FIRST);
    await repair(world, [bucketOf(FIRST.id)]);
    const aside = [...(world.storage.tables.aside.get(world.device.accountId)?.values() ?? [])];
    expect(aside).toMatchObject([{id: 'first', body: utf8Bytes('what the disk made of it')}]);
  });

  it('takes what nobody can give back out of the digest, so that every device looks', async () => {
    const world = await worldWithNotes();
    const before = await standing(world);
    damage(world, FIRST);
    const pokes: unknown[] = [];
    world.core.subscribe(world.device.accountId, (poke) => pokes.push(poke));
    const answer = await repair(world, [bucketOf(FIRST.id)]);
    expect(answer.root).not.toBe(before.root);
    expect(answer.head.seq).toBe(before.head.seq + 1);
    expect(pokes).toMatchObject([{root: answer.root}]);
    expect((await pullPage(world, {after: before.head.seq})).rows).toEqual([]);
    const healed = await repair(world, [bucketOf(FIRST.id)], [FIRST, 1]);
    expect(healed.root).toBe(before.root);
  });

  describe('of a row that was filed wrongly', () => {
    const misfile = (world: World, facts: Partial<RowFacts>) => {
      const stored = rowsOf(world).get(refKey(FIRST));
      if (stored === undefined) throw new Error('not stored');
      rowsOf(world).set(refKey(FIRST), {...stored, facts: {...stored.facts, ...facts}});
    };
    const index = bucketOf(FIRST.id);
    const other = (index + 1) % 256;
    const faults = [
      ['in no bucket', {counted: false}],
      ['in another bucket', {bucket: other}],
    ] as const;

    it.each(faults)('%s counts it again, at its seq, when a replica gives it back', async (_, facts) => {
      const world = await worldWithNotes();
      const before = await standing(world);
      misfile(world, facts);
      expect((await repair(world, [index])).root).not.toBe(before.root);
      const {verdicts, root} = await repair(world, [index], [FIRST, 1]);
      expect(verdicts).toMatchObject([{type: 'stored', seq: 1}]);
      expect(root).toBe(before.root);
      expect((await repair(world, [index, other])).root).toBe(before.root);
      expect(rowOf(world, FIRST)).toMatchObject({seq: 1, body: FIRST.body});
    });

    it('in another bucket files it anew by itself, where that one is made anew', async () => {
      const world = await worldWithNotes();
      const before = await standing(world);
      misfile(world, {bucket: other});
      expect((await repair(world, [other])).root).toBe(before.root);
      expect((await repair(world, [index])).root).toBe(before.root);
    });

    it('that is erased and doesn’t count takes it out', async () => {
      const world = await worldWithNotes();
      await pushOne(world, deletionOf(FIRST, at(3), {eraseAfterMs: 0}), {base: FIRST.stamp});
      await world.core.erase();
      const before = await standing(world);
      misfile(world, {counted: true});
      expect((await repair(world, [index])).root).toBe(before.root);
      const {rows} = valueIn(
        await world.core.items(world.device, {...ASKED, buckets: [{bucket: index, prefixes: []}]}),
      );
      expect(rows).toEqual([]);
    });

    it('in another bucket tells a replica that it is lacking where it counts, and not of it elsewhere', async () => {
      const world = await worldWithNotes();
      misfile(world, {bucket: other});
      const prefix = leafPrefix(leafOf(FIRST));
      const buckets = [
        {bucket: index, prefixes: [prefix]},
        {bucket: other, prefixes: []},
      ];
      const {rows, lacking, damaged} = valueIn(await world.core.items(world.device, {...ASKED, buckets}));
      expect({rows, lacking, damaged}).toEqual({rows: [], lacking: [prefix], damaged: []});
    });
  });

  it('counts a row that the digest had not, and gives it a place in the history that pulls reach', async () => {
    const world = await worldWithNotes();
    const [other] = [...rowsOf(world).values()];
    const forged = note({id: 'forged', stamp: at(9)});
    const row = {...forged, body: forged.body, seq: 2000, bodySeq: 2000, receivedMs: 0} as EntityRow;
    if (other === undefined) throw new Error('no rows');
    rowsOf(world).set(refKey(forged), {row, facts: {...other.facts, bucket: bucketOf('forged')}});
    const before = await standing(world);
    const after = await repair(world, [bucketOf('forged')]);
    expect(after.root).not.toBe(before.root);
    expect(await recomputed(world)).toEqual(
      fromBase64Url(valueIn(await world.core.buckets(world.device, ASKED)).digests),
    );
    const {rows: pulled} = await pullPage(world, {after: before.head.seq});
    expect(pulled).toMatchObject([{id: 'forged', stamp: at(9), seq: after.head.seq, body: 'text'}]);
    expect((await repair(world, [bucketOf('forged')])).head).toEqual(after.head);
  });

  it('mends a digest that is itself damaged', async () => {
    const world = await worldWithNotes();
    const {root} = await standing(world);
    const {accountId} = world.device;
    const index = bucketOf(FIRST.id);
    await world.storage.write(accountId, async (tx) => {
      const document = await tx.document(accountId);
      if (document === undefined) throw new Error('no document');
      const digests = document.digests.slice();
      digests.fill(7, index * BUCKET_DIGEST_BYTES, (index + 1) * BUCKET_DIGEST_BYTES);
      await tx.putDocument(accountId, {...document, digests, root: 'x'.repeat(43)});
      await tx.putBucket(accountId, index, {sum: '7'.repeat(64), count: 3});
    });
    expect((await repair(world, [index])).root).toBe(root);
  });

  it('takes a version that the server never had, at a new seq', async () => {
    const world = await worldWithNotes();
    const extra = note({id: 'extra', stamp: at(5)});
    const {verdicts, head} = await repair(world, [bucketOf('extra')], [extra, 1]);
    expect(verdicts).toMatchObject([{type: 'stored', seq: 3}]);
    expect(head.seq).toBe(3);
    expect((await pullPage(world, {after: 2})).rows).toMatchObject([{id: 'extra', stamp: extra.stamp}]);
  });

  it('lets a sound row of a higher or equal stamp stand, and gives it to the replica', async () => {
    const world = await worldWithNotes();
    const older = note({id: 'first', stamp: at(0), text: 'older'});
    const equal = note({id: 'second', stamp: SECOND.stamp, text: 'other bytes'});
    const {verdicts} = await repair(world, [], [older, 1], [equal, 2]);
    expect(verdicts).toMatchObject([
      {type: 'kept', current: {stamp: FIRST.stamp}},
      {type: 'kept', current: {hash: SECOND.hash}},
    ]);
  });

  it('whose answer would be too large is refused whole', async () => {
    const world = await createWorld();
    await pushOne(world, note({id: 'first', stamp: at(1), text: 'x'.repeat(15 << 20)}));
    const older = {...encodeVersion(note({id: 'first', stamp: at(0), text: 'older'})), seq: 1};
    const fresh = {...encodeVersion(note({id: 'fresh', stamp: at(0)})), seq: 2};
    const answer = await world.core.repair(world.device, {
      ...ASKED,
      buckets: [],
      entities: [fresh, older, older, older],
    });
    expect(answer).toMatchObject({ok: false, error: {type: 'too_large'}});
    expect(rowsOf(world).has('note:fresh')).toBe(false);
  });

  it('replaces a sound row by a higher stamp and keeps it as a restore revision', async () => {
    const world = await worldWithNotes();
    const newer = note({id: 'first', stamp: at(8), text: 'newer'});
    await repair(world, [], [newer, 1]);
    expect(rowOf(world, FIRST)).toMatchObject({stamp: newer.stamp, hash: newer.hash});
    const kept = revisionOf(FIRST, 'restore');
    expect(rowOf(world, kept)).toMatchObject({hash: kept.hash, stamp: FIRST.stamp});
    expect(await recomputed(world)).toEqual(
      fromBase64Url(valueIn(await world.core.buckets(world.device, ASKED)).digests),
    );
  });

  it('does not bring back what was erased', async () => {
    const world = await worldWithNotes();
    await pushOne(world, deletionOf(FIRST, at(3), {eraseAfterMs: 0}), {base: FIRST.stamp});
    await world.core.erase();
    const {verdicts} = await repair(world, [bucketOf('first')], [FIRST, 1]);
    expect(verdicts).toMatchObject([{type: 'kept', current: {deleted: true, stamp: at(3)}}]);
  });

  it('is idempotent', async () => {
    const world = await worldWithNotes();
    lose(world, FIRST);
    const first = await repair(world, [bucketOf('first')], [FIRST, 1]);
    expect(await repair(world, [bucketOf('first')], [FIRST, 1])).toEqual(first);
  });

  it('refuses alone what is not whole or fails its own hash', async () => {
    const world = await worldWithNotes();
    const entities = [
      {...encodeVersion(note({id: 'half', stamp: at(4)}), {body: true}), seq: 1},
      {...encodeVersion(note({id: 'wrong', stamp: at(4)})), body: 'other', seq: 1},
      {id: 'nothing'},
      {...encodeVersion(note({id: 'good', stamp: at(4)})), seq: 1},
    ];
    const {verdicts} = valueIn(await world.core.repair(world.device, {...ASKED, buckets: [], entities}));
    expect(verdicts).toMatchObject([
      {type: 'rejected', error: {type: 'malformed_entity'}},
      {type: 'rejected', error: {type: 'wrong_hash'}},
      {type: 'rejected', id: 'nothing', error: {type: 'malformed_entity'}},
      {type: 'stored'},
    ]);
  });

  it('reads nothing of what a pull tells beside a version, however much it is', async () => {
    const world = await worldWithNotes();
    const displaced = new Array(100_000).fill(0);
    const entities = [{...encodeVersion(note({id: 'good', stamp: at(4)})), seq: 1, displaced}, {displaced}];
    const {verdicts} = valueIn(await world.core.repair(world.device, {...ASKED, buckets: [], entities}));
    expect(verdicts).toMatchObject([{type: 'stored'}, {type: 'rejected'}]);
  });

  it('applies nothing to another history', async () => {
    const world = await worldWithNotes();
    const history = {epoch: 'another-epoch', cursor: null, seen: null};
    const answer = await world.core.repair(world.device, {...ASKED, history, buckets: [], entities: []});
    expect(answer).toMatchObject({ok: false, error: {type: 'other_history'}});
  });
});
