/** Plays one schedule: a server, some replicas, people; then heals everything and checks what must hold. */

import {toBase64Url} from '../protocol/bytes.ts';
import {rootDigest} from '../protocol/digest.ts';
import {isErased, refKey} from '../protocol/entity.ts';
import {SyncFailure} from '../protocol/errors.ts';
import {EMPTY_HASH} from '../protocol/hash.ts';
import {ROOT_NOTE_ID} from '../protocol/ids.ts';
import type {Tables} from '../server/storage/memory-storage.ts';
import {createMemoryStore} from '../src/sync/memory-store.ts';
import {harmReplica, harmServer} from './damage.ts';
import {checkInvariants, restOf} from './invariants.ts';
import type {Coverage} from './life.ts';
import {createPerson, type Notebook, type Person} from './person.ts';
import {createRandom} from './random.ts';
import {ConnectFailure, createReplica, type Replica, type Tab, type World} from './replica.ts';
import {createScheduler} from './scheduler.ts';
import {createServer} from './server.ts';
import type {Act, Schedule} from './steps.ts';
import {createTruth, type Truth} from './truth.ts';
import {createWitness, Violation} from './witness.ts';

const MINUTE = 60_000;
const ROUND_LIMIT_MS = 60 * MINUTE;
/** A tab or a server that died is back after so long, at most. */
const BACK_WITHIN_MS = 10_000;
const ERASES_EVERY_MS = 60 * MINUTE;

interface Run extends World {
  readonly schedule: Schedule;
  readonly replicas: Replica[];
  readonly notebook: Notebook;
  readonly truth: Truth;
  readonly person: Person;
  readonly harmed: Set<string>;
  /** The server's tables as they once were. */
  copy: Tables | null;
  /** Nothing goes wrong any more, and no time passes for what is deleted. */
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
    witness: createWitness(truth),
    locks: schedule.locks,
    latencyMs: schedule.latencyMs,
    replicas: [],
    notebook,
    truth,
    person: createPerson(truth, notebook),
    harmed: new Set(),
    copy: null,
    isHealing: false,
  };
  await begin(run);
  for (const {act, thenMs} of schedule.steps) {
    play(run, act);
    await scheduler.pass(thenMs);
    run.witness.ask();
  }
  await heal(run);
  run.witness.ask();
  checkInvariants(run);
  await nothingMoves(run);
  run.witness.ask();
  return {acknowledged: truth.acknowledged};
}

async function begin(run: Run): Promise<void> {
  const {scheduler, schedule, person} = run;
  await scheduler.until(startServer(run), MINUTE);
  scheduler.after(ERASES_EVERY_MS, () => eraseAgain(run));
  // The last replica may join later, by a step.
  for (let index = 0; index < Math.max(2, schedule.replicas - 1); index++) await join(run);
  const [first] = run.replicas;
  if (first === undefined) throw new Error('no replica');
  for (let count = 0; count < 3; count++) await scheduler.until(person.create(tabOf(first, 0), ROOT_NOTE_ID), MINUTE);
  await scheduler.pass(MINUTE);
  for (const replica of run.replicas) replica.line.faultOnceIn = schedule.faultOnceIn;
}

/** A server that died is started again after a while. */
async function startServer(run: Run): Promise<void> {
  const started = run.server.start();
  run.server.life().onEnd(() => {
    run.scheduler.after(run.random.int(BACK_WITHIN_MS), () => void startServer(run));
  });
  await started;
}

