import {describe, expect, test} from 'vitest';
import {MAX_ENTITY_BYTES} from '../../protocol/limits.ts';
import type {Change} from './changes.ts';
import {localRoot} from './check.ts';
import {createWorld, type Device, noteData, settle, type World} from './testing/world.ts';

async function rootsOf(world: World, ...devices: Device[]): Promise<string[]> {
  const roots = await Promise.all(devices.map((device) => device.store.transaction('read', localRoot)));
  return [(await world.core.standing(world.accountId)).root, ...roots];
}

async function expectEqual(world: World, ...devices: Device[]): Promise<void> {
  expect(new Set(await rootsOf(world, ...devices)).size).toBe(1);
  for (const device of devices) expect((await device.state()).lastCheck?.result).toBe('equal');
}

async function conflictsOf(device: Device): Promise<string[]> {
  const tables = device.store.snapshot() as {
    entities: Map<string, {kind: string; meta: {reason?: string; state?: string} | null}>;
  };
  return [...tables.entities.values()]
    .filter((row) => row.meta?.reason === 'conflict')
    .map((row) => row.meta?.state ?? '');
}

describe('a round', () => {
  test('brings what one device wrote to the other, with equal digests', async () => {
    const world = await createWorld();
    const a = await world.device('A');
    await a.create('note1', 'One', '<p>one</p>');
    const b = await world.device('B');
    await settle(a, b);
    expect(await b.read('note1')).toEqual({title: 'One', text: '<p>one</p>'});
    await expectEqual(world, a, b);
  });

  test('brings a very long title, whole', async () => {
    const world = await createWorld();
    const [a, b] = [await world.device('A'), await world.device('B')];
    const title = 'Ähre 長い 🌾 '.repeat(100_000);
    await a.create('note1', title, 'text');
    await settle(a, b);
    expect((await b.read('note1'))?.title === title).toBe(true);
    await expectEqual(world, a, b);
  });

  test('with nothing to push or pull is one hello', async () => {
    const world = await createWorld();
    const a = await world.device('A');
    await settle(a);
    a.calls.length = 0;
    await a.round();
    expect(a.calls.map(({name}) => name)).toEqual(['hello']);
  });

  test('with a fresh clock check and one edit is one push, and needs no pull', async () => {
    const world = await createWorld();
    const a = await world.device('A');
    const loaded = await a.create('note1', 'One', 'text');
    await settle(a);
    a.calls.length = 0;
    await a.save('note1', loaded, {text: 'text 2'});
    expect((await a.round()).ok).toBe(true);
    expect(a.calls.map(({name}) => name)).toEqual(['push']);
    await expectEqual(world, a);
  });

  test('that is paused sends no further batch, and pulls nothing', async () => {
    const world = await createWorld();
    const a = await world.device('A');
    const b = await world.device('B');
    await settle(a, b);
    await b.create('elsewhere', 'Elsewhere', 'text');
    await b.round();
    const changes = Array.from({length: 600}, (_, i): Change => {
      return {type: 'create', kind: 'note', id: `note${i}`, data: noteData(`Title ${i}`)};
    });
    await a.writer.write(changes);
    const setPaused = (paused: boolean) =>
      a.store.transaction('write', async (tx) => {
        const state = await tx.state();
        if (state) await tx.putState({...state, paused});
      });
    a.afterCall = () => setPaused(true);
    a.calls.length = 0;
    expect((await a.round()).ok).toBe(true);
    expect(a.calls.map(({name}) => name)).toEqual(['push']);
    a.afterCall = null;
    await setPaused(false);
    await settle(a);
    expect(await a.read('elsewhere')).toEqual({title: 'Elsewhere', text: 'text'});
    await expectEqual(world, a);
  });

  test('a change that the server refuses is parked with its text, is not sent again by itself, and blocks nothing', async () => {
    const world = await createWorld();
    const [a, b] = [await world.device('A'), await world.device('B')];
    await settle(a, b);
    const tooLarge = 'x'.repeat(MAX_ENTITY_BYTES + 1);
    await a.create('large', 'Large', tooLarge);
    await a.create('small', 'Small', 'text');
    expect((await a.round()).ok).toBe(true);
    expect((await a.outbox({kind: 'note', id: 'large'}))?.parked?.type).toBe('entity_too_large');
    expect(await a.read('large')).toEqual({title: 'Large', text: tooLarge});
    a.calls.length = 0;
    await settle(a, b);
    expect(a.calls.map(({name}) => name)).not.toContain('push');
    expect(await b.read('small')).toEqual({title: 'Small', text: 'text'});
    expect(await b.read('large')).toBeUndefined();
    await a.save('large', await a.load('large'), {text: 'shorter'});
    await settle(a, b);
    expect(await b.read('large')).toEqual({title: 'Large', text: 'shorter'});
    await expectEqual(world, a, b);
  });

  test('a rename does not send the text', async () => {
    const world = await createWorld();
    const a = await world.device('A');
    const loaded = await a.create('note1', 'One', 'a long text');
    const b = await world.device('B');
    await settle(a, b);
    a.calls.length = 0;
    await a.save('note1', loaded, {title: 'Renamed'});
    await settle(a, b);
    expect(JSON.stringify(a.calls)).not.toContain('a long text');
    expect(await b.read('note1')).toEqual({title: 'Renamed', text: 'a long text'});
    await expectEqual(world, a, b);
  });

  test('the automatic revision of an old text does not send it again', async () => {
    const world = await createWorld();
    const a = await world.device('A');
    const loaded = await a.create('note1', 'One', 'a long text');
    await settle(a);
    world.nowMs += 3_600_000;
    a.calls.length = 0;
    await a.save('note1', loaded, {text: 'another'});
    await settle(a);
    expect(JSON.stringify(a.calls)).not.toContain('a long text');
    await expectEqual(world, a);
  });

  for (const lose of ['request', 'answer'] as const) {
    test(`a lost ${lose} of a push is sent again, once`, async () => {
      const world = await createWorld();
      const a = await world.device('A');
      const b = await world.device('B');
      await settle(a, b);
      const loaded = await a.create('note1', 'One', 'first');
      await settle(a);
      await a.save('note1', loaded, {text: 'second'});
      a.faults.push({call: 'push', lose});
      expect((await a.round()).ok).toBe(false);
      await settle(a, b);
      expect(await b.read('note1')).toEqual({title: 'One', text: 'second'});
      expect(await conflictsOf(b)).toEqual([]);
      await expectEqual(world, a, b);
    });

    test(`a lost ${lose} with a further edit before the retry makes no conflict`, async () => {
      const world = await createWorld();
      const a = await world.device('A');
      let loaded = await a.create('note1', 'One', 'first');
      await settle(a);
      loaded = await a.save('note1', loaded, {text: 'second'});
      a.faults.push({call: 'push', lose});
      await a.round();
      await a.save('note1', await a.load('note1'), {text: 'third'});
      await settle(a);
      expect(await a.read('note1')).toEqual({title: 'One', text: 'third'});
      expect(await conflictsOf(a)).toEqual([]);
      await expectEqual(world, a);
    });
  }

  test('an edit made while its push is under way stays queued and arrives', async () => {
    const world = await createWorld();
    const a = await world.device('A');
    const b = await world.device('B');
    const loaded = await a.create('note1', 'One', 'first');
    await settle(a, b);
    const next = await a.save('note1', loaded, {text: 'second'});
    a.afterCall = async (name) => {
      if (name !== 'push') return;
      a.afterCall = null;
      await a.save('note1', next, {text: 'third'});
    };
    await settle(a, b);
    expect(await b.read('note1')).toEqual({title: 'One', text: 'third'});
    expect(await conflictsOf(b)).toEqual([]);
    await expectEqual(world, a, b);
  });
});

