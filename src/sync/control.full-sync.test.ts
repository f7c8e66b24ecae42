import {expect, test} from 'vitest';
import type {Change} from './changes.ts';
import {createSyncControl} from './control.ts';
import {pushAll} from './push.ts';
import {controlPortsOf} from './testing/control-ports.ts';
import {createWorld, type Device, settle, type World} from './testing/world.ts';

const HOUR_MS = 3_600_000;

const controlOf = (world: World, device: Device) => createSyncControl(controlPortsOf(world, device));

async function twoDevices() {
  const world = await createWorld();
  const [a, b] = [await world.device('A'), await world.device('B')];
  await a.create('note1', 'Plan', 'old');
  await settle(a, b);
  return {world, a, b};
}

test('a full sync asked for by hand learns of what was erased while this device was away', async () => {
  const {world, a, b} = await twoDevices();
  const deletion: Change = {type: 'delete', kind: 'note', id: 'note1', eraseAfterMs: HOUR_MS};
  await a.writer.write([deletion]);
  await settle(a, b);
  world.nowMs += 2 * HOUR_MS;
  await world.core.erase();
  await controlOf(world, b).forceFullSync();
  expect((await b.entity({kind: 'note', id: 'note1'}))?.data).toHaveLength(0);
  expect((await b.state()).lastCheck?.result).toBe('equal');
  expect(b.calls.map(({name}) => name)).not.toContain('items');
});

test('a full sync has the text of a note that is deleted while it runs', async () => {
  const {world, a, b} = await twoDevices();
  await a.save('note1', await a.load('note1'), {text: 'new'});
  await a.round();
  let isOver = false;
  b.afterCall = async (name) => {
    if (name !== 'hello' || isOver) return;
    isOver = true;
    await a.remove('note1');
    await a.round();
  };
  await controlOf(world, b).forceFullSync();
  b.afterCall = null;
  await settle(b);
  await b.writer.write([{type: 'undelete', kind: 'note', id: 'note1'}]);
  expect(await b.read('note1')).toEqual({title: 'Plan', text: 'new'});
});

test('a text that was written and sent while an older page of texts was on its way stays', async () => {
  const {world, a, b} = await twoDevices();
  let pulls = 0;
  b.afterCall = async (name) => {
    const last = b.calls.at(-1)?.request as {readonly lane?: string};
    if (name !== 'pull' || last.lane !== 'bodies' || ++pulls > 1) return;
    await b.save('note1', await b.load('note1'), {text: 'new'});
    expect((await pushAll(b.ports)).ok).toBe(true);
  };
  await controlOf(world, b).forceFullSync();
  expect(pulls).toBeGreaterThan(0);
  expect(await b.read('note1')).toEqual({title: 'Plan', text: 'new'});
  await settle(b, a);
  expect(await a.read('note1')).toEqual({title: 'Plan', text: 'new'});
});
