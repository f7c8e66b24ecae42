/** What becomes of the revisions of a note that was erased, on devices that were there and on one that was away. */

import {describe, expect, test} from 'vitest';
import {isErased} from '../../protocol/entity.ts';
import {ERASE_AFTER_MS} from '../../protocol/limits.ts';
import {createWorld, type Device, settle, type World} from './testing/world.ts';

const NOTE = {kind: 'note', id: 'note1'} as const;

interface Scene {
  readonly world: World;
  readonly a: Device;
  readonly b: Device;
  /** The id of the revision that somebody saved. */
  readonly kept: string;
}

async function synced(): Promise<Scene> {
  const world = await createWorld();
  const [a, b] = [await world.device('A'), await world.device('B')];
  const loaded = await a.create('note1', 'One', 'first');
  await a.writer.write([{type: 'keep', ...NOTE, reason: 'named'}]);
  await a.save('note1', loaded, {text: 'second'});
  await settle(a, b);
  const [kept] = await liveRevisions(b);
  return {world, a, b, kept: kept ?? ''};
}

/** B deletes it, its time passes; A hears of nothing. */
async function eraseBehind({world, b}: Scene): Promise<void> {
  await b.remove('note1');
  await b.round();
  world.nowMs += ERASE_AFTER_MS;
  await world.core.erase();
  await b.round();
}

async function liveRevisions({store}: Device): Promise<string[]> {
  const rows = await store.transaction('read', (tx) => tx.revisionsOf(NOTE.id));
  return rows.map(({id}) => id);
}

async function expectEqual(...devices: readonly Device[]): Promise<void> {
  await settle(...devices);
  for (const device of devices) {
    expect((await device.state()).lastCheck?.result).toBe('equal');
    expect(device.store.snapshot().outbox.size).toBe(0);
  }
}

describe('the revisions of a note that was erased', () => {
  test('go from every device, texts and all, also from one that slept through it', async () => {
    const scene = await synced();
    const {a, b, kept} = scene;
    await eraseBehind(scene);
    await expectEqual(a, b);
    for (const device of [a, b]) {
      expect(await liveRevisions(device)).toEqual([]);
      const row = await device.entity({kind: 'revision', id: kept});
      expect(row !== undefined && isErased(row)).toBe(true);
      expect([...device.store.snapshot().bodies.keys()]).toEqual([]);
    }
  });

  test('come back with the note where an edit made while away is newer than the deletion', async () => {
    const scene = await synced();
    const {world, a, b, kept} = scene;
    await eraseBehind(scene);
    await a.save('note1', await a.load('note1'), {text: 'written while away'});
    await expectEqual(a, b);
    await world.core.erase();
    await expectEqual(a, b);
    expect(await b.read('note1')).toEqual({title: 'One', text: 'written while away'});
    for (const device of [a, b]) expect(await liveRevisions(device)).toContain(kept);
  });

  test('come back where the edit is older and the conflict is open, and go when it stays deleted', async () => {
    const scene = await synced();
    const {world, a, b, kept} = scene;
    world.nowMs += 1000;
    await a.save('note1', await a.load('note1'), {text: 'written before'});
    world.nowMs += 1000;
    await eraseBehind(scene);
    await expectEqual(a, b);
    await world.core.erase();
    await expectEqual(a, b);
    for (const device of [a, b]) expect(await liveRevisions(device)).toContain(kept);
    const conflict = (await b.store.transaction('read', (tx) => tx.revisionsOf(NOTE.id))).find(
      ({meta}) => meta?.type === 'revision' && meta.state === 'open',
    );
    await b.writer.write([{type: 'resolve', kind: 'revision', id: conflict?.id ?? '', changes: []}]);
    await b.round();
    await world.core.erase();
    await expectEqual(a, b);
    for (const device of [a, b]) expect(await liveRevisions(device)).toEqual([]);
  });

  test('come back once where two devices give them back', async () => {
    const scene = await synced();
    const {world, a, b, kept} = scene;
    const c = await world.device('C');
    await c.round();
    await eraseBehind(scene);
    for (const [device, text] of [
      [a, 'by A'],
      [c, 'by C'],
    ] as const)
      await device.save('note1', await device.load('note1'), {text});
    await expectEqual(a, c, b);
    for (const device of [a, b, c]) expect((await liveRevisions(device)).filter((id) => id === kept)).toHaveLength(1);
  });

  test('made here while away go with it where the note was not edited', async () => {
    const scene = await synced();
    const {world, a, b} = scene;
    await eraseBehind(scene);
    await a.writer.write([{type: 'keep', ...NOTE, reason: 'named'}]);
    await expectEqual(a, b);
    await world.core.erase();
    await expectEqual(a, b);
    for (const device of [a, b]) expect(await liveRevisions(device)).toEqual([]);
  });
});
