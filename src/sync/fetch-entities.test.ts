import {describe, expect, test} from 'vitest';
import {failed} from '../../protocol/errors.ts';
import {MAX_FETCH_REFS} from '../../protocol/limits.ts';
import type {CallName} from '../../protocol/messages.ts';
import {fetchEntities} from './fetch-entities.ts';
import type {Transport} from './ports.ts';
import type {RoundPorts} from './round-ports.ts';
import {createWorld, type Device, settle} from './testing/world.ts';

const note = (n: number) => ({kind: 'note', id: `note${n}`}) as const;

/** Its texts are gone; how many are asked for at once is noted, and above `most` refused. */
async function withoutTexts(
  count: number,
  most: number,
): Promise<{device: Device; ports: RoundPorts; asked: number[]}> {
  const world = await createWorld();
  const device = await world.device('A');
  for (let n = 0; n < count; n++) await device.create(note(n).id, `Note ${n}`, `text ${n}`);
  await settle(device);
  await device.store.transaction('write', (tx) => tx.deleteBodies(Array.from({length: count}, (_, n) => note(n))));
  const asked: number[] = [];
  const call: Transport['call'] = async (name, request, options) => {
    const refs = sizeOf(name, request);
    asked.push(refs);
    return refs > most ? failed({type: 'too_large', message: ''}) : device.ports.transport.call(name, request, options);
  };
  return {device, ports: {...device.ports, transport: {...device.ports.transport, call}}, asked};
}

function sizeOf(name: CallName, request: unknown): number {
  return name === 'fetch' ? (request as {refs: unknown[]}).refs.length : 0;
}

describe('entities by name', () => {
  test('come in as many requests as their number needs', async () => {
    const {device, ports, asked} = await withoutTexts(3, Number.POSITIVE_INFINITY);
    const refs = Array.from({length: MAX_FETCH_REFS + 3}, (_, n) => note(n % 3));
    expect((await fetchEntities(ports, refs)).ok).toBe(true);
    expect(asked).toEqual([MAX_FETCH_REFS, 3]);
    expect((await device.read('note2'))?.text).toBe('text 2');
  });

  test('that don’t fit into one answer come in smaller ones', async () => {
    const {device, ports, asked} = await withoutTexts(5, 2);
    expect((await fetchEntities(ports, [0, 1, 2, 3, 4].map(note))).ok).toBe(true);
    expect(asked).toEqual([5, 3, 2, 1, 2]);
    for (let n = 0; n < 5; n++) expect((await device.read(note(n).id))?.text).toBe(`text ${n}`);
  });

  test('of which one alone is too large end with that', async () => {
    const {ports, asked} = await withoutTexts(1, 0);
    expect(await fetchEntities(ports, [note(0)])).toMatchObject({ok: false, error: {type: 'too_large'}});
    expect(asked).toEqual([1]);
  });

  test('none ask nothing', async () => {
    const {ports, asked} = await withoutTexts(1, 9);
    expect((await fetchEntities(ports, [])).ok).toBe(true);
    expect(asked).toEqual([]);
  });
});
