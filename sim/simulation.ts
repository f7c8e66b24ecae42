/** Plays one schedule: a server, some replicas, people; then heals everything and checks what must hold. */

import {play} from './acts.ts';
import {eraseAll, passDays} from './erasing.ts';
import {heal, nothingMoves} from './healing.ts';
import {checkInvariants} from './invariants.ts';
import type {Coverage} from './life.ts';
import {begin} from './opening.ts';
import {createPerson, type Notebook} from './person.ts';
import {createRandom} from './random.ts';
import type {Scene} from './scene.ts';
import {createScheduler} from './scheduler.ts';
import {createServer} from './server.ts';
import type {Schedule} from './steps.ts';
import {createTruth} from './truth.ts';
import {createWitness} from './witness.ts';

/** Throws Violation, BusyError, or what a bug throws. `coverage` counts the points at which processes died. */
export async function simulate(schedule: Schedule, coverage: Coverage = new Map()): Promise<{acknowledged: number}> {
  const scheduler = createScheduler();
  const random = createRandom(schedule.seed);
  const server = createServer(scheduler, random, coverage);
  const truth = createTruth();
  const notebook: Notebook = {noteIds: [], branchIds: []};
  const harmed = new Set<string>();
  const scene: Scene = {
    schedule,
    scheduler,
    random,
    server,
    coverage,
    witness: createWitness(truth, harmed),
    locks: schedule.locks,
    latencyMs: schedule.latencyMs,
    elsewhere: createServer(scheduler, random, coverage),
    replicas: [],
    notebook,
    truth,
    person: createPerson(truth, notebook),
    harmed,
    copy: null,
    isHealing: false,
  };
  await begin(scene);
  for (const {act, thenMs} of schedule.steps) {
    if (act.type === 'days pass') await passDays(scene, act.away);
    else play(scene, act);
    await scheduler.pass(thenMs);
    scene.witness.ask();
  }
  await heal(scene);
  scene.witness.ask();
  checkInvariants(scene);
  await nothingMoves(scene);
  scene.witness.ask();
  await eraseAll(scene);
  scene.witness.ask();
  checkInvariants(scene);
  return {acknowledged: truth.acknowledged};
}
