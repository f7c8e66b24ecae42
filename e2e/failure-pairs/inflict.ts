/** Two failures together, then nobody does anything any more: it must come to rest, with nothing lost and all sides equal. */
import {expect, test} from '@playwright/test';
import {comesToRest, secondsPass, workOf} from '../fixtures/rest.ts';
import {status} from '../fixtures/sync-panel.ts';
import {findFaults} from '../random-kills/invariants.ts';
import {rowsOfDevice, rowsOfServer} from '../random-kills/rows.ts';
import type {Failure, Scene} from './failures.ts';
import {connect, disconnect, type Side, shareNote, type World} from './world.ts';

/** No pair takes a dozen; what goes in circles has sent as many in a second. */
const MOST_REQUESTS = 40;
const TOLERATED_MS = 5 * 60_000;
/** What is damaged on a device is read after so long. */
const SCRUB_STARTS_AFTER_S = 30;

export type Pair = readonly [first: Failure, second: Failure];

export async function inflict(world: World, pair: Pair): Promise<void> {
  const scenes = await setScenes(world, pair);
  const each = async (step: (failure: Failure, scene: Scene) => Promise<void> | undefined): Promise<void> => {
    for (const [index, failure] of pair.entries()) await step(failure, scenes[index === 0 ? 0 : 1]);
  };
  await each((failure, scene) => failure.before?.(scene));
  await disconnect(world.desk, world.couch);
  await each((failure, scene) => failure.onDisks?.(scene));
  await act(pair, scenes);
  const strikes: {readonly here: Side; readonly go: () => Promise<void>}[] = [];
  await each(async (failure, scene) => {
    const nth = strikes.filter(({here}) => here === scene.here).length + 1;
    const go = await failure.strike?.(scene, nth);
    if (go !== undefined) strikes.push({here: scene.here, go});
  });
  const before = workOf(world.desk, world.couch);
  await comeBack(world, pair, scenes);
  for (const {go} of strikes) await go();
  if (pair.some(({after}) => after !== undefined)) await rests(world);
  await each((failure, scene) => failure.after?.(scene));
  await isWhole(world);
  const sent = workOf(world.desk, world.couch) - before;
  test.info().annotations.push({type: 'requests', description: `${pair.map(({name}) => name).join(' and ')}: ${sent}`});
  expect(sent, 'requests that it took').toBeLessThan(MOST_REQUESTS);
  for (const {device} of world.guests.splice(0)) await device.context.close();
}

/** On one note, unless the two can't both befall it; the second of a kind befalls the other device. */
async function setScenes(world: World, [first, second]: Pair): Promise<readonly [Scene, Scene]> {
  const note = await shareNote(world);
  const other = canShare(first, second) ? note : await shareNote(world);
  const {desk, couch} = world;
  const one = {world, here: desk, there: couch, note};
  const sides = first === second ? {here: couch, there: desk} : {here: desk, there: couch};
  return [one, {world, ...sides, note: other}];
}

function canShare(first: Failure, second: Failure): boolean {
  if (first === second || first.note === 'alone' || second.note === 'alone') return false;
  return first.copies !== 'one left' || second.copies !== 'one less';
}

async function act(pair: Pair, scenes: readonly [Scene, Scene]): Promise<void> {
  const acts = pair.flatMap(({acts: own = {}}, index) =>
    Object.entries(own).map(([at, step]) => ({at: Number(at), go: () => step(scenes[index === 0 ? 0 : 1])})),
  );
  for (const {go} of acts.sort((one, other) => one.at - other.at)) await go();
}

async function comeBack({server, desk, couch}: World, pair: Pair, scenes: readonly [Scene, Scene]): Promise<void> {
  const aways = pair.flatMap(({away}, index) => (away ? [() => away(scenes[index === 0 ? 0 : 1])] : []));
  if (aways.length > 0) await server.stop();
  await connect(desk, couch);
  for (const away of aways) await away();
  if (aways.length > 0) await server.start();
}

/** Whoever has a clock that is too wrong says so, and waits; the others are done. */
async function rests({desk, couch, guests}: World): Promise<void> {
  const sides = [desk, couch, ...guests];
  await comesToRest(...sides);
  for (const {device, skewMs} of sides) {
    await expect(status(device)).toContainText(Math.abs(skewMs) > TOLERATED_MS ? 'Clock problem' : 'Synced');
  }
}

/** What is damaged is found in a while: it passes until nothing is wrong any more. Then nothing moves any more, either. */
async function isWhole(world: World): Promise<void> {
  const sides = [world.desk, world.couch, ...world.guests];
  await expect(async () => {
    await Promise.all(sides.map((side) => secondsPass(side, SCRUB_STARTS_AFTER_S)));
    expect(await faultsOf(world, sides)).toEqual([]);
  }).toPass({timeout: 60_000});
  await rests(world);
  expect(await faultsOf(world, sides)).toEqual([]);
}

async function faultsOf({observer, truth}: World, sides: readonly Side[]): Promise<readonly string[]> {
  const there = {rows: await rowsOfServer(observer), root: await observer.root()};
  const devices = await Promise.all(
    sides.map(async ({device}) => ({name: device.name, faults: device.faults, ...(await rowsOfDevice(device))})),
  );
  return findFaults(there, devices, truth);
}
