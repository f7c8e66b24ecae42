/**
 * Random schedules of edits, deletions, lost requests, clock steps and interrupted rounds on three devices with two tabs
 * each. Whatever happens: every saved text is current, a revision, or an ancestor of one of them; all end up equal.
 */
import fc from 'fast-check';
import {expect, test} from 'vitest';
import {utf8Text} from '../../protocol/bytes.ts';
import type {Loaded} from './changes.ts';
import {createWorld, type Device, settle} from './testing/world.ts';

const NOTE = 'note1';

const step = fc.oneof(
  {weight: 6, arbitrary: fc.record({type: fc.constant('save' as const), device: fc.nat(2), tab: fc.nat(1)})},
  {weight: 2, arbitrary: fc.record({type: fc.constant('rename' as const), device: fc.nat(2), tab: fc.nat(1)})},
  {weight: 1, arbitrary: fc.record({type: fc.constant('delete' as const), device: fc.nat(2)})},
  {weight: 3, arbitrary: fc.record({type: fc.constant('reload' as const), device: fc.nat(2), tab: fc.nat(1)})},
  {
    weight: 6,
    arbitrary: fc.record({
      type: fc.constant('round' as const),
      device: fc.nat(2),
      lose: fc.constantFrom(null, null, null, 'request' as const, 'answer' as const, 'late' as const),
      call: fc.constantFrom('push' as const, 'pull' as const, 'hello' as const),
      /** What another tab does between the server's answer and its being stored; there are no locks. */
      meanwhile: fc.constantFrom(
        null,
        null,
        'save' as const,
        'round' as const,
        'save and round' as const,
        'others' as const,
      ),
      tab: fc.nat(1),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constant('clock' as const),
      device: fc.nat(2),
      minutes: fc.integer({min: -8, max: 8}),
    }),
  },
  {weight: 2, arbitrary: fc.record({type: fc.constant('deliver' as const), at: fc.nat(3)})},
  {weight: 2, arbitrary: fc.record({type: fc.constant('wait' as const), minutes: fc.nat(20)})},
);

interface Tab {
  loaded: Loaded;
  text: string;
  title: string;
}

test(
  'no schedule loses a text, and all devices end up equal',
  async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, {minLength: 5, maxLength: 30}), async (steps) => {
        const world = await createWorld();
        const devices = [await world.device('A'), await world.device('B'), await world.device('C')];
        const [first] = devices as [Device];
        await first.create(NOTE, 'title0', 'text0');
        await settle(...devices);
        const tabs: Tab[][] = [];
        for (const device of devices) {
          const loaded = await device.load(NOTE);
          tabs.push([0, 1].map(() => ({loaded, text: 'text0', title: 'title0'})));
        }
        const parentOf = new Map<string, string>();
        let counter = 0;
        const reload = async (device: Device, tab: Tab) => {
          const shown = await device.read(NOTE);
          if (shown === undefined || shown.text === null) return;
          Object.assign(tab, {loaded: await device.load(NOTE), text: shown.text, title: shown.title});
        };
        const edit = async (device: Device, tab: Tab, part: 'text' | 'title') => {
          counter += 1;
          world.nowMs += 1000;
          const value = `${part}${counter}`;
          parentOf.set(value, tab[part]);
          tab.loaded = await device.save(NOTE, tab.loaded, {[part]: value});
          tab[part] = value;
          // An editor shows what is stored of the part that it didn't save.
          const stored = await device.read(NOTE);
          if (stored?.text) Object.assign(tab, {text: stored.text, title: stored.title});
        };
        for (const one of steps) {
          if (one.type === 'wait') {
            world.nowMs += one.minutes * 60_000;
            continue;
          }
          if (one.type === 'deliver') {
            await world.late.splice(one.at, 1)[0]?.();
            continue;
          }
          const device = devices[one.device] as Device;
          const tab = (tabs[one.device] as Tab[])['tab' in one ? one.tab : 0] as Tab;
          if (one.type === 'save') await edit(device, tab, 'text');
          if (one.type === 'rename') await edit(device, tab, 'title');
          if (one.type === 'delete') await device.remove(NOTE);
          if (one.type === 'reload') await reload(device, tab);
          if (one.type === 'clock') device.clockMs = one.minutes * 60_000;
          if (one.type === 'round') {
            if (one.lose !== null) device.faults.push({call: one.call, lose: one.lose});
            device.afterCall = async (name) => {
              if (name !== one.call) return;
              device.afterCall = null;
              if (one.meanwhile?.startsWith('save')) await edit(device, tab, 'text');
              if (one.meanwhile?.endsWith('round')) await device.round();
              if (one.meanwhile !== 'others') return;
              const other = devices[(one.device + 1) % 3] as Device;
              await edit(other, (tabs[(one.device + 1) % 3] as Tab[])[0] as Tab, 'text');
              await other.round();
              await device.round();
            };
            await device.round();
            device.afterCall = null;
            device.faults.length = 0;
          }
        }
        for (const deliver of world.late.splice(0)) await deliver();
        for (const device of devices) device.clockMs = 0;
        for (let pass = 0; pass < 3; pass++) await settle(...devices);

        const kept = keptIn(first);
        for (const value of [...kept]) {
          for (let parent = parentOf.get(value); parent !== undefined; parent = parentOf.get(parent)) kept.add(parent);
        }
        for (const value of parentOf.keys()) expect(kept, `${value} is lost`).toContain(value);
        const roots = new Set<string>([(await world.core.standing(world.accountId)).root]);
        for (const device of devices) {
          const state = await device.state();
          expect(state.problem).toBeNull();
          roots.add(state.lastCheck?.root ?? '');
          expect(await device.outbox({kind: 'note', id: NOTE})).toBeUndefined();
          expect(await device.read(NOTE)).toEqual(await first.read(NOTE));
          expect(keptIn(device)).toEqual(keptIn(first));
        }
        expect(roots.size).toBe(1);
      }),
      {numRuns: Number(process.env.RUNS ?? 300), ...(process.env.SEED ? {seed: Number(process.env.SEED)} : {})},
    );
  },
  20 * 60_000,
);

/** Every title and text that a device still has, current or in a revision, deleted or not. */
function keptIn(device: Device): Set<string> {
  const tables = device.store.snapshot();
  const titles = [...tables.entities.values()].flatMap(({kind, data}) =>
    kind === 'note' || kind === 'revision' ? [(JSON.parse(utf8Text(data) ?? '') as {title: string}).title] : [],
  );
  const texts = [...tables.bodies.values()].map(({body}) => utf8Text(body) ?? '');
  return new Set([...titles, ...texts].sort());
}