async function join(run: Run): Promise<void> {
  const {replicas, scheduler, schedule} = run;
  const replica = createReplica(run, `device ${replicas.length}`);
  await scheduler.until(replica.connect(replicas.length === 0 ? 'set up' : 'sign in'), ROUND_LIMIT_MS);
  replica.store.watch(run.witness.watchReplica(replica.name, () => replica.store.snapshot().entities.values()));
  replicas.push(replica);
  for (let tab = 0; tab < schedule.tabs; tab++) openTab(run, replica, -1);
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
  const {server, replicas} = run;
  switch (act.type) {
    case 'server clock':
      if (act.who === 'everybody') for (const {clock} of replicas) clock.offsetMs += act.skewMs - server.skewMs;
      server.skewMs = act.skewMs;
      return;
    case 'crash server':
      server.life().endIn(act.points);
      return;
    case 'erase':
      if (server.isUp()) eraseDue(run);
      return;
    case 'copy':
      run.copy ??= server.storage.copy();
      return;
    case 'put back':
      if (run.copy !== null && befalls(run, act.type)) putBack(run, run.copy, act.epoch);
      return;
    case 'evict':
      if (isSettled(run, replicaAt(run, act.replica)) && befalls(run, act.type))
        evict(run, replicaAt(run, act.replica));
      return;
    case 'damage':
      if (!befalls(run, act.type)) return;
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

type ReplicaAct = Extract<Act, {replica: number}> & Exclude<Act, {type: 'evict'}>;

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
    case 'pause':
    case 'resume':
      void tabOf(replica, act.tab).control[act.type]().catch(unlessFailed);
      return;
    case 'verify':
      void tabOf(replica, act.tab).control.verify().catch(unlessFailed);
      return;
    case 'full sync':
      void tabOf(replica, act.tab).control.forceFullSync().catch(unlessFailed);
      return;
    case 'clock choice':
      void tabOf(replica, act.tab).control.chooseClock(act.choice).catch(unlessFailed);
      return;
    case 'crash tab':
      tabOf(replica, act.tab).life.endIn(act.points);
      return;
    case 'crash tab at':
      tabOf(replica, act.tab).life.endAt(act.point);
      return;
    case 'wake until':
      replica.wake('send_and_fetch').endAt(act.point);
      return;
    default:
      void write(run, tabOf(replica, act.tab), act).catch(unlessFailed);
  }
}

type Writing = Extract<ReplicaAct, {note: number}>;

function write({person, notebook, schedule}: Run, tab: Tab, act: Writing): Promise<void> {
  const {noteIds, branchIds} = notebook;
  const id = noteIds[act.note % Math.min(schedule.spread, noteIds.length)] ?? '';
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
    case 'reorder': {
      const [branchId = '', before = ''] = [act.note, act.before].map((at) => branchIds[at % branchIds.length]);
      return person.reorder(tab, branchId, before);
    }
    case 'move': {
      const branchId = branchIds[act.note % branchIds.length] ?? '';
      return person.move(tab, branchId, noteIds[act.to % noteIds.length] ?? ROOT_NOTE_ID, act.key);
    }
  }
}

function befalls({schedule, witness}: Run, calamity: Schedule['calamity']): boolean {
  if (schedule.calamity !== calamity) return false;
  if (calamity === 'damage') witness.damaged();
  if (calamity === 'put back') witness.putBack();
  return true;
}

function eraseAgain(run: Run): void {
  if (run.isHealing) return;
  if (run.server.isUp()) eraseDue(run);
  run.scheduler.after(ERASES_EVERY_MS, () => eraseAgain(run));
}

/** What is erased is read at once: a device that knows nothing of the deletion may bring the note back. */
function eraseDue(run: Run): void {
  const life = run.server.life();
  life.onEnd(() => noteErased(run));
  void life.whileAlive(() => run.server.core().erase()).then(() => noteErased(run));
}

function noteErased({server, truth}: Run): void {
  for (const {row} of [...server.storage.tables.entities.values()].flatMap((rows) => [...rows.values()])) {
    if (row.kind === 'note' && isErased(row)) truth.erase(row.id);
  }
}

function putBack({server, random}: Run, copy: Tables, epoch: 'same' | 'new'): void {
  server.life().end();
  server.storage.restore(copy);
  if (epoch === 'new') server.storage.tables.meta.set('epoch', toBase64Url(random.bytes(16)));
}