describe('a conflict', () => {
  async function editedOnBoth(): Promise<{world: World; a: Device; b: Device}> {
    const world = await createWorld();
    const a = await world.device('A');
    await a.create('note1', 'One', 'base');
    const b = await world.device('B');
    await settle(a, b);
    return {world, a, b};
  }

  for (const first of ['older', 'newer'] as const) {
    test(`the newer text wins and the older is a revision everywhere, the ${first} one pushed first`, async () => {
      const {world, a, b} = await editedOnBoth();
      world.nowMs += 1000;
      await a.save('note1', await a.load('note1'), {text: 'older'});
      world.nowMs += 1000;
      await b.save('note1', await b.load('note1'), {text: 'newer'});
      await settle(...(first === 'older' ? [a, b] : [b, a]));
      for (const device of [a, b]) {
        expect((await device.read('note1'))?.text).toBe('newer');
        expect(await conflictsOf(device)).toEqual(['open']);
      }
      await expectEqual(world, a, b);
    });
  }

  test('a rename and an edit of the text both survive, whichever is pushed first', async () => {
    for (const order of ['ab', 'ba']) {
      const {world, a, b} = await editedOnBoth();
      world.nowMs += 1000;
      await a.save('note1', await a.load('note1'), {title: 'Renamed'});
      world.nowMs += 1000;
      await b.save('note1', await b.load('note1'), {text: 'edited'});
      await settle(...(order === 'ab' ? [a, b] : [b, a]));
      for (const device of [a, b]) {
        expect(await device.read('note1')).toEqual({title: 'Renamed', text: 'edited'});
        expect(await conflictsOf(device)).toEqual(['merged']);
      }
      await expectEqual(world, a, b);
    }
  });

  test('with a tolerated skew of four minutes the true order of edits decides', async () => {
    const {world, a, b} = await editedOnBoth();
    a.clockMs = 4 * 60_000;
    await settle(a, b);
    world.nowMs += 60_000;
    await a.save('note1', await a.load('note1'), {text: 'earlier'});
    world.nowMs += 30_000;
    await b.save('note1', await b.load('note1'), {text: 'later'});
    await settle(a, b);
    for (const device of [a, b]) expect((await device.read('note1'))?.text).toBe('later');
    await expectEqual(world, a, b);
  });

  test('an edit that met a deletion keeps both', async () => {
    for (const newer of ['edit', 'deletion']) {
      const {world, a, b} = await editedOnBoth();
      world.nowMs += 1000;
      const steps = [() => b.remove('note1'), async () => a.save('note1', await a.load('note1'), {text: 'edited'})];
      for (const step of newer === 'edit' ? steps : steps.reverse()) {
        await step();
        world.nowMs += 1000;
      }
      await settle(a, b);
      for (const device of [a, b]) {
        expect((await device.read('note1'))?.text).toBe(newer === 'edit' ? 'edited' : undefined);
        expect(await conflictsOf(device)).toEqual(['open']);
      }
      await expectEqual(world, a, b);
    }
  });

  test('a save over what another tab saved keeps that one as a revision', async () => {
    const {world, a, b} = await editedOnBoth();
    const loaded = await a.load('note1');
    await a.save('note1', loaded, {text: 'tab 1'});
    world.nowMs += 1000;
    await a.save('note1', loaded, {text: 'tab 2'});
    await settle(a, b);
    expect((await b.read('note1'))?.text).toBe('tab 2');
    expect(await conflictsOf(b)).toEqual(['open']);
    await expectEqual(world, a, b);
  });
});

