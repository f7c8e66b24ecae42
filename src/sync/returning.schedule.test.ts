/**
 * Random schedules of edits, deletions and rounds on three devices, with times in between in which deletions are erased and
 * forgotten. Whatever happens: no edit is lost, nobody brings a forgotten note back who didn't edit it, all end up equal.
 */
import fc from 'fast-check';
import {expect, test} from 'vitest';
import {utf8Text} from '../../protocol/bytes.ts';
import {isErased, refKey} from '../../protocol/entity.ts';
import {TOMBSTONE_HORIZON_MS} from '../../server/core/drop.ts';
import {writeData} from '../notes/note-data.ts';
import {noteOf} from '../notes/note-of.ts';
import type {Change} from './changes.ts';
import {localRoot} from './check.ts';
import {isOwnDeleted} from './inspect.ts';
import {createWorld, type Device, settle, type World} from './testing/world.ts';

const NOTES = ['note0', 'note1', 'note2'];
const ERASE_AFTER_MS = 3_600_000;

const device = fc.nat(2);
const note = fc.constantFrom(...NOTES);
const step = fc.oneof(
  {weight: 5, arbitrary: fc.record({type: fc.constant('edit' as const), device, note})},
  {weight: 1, arbitrary: fc.record({type: fc.constant('tag' as const), device, note})},
  {weight: 3, arbitrary: fc.record({type: fc.constant('delete' as const), device, note})},
  {
    weight: 6,
    arbitrary: fc.record({
      type: fc.constant('round' as const),
      device,
      lose: fc.constantFrom(null, null, 'request' as const, 'answer' as const),
      call: fc.constantFrom('push' as const, 'pull' as const, 'items' as const, 'repair' as const),
    }),
  },
  /** `during`: whether it happens while a device pulls. */
  {weight: 2, arbitrary: fc.record({type: fc.constant('forget' as const), device, during: fc.boolean()})},
);

test(
  'no schedule loses an edit or undoes a deletion that was forgotten',
  async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, {minLength: 5, maxLength: 30}), async (steps) => {
        const run = await begin();
        for (const one of steps) {
          run.world.nowMs += 1000;
          const by = run.devices[one.device] as Device;
          if (one.type === 'edit') await edit(run, by, one.note);
          if (one.type === 'tag') await tag(run, by, one.note);
          if (one.type === 'delete') await remove(by, one.note);
          if (one.type === 'forget') await (one.during ? forgetDuring(run, by) : forget(run));
          if (one.type !== 'round') continue;
          if (one.lose !== null) by.faults.push({call: one.call, lose: one.lose});
          await by.round();
          by.faults.length = 0;
        }
        for (let pass = 0; pass < 3; pass++) await settle(...run.devices);
        await expectOne(run);
        expect(liveIn(run).filter((id) => run.forgotten.has(id))).toEqual([]);
        const kept = withAncestors(run, [...textsIn(run), ...run.devices.flatMap(ownDeletedOn)]);
        for (const text of run.parentOf.keys()) expect([...kept, ...run.gone], `${text} is lost`).toContain(text);
      }),
      {numRuns: Number(process.env.RUNS ?? 60), ...(process.env.SEED ? {seed: Number(process.env.SEED)} : {})},
    );
  },
  20 * 60_000,
);

interface Run {
  readonly world: World;
  readonly devices: readonly Device[];
  /** What each text was written on top of. */
  readonly parentOf: Map<string, string>;
  /** Notes that the server has forgotten, and that nobody has edited. */
  readonly forgotten: Set<string>;
  /** Texts that were in a note when it was erased. */
  readonly gone: Set<string>;
}

async function begin(): Promise<Run> {
  const world = await createWorld();
  const devices = [await world.device('A'), await world.device('B'), await world.device('C')];
  const [first] = devices as [Device];
  for (const id of NOTES) {
    await first.create(id, id, `${id} begins`);
    await first.writer.write([
      {type: 'create', ...placeOf(id), data: writeData({note: id, parent: 'root', key: 'a'})},
      {type: 'create', ...labelOf(id), data: labelData(id, 0)},
    ]);
  }
  await settle(...devices);
  return {world, devices, parentOf: new Map(), forgotten: new Set(), gone: new Set()};
}

