/** What is damaged here the server has whole: an edit over it must not take the server's copy away. */

import {expect, it} from 'vitest';
import {utf8Bytes} from '../../protocol/bytes.ts';
import {createWorld, type Device, type World} from './testing/world.ts';

const NOTE = {kind: 'note', id: 'diary'} as const;

it('a rename over an unseen title that is damaged here leaves that title with the server, as a conflict', async () => {
  const {world, a, b, shown} = await twoDevices();
  await b.save('diary', shown, {title: 'B’s title'});
  await b.round();
  await a.round();
  await damage(a, 'data');
  await a.save('diary', shown, {title: 'A’s title'});
  expect(await a.outbox(NOTE)).toMatchObject({base: shown.stamp, baseVersion: null});
  expect((await a.round()).ok).toBe(true);
  expect(await b.round()).toEqual({ok: true, value: undefined});
  expect(await titles(world)).toEqual(['A’s title', 'B’s title']);
  expect(await b.read('diary')).toEqual({title: 'A’s title', text: 'text'});
  expect(await a.outbox(NOTE)).toBeUndefined();
});

it('neither does an edit of the text that was made on top of the damage', async () => {
  const {world, a, b} = await twoDevices();
  await damage(a, 'body');
  await a.save('diary', await a.load('diary'), {text: 'written over it'});
  await a.round();
  await b.round();
  expect(texts(world).some((text) => text.includes('written over it'))).toBe(true);
  expect(texts(world)).toContain('text');
});

it('a rename where both parts are damaged here goes out without the damaged text', async () => {
  const {world, a, b, shown} = await twoDevices();
  await b.save('diary', shown, {title: 'B’s title'});
  await b.round();
  await a.round();
  await damage(a, 'data');
  await damage(a, 'body');
  await a.save('diary', shown, {title: 'A’s title'});
  await a.round();
  await b.round();
  expect(await b.read('diary')).toEqual({title: 'A’s title', text: 'text'});
  expect(await titles(world)).toEqual(['A’s title', 'B’s title']);
});

it('a text that a revision of the same title replaces is kept, though the title is damaged here', async () => {
  const {world, a, b, shown} = await twoDevices();
  await a.writer.write([{...NOTE, type: 'keep', reason: 'named'}]);
  await a.round();
  const [revision] = await a.store.transaction('read', (tx) => tx.revisionsOf('diary'));
  await damage(a, 'data');
  await a.save('diary', shown, {text: 'newer'});
  await a.round();
  await a.writer.write([{...NOTE, type: 'restore', revision: revision?.id ?? ''}]);
  await a.round();
  await b.round();
  expect(await b.read('diary')).toEqual({title: 'title', text: 'text'});
  expect(texts(world)).toContain('newer');
});

it('a text written on a note that is erased is not sent with what a disk put in the place of its title', async () => {
  const {world, a, shown} = await twoDevices();
  await a.remove('diary');
  await a.round();
  world.nowMs += 8 * 24 * 3_600_000;
  await world.core.erase();
  await a.round();
  await a.store.transaction('write', async (tx) => {
    const [row] = await tx.entities([NOTE]);
    if (row !== undefined) await tx.putEntities([{...row, data: utf8Bytes('#')}]);
  });
  const [written] = await a.writer.write([{...NOTE, type: 'save', loaded: shown, body: utf8Bytes('typed')}]);
  expect(written?.outcome).toBe('missing');
  expect(await a.outbox(NOTE)).toBeUndefined();
});

it('a damaged text that was kept as a revision, and is restored, leaves the sound one with the server', async () => {
  const {world, a, b} = await twoDevices();
  await damage(a, 'body');
  await a.writer.write([{...NOTE, type: 'keep', reason: 'named'}]);
  const [revision] = await a.store.transaction('read', (tx) => tx.revisionsOf('diary'));
  await a.writer.write([{...NOTE, type: 'restore', revision: revision?.id ?? ''}]);
  await a.round();
  await b.round();
  expect(await b.read('diary')).toEqual({title: 'title', text: '#'});
  expect(texts(world)).toContain('text');
});

it('a text that was not seen and is replaced is kept, though the title is damaged here', async () => {
  const {world, a, b, shown} = await twoDevices();
  await b.save('diary', shown, {text: 'unseen'});
  await b.round();
  await a.round();
  await damage(a, 'data');
  await a.save('diary', shown, {text: 'over it'});
  await a.round();
  expect(texts(world)).toContain('unseen');
  expect(texts(world)).toContain('over it');
});

async function twoDevices() {
  const world = await createWorld();
  const a = await world.device('A');
  const shown = await a.create('diary', 'title', 'text');
  await a.round();
  const b = await world.device('B');
  await b.round();
  return {world, a, b, shown};
}

async function damage({store}: Device, part: 'data' | 'body'): Promise<void> {
  await store.transaction('write', async (tx) => {
    const [row] = await tx.entities([NOTE]);
    const [body] = await tx.bodies([NOTE]);
    if (row === undefined || body === undefined) throw new Error('nothing to damage');
    if (part === 'data') await tx.putEntities([{...row, data: utf8Bytes('#')}]);
    else await tx.putBodies([{...body, body: utf8Bytes('#')}]);
  });
}

/** On the server, of the note and of its revisions, sorted. */
async function titles({storage, accountId}: World): Promise<string[]> {
  const rows = [...(storage.tables.entities.get(accountId)?.values() ?? [])];
  return rows
    .flatMap(({row}) => (row.kind === 'note' || row.kind === 'revision' ? [new TextDecoder().decode(row.data)] : []))
    .flatMap((data) => /"title":"([^"]*)"/.exec(data)?.[1] ?? [])
    .sort();
}

/** On the server, of notes and revisions. */
function texts({storage, accountId}: World): string[] {
  const rows = [...(storage.tables.entities.get(accountId)?.values() ?? [])];
  return rows.flatMap(({row}) => (row.body === null ? [] : [new TextDecoder().decode(row.body)]));
}
