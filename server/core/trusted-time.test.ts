/** A server whose clock is wrong erases nothing by it; one that was off for months goes on as soon as a device agrees. */

import {describe, expect, it} from 'vitest';
import {
  at,
  createRandom,
  createWorld,
  current,
  deletionOf,
  NO_HISTORY,
  note,
  plainPasswords,
  pushOne,
  START_MS,
  type World,
} from '../testing/world.ts';
import {createCore} from './core.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const WEEK_MS = 7 * DAY_MS;

/** note-1 was deleted just now, for a week; the server has looked at its clock. */
async function deleted(): Promise<World> {
  const world = await createWorld();
  await pushOne(world, note({stamp: at(1)}));
  await pushOne(world, deletionOf(note({stamp: at(1)}), at(2), {eraseAfterMs: WEEK_MS}), {base: at(1)});
  await world.core.trustedTime();
  return world;
}

/** As the process erases, at its start and every hour. */
async function eraseAfter({core, clock}: World, ms: number): Promise<void> {
  clock.ms += ms;
  await core.erase(await core.trustedTime());
}

async function eraseHourly(world: World, ms: number): Promise<void> {
  for (let passedMs = 0; passedMs < ms; passedMs += HOUR_MS) await eraseAfter(world, HOUR_MS);
}

async function hello({core, device, clock}: World, deviceMs: number): Promise<void> {
  const protocol = {min: 3, max: 3};
  await core.hello(device, {protocol, replica: 'replica-a', history: NO_HISTORY, t0: deviceMs}, clock.ms);
}

async function restart(world: World): Promise<World> {
  const {storage, clock, errors} = world;
  const random = createRandom(2);
  const log = (level: string, message: string) => void (level === 'error' && errors.push(message));
  const core = createCore({storage, now: () => clock.ms, random, passwords: plainPasswords, log});
  await core.start();
  return {...world, core};
}

const isErased = async (world: World) => (await current(world))?.body === undefined;

describe('a clock that has gone on by weeks', () => {
  it.each(['while the server runs', 'while it is off'])('erases nothing %s', async (when) => {
    const before = await deleted();
    const world = when === 'while it is off' ? await restart(before) : before;
    await eraseAfter(world, 3 * WEEK_MS);
    expect(await isErased(world)).toBe(false);
    await eraseHourly(await restart(world), DAY_MS);
    expect(await isErased(world)).toBe(false);
  });

  it('is believed once a device has been in touch whose clock agrees, also by the next process', async () => {
    const world = await deleted();
    await eraseAfter(world, 3 * WEEK_MS);
    await hello(world, world.clock.ms - 4 * 60_000);
    await eraseAfter(await restart(world), 0);
    expect(await isErased(world)).toBe(true);
  });

  it('is not believed because of a device that says otherwise, or that agreed before', async () => {
    const world = await deleted();
    await hello(world, world.clock.ms);
    await eraseAfter(world, 3 * WEEK_MS);
    await hello(world, START_MS);
    await eraseAfter(world, HOUR_MS);
    expect(await isErased(world)).toBe(false);
  });

  it('keeps nothing for ever: what passes afterwards counts', async () => {
    const world = await deleted();
    await eraseAfter(world, 3 * WEEK_MS);
    await eraseHourly(world, WEEK_MS - HOUR_MS);
    expect(await isErased(world)).toBe(false);
    await eraseHourly(world, HOUR_MS);
    expect(await isErased(world)).toBe(true);
  });

  it('and is set back is doubted by so much less', async () => {
    const world = await deleted();
    await eraseAfter(world, 3 * WEEK_MS);
    await eraseAfter(world, HOUR_MS - 3 * WEEK_MS);
    expect(await world.core.trustedTime()).toBe(START_MS);
    await eraseHourly(world, WEEK_MS);
    expect(await isErased(world)).toBe(true);
  });

  it('forgets no deletion either', async () => {
    const world = await deleted();
    await eraseHourly(world, WEEK_MS);
    await eraseAfter(world, 30 * WEEK_MS);
    expect(await current(world)).toMatchObject({deleted: true});
    await hello(world, world.clock.ms);
    await eraseAfter(world, HOUR_MS);
    expect(await current(world)).toBeUndefined();
  });
});

describe('a clock', () => {
  it('that goes on by a day at most from look to look is believed', async () => {
    const world = await deleted();
    for (let day = 0; day < 7; day++) await eraseAfter(world, DAY_MS);
    expect(await isErased(world)).toBe(true);
  });

  it('that was set back and then right again erases nothing at once', async () => {
    const world = await deleted();
    await eraseAfter(world, -WEEK_MS);
    await eraseAfter(world, WEEK_MS);
    expect(await world.core.trustedTime()).toBe(START_MS - WEEK_MS);
    await hello(world, world.clock.ms);
    expect(await world.core.trustedTime()).toBe(START_MS);
  });

  it('of which the last look is damaged is believed anew, and that is told', async () => {
    const world = await deleted();
    world.storage.tables.meta.set('clock', '{"clockMs":');
    expect(await world.core.trustedTime()).toBe(START_MS);
    expect(world.errors).toEqual(['what the clock said last is damaged: it is believed anew']);
  });
});
