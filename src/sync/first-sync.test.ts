import {describe, expect, test} from 'vitest';
import type {Meta} from '../../protocol/entity.ts';
import {MAX_PULL_ROWS} from '../../protocol/limits.ts';
import type {CallName} from '../../protocol/messages.ts';
import type {Change} from './changes.ts';
import {localRoot} from './check.ts';
import {fetchEntities} from './fetch-entities.ts';
import {isArriving} from './ports.ts';
import {firstSyncTo} from './pull-place.ts';
import {runRound} from './round.ts';
import type {RoundPorts} from './round-ports.ts';
import {createWorld, type Device, noteData, settle, type World} from './testing/world.ts';

const NOTES = MAX_PULL_ROWS + 200;

async function filledWorld(notes = NOTES): Promise<{world: World; a: Device}> {
  const world = await createWorld();
  const a = await world.device('A');
  const text = new TextEncoder();
  const changes = Array.from({length: notes}, (_, i): Change => {
    return {type: 'create', kind: 'note', id: `note${i}`, data: noteData(`Title ${i}`), body: text.encode(`text ${i}`)};
  });
  await a.writer.write(changes);
  await a.round();
  return {world, a};
}

async function expectEverything(world: World, device: Device): Promise<void> {
  expect(await device.read('note0')).toEqual({title: 'Title 0', text: 'text 0'});
  expect(await device.read(`note${NOTES - 1}`)).toEqual({title: `Title ${NOTES - 1}`, text: `text ${NOTES - 1}`});
  expect((await device.state()).firstSync).toBeNull();
  expect(await device.store.transaction('read', localRoot)).toBe((await world.core.standing(world.accountId)).root);
}

