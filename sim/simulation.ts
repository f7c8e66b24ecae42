/** Plays one schedule: a server, some replicas, people; then heals everything and checks what must hold. */

import {SyncFailure} from '../protocol/errors.ts';
import {ROOT_NOTE_ID} from '../protocol/ids.ts';
import {verifyEverything} from '../src/sync/verify.ts';
import {harmReplica, harmServer} from './damage.ts';
import {checkInvariants, restOf, Violation} from './invariants.ts';
import type {Coverage} from './life.ts';
import {createPerson, type Notebook, type Person} from './person.ts';
import {createRandom} from './random.ts';
import {createReplica, type Replica, type Tab, type World} from './replica.ts';
import {createScheduler} from './scheduler.ts';
import {createServer} from './server.ts';
import type {Act, Schedule} from './steps.ts';
import {createTruth, type Truth} from './truth.ts';

const MINUTE = 60_000;
const ROUND_LIMIT_MS = 60 * MINUTE;
/** A tab or a server that died is back after so long, at most. */
const BACK_WITHIN_MS = 10_000;

interface Run extends World {
  readonly schedule: Schedule;
  readonly replicas: Replica[];
  readonly notebook: Notebook;
  readonly truth: Truth;
  readonly person: Person;
  readonly harmed: Set<string>;
  /** Nothing new goes wrong any more. */
  isHealing: boolean;
}

/** Throws Violation, BusyError, or what a bug throws. `coverage` counts the points at which processes died. */
export async function simulate(schedule: Schedule, coverage: Coverage = new Map()): Promise<{acknowledged: number}> {
  const scheduler = createScheduler();
  const random = createRandom(schedule.seed);
  const server = createServer(scheduler, random, coverage);
  const truth = createTruth();
  const notebook: Notebook = {noteIds: [], branchIds: []};
  const run: Run = {
    schedule,
    scheduler,
    random,
    server,
    coverage,
    replicas: [],
    notebook,
    truth,
    person: createPerson(truth, notebook),
    harmed: new Set(),
    isHealing: false,
  };
  await begin(run);
  for (const {act, thenMs} of schedule.steps) {
    play(run, act);
    await scheduler.pass(thenMs);
  }
  await heal(run);
  checkInvariants(server, run.replicas, truth);
  await nothingMoves(run);
  return {acknowledged: truth.acknowledged};
}

async function begin(run: Run): Promise<void> {
  const {scheduler, server, schedule, person} = run;
  await scheduler.until(server.start(), MINUTE);
  // The last replica may join later, by a step.
  for (let index = 0; index < Math.max(2, schedule.replicas - 1); index++) await join(run);
  const [first] = run.replicas;
  if (first === undefined) throw new Error('no replica');
  for (let count = 0; count < 3; count++) await scheduler.until(person.create(tabOf(first, 0), ROOT_NOTE_ID), MINUTE);
  await scheduler.pass(MINUTE);
  for (const replica of run.replicas) replica.line.faultOnceIn = schedule.faultOnceIn;
}

async function join(run: Run): Promise<void> {
  const {replicas, scheduler, schedule} = run;
  const replica = createReplica(run, `device ${replicas.length}`);
  await scheduler.until(replica.connect(replicas.length === 0 ? 'set up' : 'sign in'), ROUND_LIMIT_MS);
  watchCursor(replica);
  replicas.push(replica);
  for (let tab = 0; tab < schedule.tabs; tab++) openTab(run, replica, -1);
}

/** A cursor never goes back within one history. */
function watchCursor({name, store}: Replica): void {
  let before = {epoch: null as string | null, seq: -1};
  store.watch(({state}) => {
    const seq = state?.cursor?.seq ?? before.seq;
    if (state?.epoch === before.epoch && seq < before.seq) {
      throw new Violation(`the cursor of ${name} went back from ${before.seq} to ${seq}`);
    }
    before = {epoch: state?.epoch ?? null, seq};
  });
}

/** A tab that dies is opened again by its person after a while. */
function openTab(run: Run, replica: Replica, index: number): Tab {
  const at = index < 0 ? replica.tabs.length : index;
  const tab = replica.openTab(index);
  tab.life.onEnd(() => {
    run.scheduler.after(run.random.int(BACK_WITHIN_MS), () => openTab(run, replica, at));
  });
  return tab;
}

function tabOf(replica: Replica, index: number): Tab {
  const tab = replica.tabs[index % replica.tabs.length];
  if (tab === undefined) throw new Error(`${replica.name} has no tab`);
  return tab;
}

function play(run: Run, act: Act): void {
  const {server, scheduler, replicas, random} = run;
  switch (act.type) {
    case 'server clock':
      server.skewMs = act.skewMs;
      return;
    case 'crash server':
      server.life().endIn(act.points);
      server.life().onEnd(() => scheduler.after(random.int(BACK_WITHIN_MS), () => void server.start()));
      return;
    case 'damage':
      if (act.side < replicas.length) harmReplica(replicaAt(run, act.side), server, act.entity, act.how, run.harmed);
      else harmServer(server, replicas, act.entity, act.how, run.harmed);
      return;
    case 'join':
      if (replicas.length < run.schedule.replicas && server.isUp()) void join(run).catch(unlessFailed);
      return;
    default:
      playOnReplica(run, replicaAt(run, act.replica), act);
  }
}

