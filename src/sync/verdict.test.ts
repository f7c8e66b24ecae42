import {expect, test} from 'vitest';
import {utf8Bytes} from '../../protocol/bytes.ts';
import {makeVersion} from '../../protocol/entity.ts';
import {type Stamp, successor} from '../../protocol/stamp.ts';
import {encodeVersion} from '../../protocol/wire.ts';
import {writingBy} from './local-version.ts';
import {takeBatch} from './outbox.ts';
import {createWorld, noteData, settle} from './testing/world.ts';
import {applyVerdict, refsOfStored, refsTouched, versionIn} from './verdict.ts';
import {Workset} from './workset.ts';

test('superseded by a version that does not descend from it keeps the pushed text as a conflict in the same transaction', async () => {
  const world = await createWorld();
  const a = await world.device('A');
  await a.create('note1', 'One', 'base');
  await settle(a);
  await a.save('note1', await a.load('note1'), {text: 'mine'});
  const {
    items: [item],
  } = await a.store.transaction('write', (tx) => takeBatch(tx, world.nowMs, {bytes: 1e6, rows: 10}));
  if (item === undefined) throw new Error('nothing waits');
  const {kind, id, stamp} = item.pushed;
  const theirs = makeVersion({
    kind,
    id,
    stamp: successor(stamp, 'another-replica'),
    deleted: false,
    meta: null,
    data: noteData('One'),
    body: utf8Bytes('theirs'),
  });
  const current = {...encodeVersion(theirs), seq: 99};
  const verdict = {type: 'superseded' as const, kind, id, stamp, current, descends: false};
  const version = versionIn(verdict);
  if (version === 'damaged') throw new Error('damaged');
  await a.store.transaction('write', async (tx) => {
    const state = await tx.state();
    if (state === undefined) throw new Error('no state');
    const ws = new Workset(tx);
    await ws.load(refsTouched(item, verdict, version));
    applyVerdict(
      {ws, writing: writingBy(state, world.nowMs), merging: {mergeData: () => null, mergeBody: () => null}},
      item,
      verdict,
      version,
    );
    await ws.flush();
  });
  const {entities, bodies} = a.store.snapshot() as {
    entities: Map<string, {id: string; meta: {reason?: string} | null}>;
    bodies: Map<string, {body: Uint8Array}>;
  };
  const revision = [...entities.values()].find(({meta}) => meta?.reason === 'conflict');
  expect(bodies.get(`revision:${revision?.id}`)?.body).toEqual(utf8Bytes('mine'));
  expect((await a.read('note1'))?.text).toBe('theirs');
});

test('a version that the server names without a missing part doesn’t replace a newer one that was pulled meanwhile', async () => {
  const world = await createWorld();
  const a = await world.device('A');
  await a.create('note1', 'One', 'base');
  await settle(a);
  await a.store.transaction('write', (tx) => tx.deleteBodies([{kind: 'note', id: 'note1'}]));
  await a.writer.write([{type: 'patch', kind: 'note', id: 'note1', edit: () => noteData('Renamed')}]);
  const {
    items: [item],
  } = await a.store.transaction('write', (tx) => takeBatch(tx, world.nowMs, {bytes: 1e6, rows: 10}));
  if (item === undefined) throw new Error('nothing waits');
  const {kind, id, stamp} = item.pushed;
  const version = (after: Stamp, text: string) =>
    makeVersion({
      kind,
      id,
      stamp: successor(after, 'another-replica'),
      deleted: false,
      meta: null,
      data: noteData('One'),
      body: utf8Bytes(text),
    });
  const older = version(stamp, 'older');
  const newer = {...version(older.stamp, 'newer'), seq: 99};
  const current = {...encodeVersion(older), seq: 98};
  const verdict = {type: 'parts_needed' as const, kind, id, stamp, current, descendsFromBase: false};
  const theirs = versionIn(verdict);
  if (theirs === 'damaged') throw new Error('damaged');
  await a.store.transaction('write', async (tx) => {
    const state = await tx.state();
    const [row] = await tx.outbox([item.pushed]);
    if (state === undefined || row === undefined) throw new Error('nothing waits');
    await tx.putOutbox([{...row, theirs: newer}]);
    const ws = new Workset(tx);
    await ws.load(refsTouched(item, verdict, theirs));
    await ws.load(refsOfStored(ws, item, theirs));
    applyVerdict(
      {ws, writing: writingBy(state, world.nowMs), merging: {mergeData: () => null, mergeBody: () => null}},
      item,
      verdict,
      theirs,
    );
    await ws.flush();
  });
  expect((await a.entity({kind, id}))?.known?.seq).toBe(99);
});