describe('a first sync', () => {
  test('brings everything, heads before bodies', async () => {
    const {world} = await filledWorld();
    const b = await world.device('B');
    let headsDone = false;
    b.afterCall = async (name) => {
      const {firstSync} = await b.state();
      if (name !== 'pull' || firstSync?.lane !== 'bodies' || firstSync.received > 0 || headsDone) return;
      headsDone = true;
      expect(await b.read(`note${NOTES - 1}`)).toEqual({title: `Title ${NOTES - 1}`, text: null});
    };
    expect((await b.round()).ok).toBe(true);
    expect(headsDone).toBe(true);
    await expectEverything(world, b);
  });

  test('ends with an error where the server names no next page, instead of asking for the same one for ever', async () => {
    const {world} = await filledWorld();
    const b = await world.device('B');
    const {transport} = b.ports;
    const looping = {
      async call(name: CallName, ...rest: unknown[]) {
        const answer = await (transport.call as (...args: unknown[]) => Promise<{ok: boolean; value: object}>)(
          name,
          ...rest,
        );
        return name === 'pull' && answer.ok ? {...answer, value: {...answer.value, last: null, done: false}} : answer;
      },
    } as RoundPorts['transport'];
    const result = await runRound({...b.ports, transport: looping});
    expect(result).toMatchObject({ok: false, error: {type: 'server_error'}});
    expect(b.calls.filter(({name}) => name === 'pull').length).toBeLessThanOrEqual(2);
    expect(await b.state()).toMatchObject({cursor: null, firstSync: {lane: 'heads', after: null}});
    expect((await b.round()).ok).toBe(true);
    await expectEverything(world, b);
  });

  test('a page that another tab has passed meanwhile doesn’t take the first sync back', async () => {
    const {world} = await filledWorld(NOTES + MAX_PULL_ROWS);
    const b = await world.device('B');
    const {call} = b.ports.transport as {call: (...args: unknown[]) => Promise<unknown>};
    const gone = {ok: false, error: {type: 'unreachable', message: 'no answer'}};
    /** Gets `pulls` pages and then no answer; `meanwhile` runs with the first one on its way back. */
    const tab = (pulls: number, meanwhile: () => Promise<unknown>): RoundPorts => {
      let count = 0;
      const transport = {
        async call(name: CallName, ...rest: unknown[]) {
          if (name !== 'pull') return call(name, ...rest);
          count += 1;
          if (count > pulls) return gone;
          const answer = await call(name, ...rest);
          if (count === 1) await meanwhile();
          return answer;
        },
      } as RoundPorts['transport'];
      return {...b.ports, transport, locks: {...b.ports.locks, exclusive: (_, body) => body()}};
    };
    await runRound(tab(1, () => runRound(tab(2, async () => undefined))));
    expect((await b.state()).firstSync).toMatchObject({lane: 'heads', received: 2 * MAX_PULL_ROWS});
    await b.round();
    await expectEverything(world, b);
  });

  test('ends with the page that comes when sync is paused, and says nothing of having synced', async () => {
    const {world} = await filledWorld();
    const b = await world.device('B');
    const setPaused = (paused: boolean) =>
      b.store.transaction('write', async (tx) => {
        const state = await tx.state();
        if (state) await tx.putState({...state, paused});
      });
    b.afterCall = async (name) => {
      if (name === 'pull') await setPaused(true);
    };
    expect((await b.round()).ok).toBe(true);
    expect(await b.state()).toMatchObject({cursor: null, lastSyncMs: null});
    expect((await b.state()).firstSync?.received).toBeGreaterThan(0);
    b.afterCall = null;
    await setPaused(false);
    await settle(b);
    await expectEverything(world, b);
  });

  test('that is asked for by hand while sync is paused goes to its end', async () => {
    const {world} = await filledWorld();
    const b = await world.device('B');
    await b.store.transaction('write', async (tx) => {
      const state = await tx.state();
      if (state) await tx.putState({...state, paused: true});
    });
    expect((await b.round()).ok).toBe(true);
    await expectEverything(world, b);
  });

  for (const lose of ['request', 'answer'] as const) {
    test(`goes on where it was when every second ${lose} is lost, without asking for a stored page again`, async () => {
      const {world} = await filledWorld();
      const b = await world.device('B');
      let rounds = 0;
      while ((await b.state()).cursor === null) {
        rounds += 1;
        expect(rounds).toBeLessThan(30);
        let pulls = 0;
        b.afterCall = async (name) => {
          if (name === 'pull' && ++pulls === 1) b.faults.push({call: 'pull', lose});
        };
        await b.round();
        b.faults.length = 0;
      }
      b.afterCall = null;
      expect(rounds).toBeGreaterThan(2);
      await settle(b);
      await expectEverything(world, b);
    });
  }

  test('misses nothing that is edited, renamed or deleted meanwhile', async () => {
    const {world, a} = await filledWorld();
    const b = await world.device('B');
    let pages = 0;
    b.afterCall = async (name) => {
      if (name !== 'pull' || pages >= 5) return;
      pages += 1;
      await a.save(`note${pages}`, await a.load(`note${pages}`), {title: `Renamed ${pages}`});
      await a.save(`note${NOTES - pages}`, await a.load(`note${NOTES - pages}`), {text: `edited ${pages}`});
      await a.remove(`note${100 + pages}`);
      await a.create(`new${pages}`, 'New', 'new');
      await a.round();
    };
    expect((await b.round()).ok).toBe(true);
    b.afterCall = null;
    expect(pages).toBeGreaterThan(3);
    for (let i = 1; i <= pages; i++) {
      expect(await b.read(`note${i}`)).toEqual({title: `Renamed ${i}`, text: `text ${i}`});
      expect((await b.read(`note${NOTES - i}`))?.text).toBe(`edited ${i}`);
      expect(await b.read(`note${100 + i}`)).toBeUndefined();
      expect(await b.read(`new${i}`)).toEqual({title: 'New', text: 'new'});
    }
    expect((await b.state()).lastCheck?.result).toBe('equal');
  });

  test('leaves an edit alone that was made before its note arrived whole', async () => {
    const {world} = await filledWorld();
    const b = await world.device('B');
    b.afterCall = async () => {
      const {firstSync} = await b.state();
      if (firstSync?.lane !== 'bodies') return;
      b.afterCall = null;
      await b.save('note7', await b.load('note7'), {title: 'Renamed at once'});
    };
    await settle(b);
    expect(await b.read('note7')).toEqual({title: 'Renamed at once', text: 'text 7'});
    const c = await world.device('C');
    await settle(c);
    expect(await c.read('note7')).toEqual({title: 'Renamed at once', text: 'text 7'});
  });

  test('a text that is not here yet can be fetched by itself', async () => {
    const {world} = await filledWorld();
    const b = await world.device('B');
    b.afterCall = async (name) => {
      const isLastOfHeads = name === 'pull' && (await b.state()).firstSync?.received === MAX_PULL_ROWS;
      if (isLastOfHeads) b.faults.push({call: 'pull', lose: 'request'});
    };
    await b.round();
    b.afterCall = null;
    b.faults.length = 0;
    expect((await b.read('note3'))?.text).toBeNull();
    expect((await fetchEntities(b.ports, [{kind: 'note', id: 'note3'}])).ok).toBe(true);
    expect((await b.read('note3'))?.text).toBe('text 3');
    await settle(b);
    await expectEverything(world, b);
  });
});

