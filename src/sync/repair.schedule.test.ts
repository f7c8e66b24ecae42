/**
 * Random damage on any side, each entity on one side at most, amid edits, lost requests and interrupted checks. Whatever
 * happens: once every device has verified, all hold the same, every saved text is still somewhere, and nobody is asked.
 */
import fc from 'fast-check';
import {expect, test} from 'vitest';
import {utf8Bytes, utf8Text} from '../../protocol/bytes.ts';
import {EMPTY_BUCKET} from '../../protocol/digest.ts';
import type {Ref} from '../../protocol/entity.ts';
import {ALL_BUCKETS} from './recount.ts';
import {createWorld, type Device, settle, type World} from './testing/world.ts';
import {verifyEverything} from './verify.ts';

const NOTES = ['note1', 'note2', 'note3'];
const HURTS = ['body', 'head', 'lost', 'stamp'] as const;
type Hurt = (typeof HURTS)[number];

const device = fc.nat(2);
const edit = fc.record({
  type: fc.constantFrom<'save' | 'rename' | 'delete'>('save', 'rename', 'delete'),
  device,
  note: fc.constantFrom(...NOTES),
});
const lose = fc.constantFrom(null, null, 'request' as const, 'answer' as const, 'late' as const);
const round = fc.record({
  type: fc.constant('round' as const),
  device,
  lose,
  call: fc.constantFrom('push' as const, 'pull' as const, 'items' as const, 'repair' as const),
});
const check = fc.record({
  type: fc.constant('verify' as const),
  device,
  lose,
  call: fc.constantFrom('buckets' as const, 'items' as const, 'repair' as const),
  /** What another tab does between an answer and its being stored. */
  meanwhile: fc.constantFrom(null, 'save' as const, 'round' as const, 'others' as const),
});
const before = fc.array(fc.oneof(edit, round), {maxLength: 12});
const after = fc.array(fc.oneof(edit, round, check), {maxLength: 12});
/** For each entity that there is then, in order: which side loses it, and how. 0 … 2 a device, 3 the server, more: none. */
const damages = fc.array(fc.record({side: fc.nat(7), how: fc.constantFrom(...HURTS)}), {maxLength: 12});
const digests = fc.array(fc.nat(3), {maxLength: 2});