/** The server has everything that this device has: then nothing is lost with it. */
function isSettled({server}: Run, {store}: Replica): boolean {
  const {outbox, buckets, state} = store.snapshot();
  const root = rootDigest((index) => buckets.get(index));
  const isThere = [...server.storage.tables.documents.values()].some((document) => document.root === root);
  return state?.cursor != null && outbox.size === 0 && isThere;
}

function evict({scheduler}: Run, replica: Replica): void {
  for (const {life} of replica.tabs) life.end();
  replica.store.restore(createMemoryStore().snapshot());
  scheduler.after(BACK_WITHIN_MS, () => void replica.connect('sign in').catch(unlessFailed));
}

/** A device that can't store, or can't reach its server, says so and does nothing: that is no fault here. */
function unlessFailed(error: unknown): void {
  if (error instanceof SyncFailure || error instanceof ConnectFailure) return;
  throw error;
}

async function heal(run: Run): Promise<void> {
  const {scheduler, server, replicas} = run;
  run.isHealing = true;
  server.skewMs = 0;
  server.life().endIn(Number.POSITIVE_INFINITY);
  if (!server.isUp()) await scheduler.pass(BACK_WITHIN_MS);
  for (const replica of replicas) {
    Object.assign(replica.clock, {offsetMs: 0, drift: 0});
    replica.isFull = false;
    replica.line.faultOnceIn = 0;
    replica.line.faults.length = 0;
    for (const {life} of replica.tabs) {
      life.endIn(Number.POSITIVE_INFINITY);
      life.endAt(null);
    }
    replica.setOnline(true);
  }
  await scheduler.pass(30 * MINUTE); // what was late has arrived, what was dead is back
  for (const replica of replicas) {
    await scheduler.until(tabOf(replica, 0).control.resume(), MINUTE);
    await scheduler.until(tabOf(replica, 0).control.chooseClock('own'), MINUTE);
  }
  for (let pass = 0; pass < 4; pass++) await everybodySyncs(run);
  for (const replica of replicas) await readsRevisions(run, replica);
  if (run.harmed.size === 0) return;
  for (let pass = 0; pass < 2; pass++) {
    for (const replica of replicas) {
      await scheduler.until(tabOf(replica, 0).control.verify(), ROUND_LIMIT_MS);
      await everybodySyncs(run);
    }
  }
}

/** A revision of a note whose text wasn't here yet has none here either: whoever opens it gets it. */
async function readsRevisions({scheduler}: Run, replica: Replica): Promise<void> {
  const {entities, bodies} = replica.store.snapshot();
  const missing = [...entities.values()].filter(
    ({kind, parts, deleted, ...ref}) =>
      kind === 'revision' && !deleted && parts.body !== EMPTY_HASH && !bodies.has(refKey({kind, ...ref})),
  );
  for (const ref of missing) await scheduler.until(tabOf(replica, 0).control.fetchBody(ref), ROUND_LIMIT_MS);
}

/** A server that was put back may not know the token any more: a person signs in again. */
async function signedIn({scheduler}: Run, replica: Replica): Promise<void> {
  if ((await scheduler.until(replica.state(), MINUTE))?.server?.token != null) return;
  await scheduler.until(replica.connect('sign in'), ROUND_LIMIT_MS);
}

async function everybodySyncs(run: Run): Promise<void> {
  const {scheduler, replicas} = run;
  for (const replica of replicas) {
    await signedIn(run, replica);
    const {control} = tabOf(replica, 0);
    await scheduler.until(control.retry(), MINUTE);
    await scheduler.until(control.syncNow(), ROUND_LIMIT_MS);
  }
  await scheduler.pass(MINUTE);
}

async function nothingMoves(run: Run): Promise<void> {
  const before = restOf(run.server, run.replicas);
  await everybodySyncs(run);
  if (restOf(run.server, run.replicas) !== before) throw new Violation('a further round moved something', '');
}