function replicaAt({replicas}: Run, index: number): Replica {
  const replica = replicas[index % replicas.length];
  if (replica === undefined) throw new Error('no replica');
  return replica;
}

type ReplicaAct = Exclude<Act, {type: 'server clock' | 'crash server' | 'damage' | 'join'}>;

function playOnReplica(run: Run, replica: Replica, act: ReplicaAct): void {
  switch (act.type) {
    case 'fault':
      replica.line.faults.push(act);
      return;
    case 'online':
      replica.setOnline(act.is);
      return;
    case 'full':
      replica.isFull = act.is;
      return;
    case 'clock':
      Object.assign(replica.clock, {offsetMs: act.offsetMs, drift: act.drift});
      return;
    case 'wake':
      replica.wake('send_and_fetch').endIn(act.points);
      return;
    case 'sign in':
      void replica.connect('sign in').catch(unlessFailed);
      return;
    case 'hide':
    case 'show':
      tabOf(replica, act.tab).setVisible(act.type === 'show');
      return;
    case 'crash tab':
      tabOf(replica, act.tab).life.endIn(act.points);
      return;
    default:
      void write(run, tabOf(replica, act.tab), act).catch(unlessFailed);
  }
}

type Writing = Extract<ReplicaAct, {note: number}>;

function write({person, notebook}: Run, tab: Tab, act: Writing): Promise<void> {
  const {noteIds, branchIds} = notebook;
  const id = noteIds[act.note % noteIds.length] ?? '';
  switch (act.type) {
    case 'write':
      return person.write(tab, id, act.part);
    case 'open':
      return person.open(tab, id);
    case 'create':
      return person.create(tab, act.note === 0 ? ROOT_NOTE_ID : id);
    case 'delete':
      return person.remove(tab, id);
    case 'restore':
      return person.restore(tab, id);
    case 'keep':
      return person.keep(tab, id);
    case 'tag':
      return person.tag(tab, id);
    case 'clone':
      return person.clone(tab, id, noteIds[(act.note * 5 + 1) % noteIds.length] ?? ROOT_NOTE_ID);
    case 'import':
      return person.importBatch(tab, act.note);
    case 'revision':
      return person.restoreRevision(tab, id, act.which);
    case 'move': {
      const branchId = branchIds[act.note % branchIds.length] ?? '';
      return person.move(tab, branchId, noteIds[act.to % noteIds.length] ?? ROOT_NOTE_ID, act.key);
    }
  }
}

/** A device that can't store, or can't reach its server, says so and does nothing: that is no fault here. */
function unlessFailed(error: unknown): void {
  if (error instanceof SyncFailure || (error instanceof Error && error.message.includes("can't sign in"))) return;
  throw error;
}

async function heal(run: Run): Promise<void> {
  const {scheduler, server, replicas} = run;
  server.skewMs = 0;
  server.life().endIn(Number.POSITIVE_INFINITY);
  if (!server.isUp()) await scheduler.pass(BACK_WITHIN_MS);
  for (const replica of replicas) {
    Object.assign(replica.clock, {offsetMs: 0, drift: 0});
    replica.isFull = false;
    replica.line.faultOnceIn = 0;
    replica.line.faults.length = 0;
    for (const {life} of replica.tabs) life.endIn(Number.POSITIVE_INFINITY);
    replica.setOnline(true);
  }
  await scheduler.pass(30 * MINUTE); // what was late has arrived, what was dead is back
  for (const replica of replicas) await signedIn(run, replica);
  for (let pass = 0; pass < 4; pass++) await everybodySyncs(run);
  if (run.harmed.size === 0) return;
  for (let pass = 0; pass < 2; pass++) {
    for (const replica of replicas) {
      const {ports} = tabOf(replica, 0);
      await scheduler.until(
        ports.locks.exclusive('round', () => verifyEverything(ports, () => undefined)),
        ROUND_LIMIT_MS,
      );
      await everybodySyncs(run);
    }
  }
}

async function signedIn({scheduler}: Run, replica: Replica): Promise<void> {
  if ((await scheduler.until(replica.state(), MINUTE))?.server?.token != null) return;
  await scheduler.until(replica.connect('sign in'), ROUND_LIMIT_MS);
}

async function everybodySyncs({scheduler, replicas}: Run): Promise<void> {
  for (const replica of replicas) {
    const {engine, ports} = tabOf(replica, 0);
    await scheduler.until(
      ports.store.transaction('write', async (tx) => {
        const parked = await tx.parkedOutbox();
        await tx.putOutbox(parked.map((row) => ({...row, parked: null, tries: 0})));
      }),
      MINUTE,
    );
    await scheduler.until(engine.run(), ROUND_LIMIT_MS);
  }
  await scheduler.pass(MINUTE);
}

async function nothingMoves(run: Run): Promise<void> {
  const before = restOf(run.server, run.replicas);
  await everybodySyncs(run);
  if (restOf(run.server, run.replicas) !== before) throw new Violation('a further round moved something');
}
