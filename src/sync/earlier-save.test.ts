/** Texts that are saved later than they were typed (ADR 32): they are as old as they are, on this device and at the server. */

import {beforeEach, describe, expect, test} from 'vitest';
import {utf8Bytes, utf8Text} from '../../protocol/bytes.ts';
import type {Ref, RevisionMeta} from '../../protocol/entity.ts';
import type {Loaded} from './changes.ts';
import {createWorld, type Device, settle, type World} from './testing/world.ts';

const NOTE: Ref = {kind: 'note', id: 'note1'};
const SHOWN = 'One two three.';

let world: World;
let a: Device;
let b: Device;
let loaded: Loaded;
let typedMs: number;

beforeEach(async () => {
  world = await createWorld();
  [a, b] = [await world.device('A'), await world.device('B')];
  await a.create('note1', 'One', SHOWN);
  await settle(a, b);
  loaded = await a.load('note1');
  world.nowMs += 60_000;
  typedMs = world.nowMs;
  world.nowMs += 60_000;
});

/** Saves on A what was typed before, on top of what A showed then. */
async function saveTyped(text: string, {shown = SHOWN}: {readonly shown?: string} = {}): Promise<string | undefined> {
  const change = {type: 'save', ...NOTE, loaded, body: utf8Bytes(text), shown: utf8Bytes(shown)} as const;
  const [written] = await a.writer.write([{...change, editedMs: typedMs}]);
  return written?.outcome;
}

async function write(device: Device, text: string): Promise<void> {
  await device.save('note1', await device.load('note1'), {text});
}

/** The texts of the conflicts that somebody is asked about. */
async function asked({store}: Device): Promise<(string | undefined)[]> {
  return store.transaction('read', async (tx) => {
    const rows = (await tx.revisionsOf('note1')).filter(({meta}) => (meta as RevisionMeta).state === 'open');
    return (await tx.bodies(rows)).map((row) => row && utf8Text(row.body));
  });
}

describe('a text that was typed earlier', () => {
  test('and meets a newer one that is here leaves it, and is asked about on every device, once', async () => {
    await write(b, 'Newer of B.');
    await settle(b, a);
    expect(await saveTyped('Typed on A.')).toBe('kept');
    expect(await saveTyped('Typed on A.')).toBe('kept');
    await settle(a, b);
    for (const device of [a, b]) {
      expect(await device.read('note1')).toEqual({title: 'One', text: 'Newer of B.'});
      expect(await asked(device)).toEqual(['Typed on A.']);
    }
  });

  test('and meets a newer one at the server loses there, too', async () => {
    await write(b, 'Newer of B.');
    await b.round();
    expect(await saveTyped('Typed on A.')).toBe('written');
    await settle(a, b);
    for (const device of [a, b]) {
      expect(await device.read('note1')).toEqual({title: 'One', text: 'Newer of B.'});
      expect(await asked(device)).toEqual(['Typed on A.']);
    }
  });

  test('stands where it is the newer one, here and at the server', async () => {
    world.nowMs = typedMs - 30_000;
    await write(b, 'Older of B.');
    await settle(b, a);
    world.nowMs = typedMs + 60_000;
    expect(await saveTyped('Typed on A.')).toBe('written_over_conflict');
    await settle(a, b);
    for (const device of [a, b]) {
      expect(await device.read('note1')).toEqual({title: 'One', text: 'Typed on A.'});
      expect(await asked(device)).toEqual(['Older of B.']);
    }
  });

  test('is merged with a newer one where they do not overlap', async () => {
    await write(b, 'One two three. Four.');
    await settle(b, a);
    expect(await saveTyped('Zero. One two three.')).toBe('merged');
    expect(await saveTyped('Zero. One two three.')).toBe('merged');
    await settle(a, b);
    for (const device of [a, b]) {
      expect(await device.read('note1')).toEqual({title: 'One', text: 'Zero. One two three. Four.'});
      expect(await asked(device)).toEqual([]);
    }
  });

  test('does not make a newer title that waits older than it is', async () => {
    await a.save('note1', loaded, {title: 'Renamed now'});
    expect(await saveTyped('Typed on A.')).toBe('written');
    expect((await a.outbox(NOTE))?.editedMs).toBe(world.nowMs);
  });

  test('and meets a later deletion leaves the note deleted, and is asked about', async () => {
    await b.remove('note1');
    await settle(b, a);
    expect(await saveTyped('Typed on A.')).toBe('kept');
    await settle(a, b);
    for (const device of [a, b]) {
      expect(await device.read('note1')).toBeUndefined();
      expect(await asked(device)).toEqual(['Typed on A.']);
    }
  });

  test('and was deleted just as it is asks nothing', async () => {
    await write(a, 'Typed on A.');
    await a.remove('note1');
    expect(await saveTyped('Typed on A.')).toBe('unchanged');
    expect(await asked(a)).toEqual([]);
  });

  test('is not newer than now, whatever the clock said then', async () => {
    typedMs = world.nowMs + 3_600_000;
    expect(await saveTyped('Typed on A.')).toBe('written');
    expect((await a.outbox(NOTE))?.editedMs).toBe(world.nowMs);
  });
});