describe('a first sync of which the titles are still coming', () => {
  /** B has the first page; the network is gone since. */
  async function partlyHere(): Promise<{world: World; a: Device; b: Device}> {
    const {world, a} = await filledWorld();
    const b = await world.device('B');
    b.afterCall = async (name) => {
      if (name === 'pull') b.faults.push({call: 'pull', lose: 'request'});
    };
    await b.round();
    b.afterCall = null;
    b.faults.length = 0;
    expect(await b.state()).toMatchObject({firstSync: {lane: 'heads', received: MAX_PULL_ROWS}, lastSyncMs: null});
    return {world, a, b};
  }

  async function conflictsOf(device: Device, id: string): Promise<Meta[]> {
    const revisions = await device.store.transaction('read', (tx) => tx.revisionsOf(id));
    return revisions.flatMap(({meta}) => (meta?.type === 'revision' && meta.reason === 'conflict' ? [meta] : []));
  }

  /** Ids of notes go by code unit: this one is on the first page, that on the last. */
  const [EARLY, LATE] = ['note0', 'note999'];

  test('is told as such, and no longer once they are here', async () => {
    const {b} = await partlyHere();
    expect(isArriving(await b.state())).toBe(true);
    await settle(b);
    expect(isArriving(await b.state())).toBe(false);
    const {server} = await b.state();
    const firstSync = firstSyncTo({seq: 1, mark: 'mark'});
    expect(isArriving({firstSync, lastSyncMs: null, server})).toBe(true);
    expect(isArriving({firstSync, lastSyncMs: 1, server})).toBe(false);
    expect(isArriving({firstSync, lastSyncMs: null, server: null})).toBe(false);
  });

  test('gets a note by name before its turn, and takes it for the same when its page comes', async () => {
    const {world, b} = await partlyHere();
    expect(await b.read(LATE)).toBeUndefined();
    expect((await fetchEntities(b.ports, [{kind: 'note', id: LATE}])).ok).toBe(true);
    expect(await b.read(LATE)).toEqual({title: 'Title 999', text: 'text 999'});
    await settle(b);
    await expectEverything(world, b);
    expect((await b.state()).lastCheck?.result).toBe('equal');
  });

  for (const id of [EARLY, LATE]) {
    test(`sends what was written meanwhile, of ${id} and of a new note, and loses nothing of it`, async () => {
      const {world, a, b} = await partlyHere();
      await fetchEntities(b.ports, [{kind: 'note', id}]);
      await b.save(id, await b.load(id), {text: 'written early'});
      await b.create('own1', 'Own', 'new');
      await settle(b, a);
      for (const device of [a, b]) {
        expect((await device.read(id))?.text).toBe('written early');
        expect(await device.read('own1')).toEqual({title: 'Own', text: 'new'});
        expect(await conflictsOf(device, id)).toEqual([]);
      }
      expect((await world.core.standing(world.accountId)).root).toBe(await b.store.transaction('read', localRoot));
    });
  }

  test('an edit of a note that another device changes before its page comes is a conflict like any other', async () => {
    const {world, a, b} = await partlyHere();
    await fetchEntities(b.ports, [{kind: 'note', id: LATE}]);
    await b.save(LATE, await b.load(LATE), {text: 'here'});
    world.nowMs += 1000;
    await a.save(LATE, await a.load(LATE), {text: 'there'});
    await a.round();
    await settle(b, a, b);
    for (const device of [a, b]) {
      expect((await device.read(LATE))?.text).toBe('there');
      expect(await conflictsOf(device, LATE)).toMatchObject([{state: 'open'}]);
    }
  });
});