const placeOf = (id: string) => ({kind: 'branch', id: `place-${id}`}) as const;
const labelOf = (id: string) => ({kind: 'attribute', id: `label-${id}`}) as const;
const labelData = (id: string, count: number) =>
  writeData({note: id, type: 'label', name: 'tag', value: `${count}`, inheritable: false, position: 10});

async function edit({parentOf, forgotten}: Run, by: Device, id: string): Promise<void> {
  const shown = await by.read(id);
  if (shown === undefined || shown.text === null) return;
  const text = `text ${parentOf.size}`;
  parentOf.set(text, shown.text);
  await by.save(id, await by.load(id), {text});
  forgotten.delete(id);
}

async function tag({forgotten, world}: Run, by: Device, id: string): Promise<void> {
  if ((await by.read(id)) === undefined) return;
  const [written] = await by.writer.write([{type: 'patch', ...labelOf(id), edit: () => labelData(id, world.nowMs)}]);
  if (written?.outcome === 'written') forgotten.delete(id);
}

async function remove({writer}: Device, id: string): Promise<void> {
  const gone = {type: 'delete', eraseAfterMs: ERASE_AFTER_MS} as const;
  const owned = [placeOf(id), labelOf(id)].map((ref): Change => ({...gone, ...ref, of: id}));
  await writer.write([{...gone, kind: 'note', id}, ...owned]);
}

async function forget(run: Run): Promise<void> {
  const {world, gone} = run;
  for (const {row} of rowsOf(run)) {
    const text = utf8Text(row.body ?? new Uint8Array(0)) ?? '';
    if (row.kind === 'note' && row.deleted) for (const one of withAncestors(run, [text])) gone.add(one);
  }
  world.nowMs += ERASE_AFTER_MS;
  await world.core.erase();
  const erased = rowsOf(run).flatMap(({row}) => (row.kind === 'note' && isErased(row) ? [row.id] : []));
  world.nowMs += TOMBSTONE_HORIZON_MS;
  await world.core.erase();
  const edited = new Set(run.devices.flatMap(editedOn));
  for (const id of erased) if (!edited.has(id)) run.forgotten.add(id);
}

async function forgetDuring(run: Run, by: Device): Promise<void> {
  by.afterCall = async (name) => {
    if (name !== 'hello') return;
    by.afterCall = null;
    await forget(run);
  };
  await by.round();
  by.afterCall = null;
}

/** Notes of which something waits on a device. */
function editedOn({store}: Device): string[] {
  const {outbox, entities} = store.snapshot();
  return [...outbox.keys()].flatMap((key) => {
    const row = entities.get(key);
    return row === undefined ? [] : (noteOf(row) ?? []);
  });
}

function rowsOf({world: {storage, accountId}}: Run) {
  return [...(storage.tables.entities.get(accountId)?.values() ?? [])];
}

function liveIn(run: Run): string[] {
  return rowsOf(run).flatMap(({row}) => (row.kind === 'note' && !row.deleted ? [row.id] : []));
}

function textsIn(run: Run): string[] {
  return rowsOf(run).flatMap(({row}) => (row.body === null ? [] : (utf8Text(row.body) ?? [])));
}

/** Texts in a device's own "Recently deleted". */
function ownDeletedOn({store}: Device): string[] {
  const {entities, bodies} = store.snapshot();
  const own = [...bodies].filter(([key]) => isOwnDeleted(entities.get(key)));
  return own.flatMap(([, {body}]) => utf8Text(body) ?? []);
}

function withAncestors({parentOf}: Run, texts: readonly string[]): Set<string> {
  const all = new Set(texts);
  for (const text of all) all.add(parentOf.get(text) ?? text);
  return all;
}

async function expectOne(run: Run): Promise<void> {
  const {root} = await run.world.core.standing(run.world.accountId);
  const there = new Map(rowsOf(run).map(({row}) => [refKey(row), row.stamp]));
  for (const {name, store, state} of run.devices) {
    const {problem, returning = null} = await state();
    expect({problem, returning}, name).toEqual({problem: null, returning: null});
    expect(await store.transaction('read', localRoot), name).toBe(root);
    const {outbox, entities} = store.snapshot();
    expect(outbox.size, name).toBe(0);
    for (const row of entities.values()) if (!row.deleted) expect(there.get(refKey(row)), name).toBe(row.stamp);
  }
}
