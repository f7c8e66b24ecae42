/**
 * People write on three devices while pages, workers, browsers, the server and the network are taken away at random. In the
 * end everything that somebody saw as saved is there, and all sides are equal. `KILL_MINUTES`: how long; `SEED`: which
 * decisions (the moments at which they meet the programs differ from run to run).
 */
import {writeFile} from 'node:fs/promises';
import type {TestInfo} from '@playwright/test';
import {test} from './fixtures/test.ts';
import {Desk} from './random-kills/desk.ts';
import {createJournal, type Journal} from './random-kills/journal.ts';
import {live} from './random-kills/life.ts';
import type {Person} from './random-kills/person.ts';
import {createRandom} from './random-kills/random.ts';
import {readSettings} from './random-kills/settings.ts';
import {settle, startTogether} from './random-kills/stages.ts';
import {haunt, killsOf, type Scene} from './random-kills/strikes.ts';
import {createTruth, type Truth} from './random-kills/truth.ts';

const {minutes, seed} = readSettings(process.env);
const AROUND_MS = 5 * 60_000;
/** Less shows nothing. */
const FEWEST_PER_MINUTE = 3;
/** What is taken away independently of each other. */
const [OUTSIDE, INSIDE] = [
  ['server', 'network'],
  ['page', 'worker', 'browser'],
] as const;
const TOLD_FAULTS = 40;
const TOLD_LINES = 80;

const NAME = 'page, worker, browser, server and network are taken away at random: nothing is lost, all end up equal';

test(NAME, {tag: '@kill'}, async ({server, newProxy, newProfile}, info) => {
  test.setTimeout(minutes * 60_000 + AROUND_MS);
  console.log(`random kills for ${minutes} minutes, SEED=${seed}`);
  const [journal, truth] = [createJournal(), createTruth()];
  const desk = async (name: string): Promise<Desk> => {
    const network = await newProxy();
    return new Desk(name, await newProfile(name, {at: network}), network);
  };
  const desks = [await desk('Desk'), await desk('Couch'), await desk('Phone')] as const;
  const people = seatPeople(desks, journal, truth);
  const scene = {server, desks, journal};
  await told(journal, info, async () => {
    await startTogether(server, people);
    await struggle(scene, people);
    const {faults, acknowledged, summary} = await settle(server, people, truth);
    if (faults.length > 0) throw new Faults(listed(faults));
    const kills = journal.total(...[...OUTSIDE, ...INSIDE].map(killsOf));
    if (Math.min(acknowledged, kills) < FEWEST_PER_MINUTE * minutes)
      throw new Faults(`too little was done: ${summary}`);
    console.log(`${minutes} minutes, SEED=${seed}: ${summary}; ${journal.counts()}`);
  });
});

/** What must hold and doesn't, in words. */
class Faults extends Error {}

/** The first desk has two tabs. */
function seatPeople(desks: readonly Desk[], journal: Journal, truth: Truth): readonly Person[] {
  const seats = desks.flatMap((desk, index) => (index === 0 ? [0, 1] : [0]).map((seat) => ({desk, seat})));
  return seats.map(({desk, seat}, actor) => ({
    name: seat === 0 ? desk.name : `${desk.name} 2`,
    desk,
    seat,
    random: createRandom(seed, actor),
    truth,
    journal,
  }));
}

/** All of it ends before it resolves or rejects: nothing that was started goes on alone. */
async function struggle(scene: Scene, people: readonly Person[]): Promise<void> {
  const endMs = Date.now() + minutes * 60_000;
  let hasFailed = false;
  const isOver = (): boolean => hasFailed || Date.now() >= endMs;
  const fates = [createRandom(seed, 100), createRandom(seed, 101)] as const;
  const all = [
    ...people.map((person) => live(person, isOver)),
    haunt(scene, OUTSIDE, fates[0], isOver),
    haunt(scene, INSIDE, fates[1], isOver),
  ];
  const stopping = all.map((one) =>
    one.catch((error: unknown) => {
      hasFailed = true;
      throw error;
    }),
  );
  for (const result of await Promise.allSettled(stopping)) if (result.status === 'rejected') throw result.reason;
}

/** What fails inside names the seed and what was done last. */
async function told(journal: Journal, info: TestInfo, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    const again = `SEED=${seed} draws the same decisions again (KILL_MINUTES=${minutes})`;
    throw new Error(`${again}\n${wordsOf(error)}\nThe last acts:\n${journal.last(TOLD_LINES)}`);
  } finally {
    const path = info.outputPath('acts.txt');
    await writeFile(path, journal.last(Number.POSITIVE_INFINITY));
    await info.attach('acts', {path});
  }
}

function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof Faults) return error.message;
  return error.cause === undefined ? (error.stack ?? error.message) : `${error.message}: ${wordsOf(error.cause)}`;
}

function listed(faults: readonly string[]): string {
  const more = faults.length > TOLD_FAULTS ? [`and ${faults.length - TOLD_FAULTS} more`] : [];
  return [`${faults.length} faults:`, ...faults.slice(0, TOLD_FAULTS), ...more].join('\n');
}
