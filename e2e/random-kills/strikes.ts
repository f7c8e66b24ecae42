/** What takes things away, and gives them back after a while: page, worker, browser, server, network. */
import {setTimeout as pause} from 'node:timers/promises';
import type {Server} from '../fixtures/server.ts';
import type {Desk} from './desk.ts';
import type {Journal} from './journal.ts';
import type {Random} from './random.ts';

export interface Scene {
  readonly server: Server;
  readonly desks: readonly [Desk, ...Desk[]];
  readonly journal: Journal;
}

/** Resolves, when all is back, to whether something was taken away. */
type Strike = (scene: Scene, desk: Desk, awayMs: number, seat: number) => Promise<boolean>;

const STRIKES = {
  async server({server}, _desk, awayMs) {
    await server.kill();
    await pause(awayMs);
    await server.start();
    return true;
  },
  async network(_scene, {network}, awayMs) {
    await network.stopListening();
    await pause(awayMs);
    await network.listen();
    return true;
  },
  async browser(_scene, desk, awayMs) {
    if (!(await desk.killBrowser())) return false;
    await pause(awayMs);
    await desk.open();
    return true;
  },
  page: async (_scene, desk, _awayMs, seat) => (await desk.killPage(seat)) || desk.killPage(0),
  worker: (_scene, desk) => desk.killWorkers(),
} satisfies Record<string, Strike>;

export type StrikeName = keyof typeof STRIKES;

/** As the journal counts them. */
export function killsOf(name: StrikeName): string {
  return `× ${name}`;
}

/** Strikes until it is over, now and then several at once; in the end everything is back. */
export async function haunt(
  scene: Scene,
  names: readonly [StrikeName, ...StrikeName[]],
  random: Random,
  isOver: () => boolean,
): Promise<void> {
  while (!isOver()) {
    await pause(random.between(500, 4000));
    const count = random.once(3) ? names.length : 1;
    const drawn = new Set(Array.from({length: count}, () => random.pick(names)));
    await Promise.all([...drawn].map((name) => strike(scene, name, random)));
  }
}

async function strike(scene: Scene, name: StrikeName, random: Random): Promise<void> {
  const desk = random.pick(scene.desks);
  const [awayMs, seat] = [random.between(0, 3000), random.int(2)];
  const {journal} = scene;
  const target = name === 'server' ? name : `${name} of ${desk.name}`;
  journal.note('strike', `${target}, for ${awayMs} ms`);
  if (!(await STRIKES[name](scene, desk, awayMs, seat))) return;
  journal.count(killsOf(name));
  journal.note('strike', `${target} is over`);
}