describe('the clock check', () => {
  /** Of the next calls of hello each takes this long. */
  const slowLine = (world: World, device: Device, ...tookMs: number[]) => {
    device.afterCall = async (name) => {
      if (name === 'hello') world.nowMs += tookMs.shift() ?? 0;
    };
  };

  test('is made again where the answer came too late to say what time it is', async () => {
    const world = await createWorld();
    const a = await world.device('A');
    await settle(a);
    a.clockMs = -4 * 60_000;
    slowLine(world, a, 12_000);
    a.calls.length = 0;
    await a.create('note1', 'One', 'text');
    expect((await a.round()).ok).toBe(true);
    expect(a.calls.map(({name}) => name)).toEqual(['hello', 'hello', 'push']);
    expect((await a.state()).clock).toMatchObject({offsetMs: 4 * 60_000, errorMs: 0});
    await expectEqual(world, a);
  });

  test('goes on after three, with what the last one said, where the line is always that slow', async () => {
    const world = await createWorld();
    const a = await world.device('A');
    await settle(a);
    world.nowMs += 120_000;
    slowLine(world, a, 12_000, 12_000, 12_000, 12_000);
    a.calls.length = 0;
    await a.create('note1', 'One', 'text');
    expect((await a.round()).ok).toBe(true);
    expect(a.calls.map(({name}) => name)).toEqual(['hello', 'hello', 'hello', 'push']);
    expect((await a.state()).clock?.errorMs).toBe(6_000);
    await expectEqual(world, a);
  });

  test('six minutes apart nothing is pushed, the outbox stays, and a corrected clock goes on', async () => {
    const world = await createWorld();
    const a = await world.device('A');
    const b = await world.device('B');
    await settle(a, b);
    a.clockMs = -6 * 60_000;
    await a.create('note1', 'One', 'text');
    await b.create('note2', 'Two', 'other');
    await settle(b);
    a.calls.length = 0;
    const held = await a.round();
    expect(held.ok ? null : held.error).toMatchObject({type: 'clock_skew', offsetMs: 6 * 60_000});
    expect(a.calls.map(({name}) => name)).not.toContain('push');
    expect(await a.read('note2')).toBeDefined();
    expect((await a.state()).problem?.type).toBe('clock_skew');
    a.clockMs = 0;
    await settle(a, b);
    expect(await b.read('note1')).toEqual({title: 'One', text: 'text'});
    expect((await a.state()).problem).toBeNull();
    await expectEqual(world, a, b);
  });

  test('a clock that is set just after the clock check stamps nothing before it is compared again', async () => {
    const world = await createWorld();
    const a = await world.device('A');
    await settle(a);
    await a.create('note1', 'One', 'text');
    a.afterCall = async () => {
      a.afterCall = null;
      a.clockMs = 60 * 60_000;
    };
    world.nowMs += 2 * 60_000;
    a.calls.length = 0;
    const held = await a.round();
    expect(held.ok ? null : held.error.type).toBe('clock_skew');
    expect(a.calls.map(({name}) => name)).toEqual(['hello', 'hello']);
    a.clockMs = 0;
    await settle(a);
    await expectEqual(world, a);
  });

  test('a clock that another tab finds wrong while this one sends stamps nothing more before it is compared again', async () => {
    const world = await createWorld();
    const a = await world.device('A');
    await settle(a);
    a.afterCall = async () => {
      a.afterCall = null;
      await a.create('note2', 'Two', 'text');
      await a.store.transaction('write', async (tx) => {
        const state = await tx.state();
        if (state?.clock) await tx.putState({...state, clock: {...state.clock, offsetMs: -6 * 60_000, errorMs: 0}});
      });
    };
    await a.create('note1', 'One', 'text');
    a.calls.length = 0;
    expect((await a.round()).ok).toBe(true);
    expect(a.calls.map(({name}) => name)).toEqual(['push', 'hello', 'push']);
    await expectEqual(world, a);
  });

  test('with the server’s time chosen it goes on, six minutes apart', async () => {
    const world = await createWorld();
    const a = await world.device('A');
    await settle(a);
    a.clockMs = 6 * 60_000;
    await a.create('note1', 'One', 'text');
    await a.round();
    await a.store.transaction('write', async (tx) => {
      const state = await tx.state();
      if (state) await tx.putState({...state, clockChoice: 'server'});
    });
    expect((await a.round()).ok).toBe(true);
    await expectEqual(world, a);
    expect((await a.state()).clockChoice).toBe('server');
    a.clockMs = 0;
    world.nowMs += 3_600_000;
    await a.round();
    expect((await a.state()).clockChoice).toBe('own');
    a.clockMs = 6 * 60_000;
    await a.create('note2', 'Two', 'text');
    expect(await a.round()).toMatchObject({ok: false, error: {type: 'clock_skew'}});
  });

  test('and a difference that can’t be repaired: the clock is told, which is what holds the push', async () => {
    const world = await createWorld();
    const a = await world.device('A');
    await settle(a);
    a.clockMs = 6 * 60_000;
    await a.create('note1', 'One', 'text');
    const {transport} = a.ports;
    const lying = {
      ...transport,
      async call(...args: unknown[]) {
        const answer = await (transport.call as (...args: unknown[]) => Promise<{ok: boolean; value: object}>)(...args);
        return answer.ok ? {...answer, value: {...answer.value, root: 'A'.repeat(43)}} : answer;
      },
    };
    Object.assign(a.ports, {transport: lying});
    for (let round = 0; round < 3; round++)
      expect(await a.round()).toMatchObject({ok: false, error: {type: 'clock_skew'}});
  });
});