test(
  'whatever is damaged on one side comes back from another, and no edit is lost on the way',
  async () => {
    await fc.assert(
      fc.asyncProperty(before, damages, digests, after, async (early, hurts, uncounted, late) => {
        const world = await createWorld();
        const devices = [await world.device('A'), await world.device('B'), await world.device('C')];
        const [first] = devices as [Device];
        const parentOf = new Map<string, string>();
        let counter = 0;
        const write = async (on: Device, id: string, part: 'text' | 'title') => {
          const shown = await on.read(id);
          if (shown === undefined || shown.text === null || shown[part] === '#') return; // what a person wrote on top of damage stands for it
          counter += 1;
          world.nowMs += 1000;
          const value = `${part}${counter}`;
          parentOf.set(value, shown[part] ?? '');
          await on.save(id, await on.load(id), {[part]: value});
        };
        const play = async (one: (typeof late)[number]) => {
          const on = devices[one.device] as Device;
          if (one.type === 'save') return write(on, one.note, 'text');
          if (one.type === 'rename') return write(on, one.note, 'title');
          if (one.type === 'delete') return on.remove(one.note);
          if (!('call' in one)) return;
          if (one.lose !== null) on.faults.push({call: one.call, lose: one.lose});
          if (one.type === 'verify') {
            on.afterCall = async (name) => {
              if (name !== one.call) return;
              on.afterCall = null;
              if (one.meanwhile === 'save') await write(on, 'note1', 'text');
              if (one.meanwhile === 'round') await on.round();
              if (one.meanwhile !== 'others') return;
              const other = devices[(one.device + 1) % 3] as Device;
              await write(other, 'note2', 'text');
              await other.round();
            };
            await verifyEverything(on.ports, () => undefined);
          } else await on.round();
          on.afterCall = null;
          on.faults.length = 0;
        };

        for (const id of NOTES) await first.create(id, `title of ${id}`, `text of ${id}`);
        await settle(...devices);
        for (const one of early) await play(one);
        for (const deliver of world.late.splice(0)) await deliver();
        for (let pass = 0; pass < 3; pass++) await settle(...devices);
        const texts = [...keptIn(first)];

        const refs = [...(world.storage.tables.entities.get(world.accountId)?.values() ?? [])].map(({row}) => row);
        for (const [i, {side, how}] of hurts.entries()) {
          const ref = refs[i];
          if (ref === undefined || side > 3) continue;
          if (side === 3) hurtServer(world, ref, how);
          else await hurtDevice(devices[side] as Device, ref, how);
        }
        for (const side of uncounted) if (side < 3) await uncount(devices[side] as Device);
        for (const one of late) await play(one);
        for (const deliver of world.late.splice(0)) await deliver();
        for (let pass = 0; pass < 3; pass++) {
          for (const on of devices) {
            await on.round();
            await verifyEverything(on.ports, () => undefined);
          }
          await settle(...devices);
        }

        const kept = keptIn(first);
        for (const value of [...kept]) {
          for (let parent = parentOf.get(value); parent !== undefined; parent = parentOf.get(parent)) kept.add(parent);
        }
        for (const value of [...parentOf.keys(), ...texts]) expect(kept, `${value} is lost`).toContain(value);
        const {root} = await world.core.standing(world.accountId);
        for (const on of devices) {
          const state = await on.state();
          expect(state.problem).toBeNull();
          expect(state.unresolved).toEqual([]);
          expect(state.lastCheck).toMatchObject({result: 'equal', root, serverRoot: root});
          expect((await verifyEverything(on.ports, () => undefined)).verification.result).toBe('equal');
          expect(keptIn(on)).toEqual(keptIn(first));
        }
      }),
      {numRuns: Number(process.env.RUNS ?? 150), ...(process.env.SEED ? {seed: Number(process.env.SEED)} : {})},
    );
  },
  20 * 60_000,
);

async function hurtDevice({store}: Device, {kind, id}: Ref, how: Hurt): Promise<void> {
  const ref = {kind, id};
  await store.transaction('write', async (tx) => {
    const [row] = await tx.entities([ref]);
    const [body] = await tx.bodies([ref]);
    if (row === undefined) return;
    if (how === 'lost') {
      await tx.deleteEntities([ref]);
      await tx.deleteBodies([ref]);
    }
    if (how === 'head') await tx.putEntities([{...row, data: utf8Bytes('{"title":"#"}')}]);
    if (how === 'stamp') await tx.putEntities([{...row, stamp: '000000001-0000-damaged'}]);
    if (how === 'body' && body !== undefined) await tx.putBodies([{...body, body: utf8Bytes('#')}]);
  });
}

function hurtServer(world: World, {kind, id}: Ref, how: Hurt): void {
  const rows = world.storage.tables.entities.get(world.accountId);
  const key = `${kind}:${id}`;
  const stored = rows?.get(key);
  if (rows === undefined || stored === undefined) return;
  const {row} = stored;
  if (how === 'lost') rows.delete(key);
  else if (how === 'head') rows.set(key, {...stored, row: {...row, data: utf8Bytes('#')}});
  else if (how === 'stamp') rows.set(key, {...stored, row: {...row, stamp: 'no stamp'}});
  else rows.set(key, {...stored, row: {...row, body: utf8Bytes('#')}});
}

async function uncount({store}: Device): Promise<void> {
  await store.transaction('write', (tx) => tx.putBuckets(ALL_BUCKETS.map((index) => ({index, bucket: EMPTY_BUCKET}))));
}

/** Every title and text that a device still has, current or in a revision, deleted or not. */
function keptIn({store}: Device): Set<string> {
  const tables = store.snapshot();
  const titles = [...tables.entities.values()].flatMap(({kind, data}) =>
    kind === 'note' || kind === 'revision' ? [(JSON.parse(utf8Text(data) ?? '') as {title: string}).title] : [],
  );
  const texts = [...tables.bodies.values()].map(({body}) => utf8Text(body) ?? '');
  return new Set([...titles, ...texts].sort());
}
