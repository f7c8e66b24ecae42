/**
 * The server alone, by HTTP from another process on the same machine: durable pushes, idle poke streams, many first syncs at
 * once, and what grows with the account. Requests are made before the clock runs.
 */
import {open, rm} from 'node:fs/promises';
import {Agent, get, type IncomingMessage, request} from 'node:http';
import {join} from 'node:path';
import {utf8Bytes} from '../../protocol/bytes.ts';
import type {Lane} from '../../protocol/messages.ts';
import {LANES} from '../../protocol/shapes.ts';
import {PROTOCOL_RANGE} from '../../protocol/version.ts';
import {writeData} from '../../src/notes/note-data.ts';
import type {Bench, Family, Taken} from '../measure.ts';
import {generateNotes} from '../notes.ts';
import {entitiesOf, makeEntity, type Replica, signIn} from '../replica.ts';
import {residentBytes, type Server} from '../server.ts';
import {temporaryFolder} from '../temporary.ts';

const PUSHES = {quick: 1_000, full: 4_000};
const CLIENTS = 32;
const SYNCS_AT_ONCE = 50;
const STREAMS = 10_000;
const STREAMS_AT_ONCE = 200;
const CALLS = {quick: 30, full: 150};

export const server: Family = {
  name: 'server',
  async take(bench) {
    const notes = bench.sizes[0] ?? 1_000;
    return [
      ...(await onServer(bench, notes, (one) => pushes(bench, one, notes))),
      ...(await onServer(bench, notes, (one) => firstSyncs(bench, one, notes))),
      ...(await onServer(bench, notes, (one) => idleStreams(bench, one, notes))),
      ...(await growth(bench)),
    ];
  },
};

async function onServer<T>(bench: Bench, notes: number, use: (server: Server) => Promise<T>): Promise<T> {
  const started = await bench.filled(notes);
  try {
    return await use(started);
  } finally {
    await started.remove();
  }
}

/** One small new note each, from several devices of one account at once; beside it appends that are on disk one by one. */
async function pushes(bench: Bench, {address}: Server, notes: number): Promise<Taken[]> {
  const samples: number[] = [];
  const limit: number[] = [];
  const count = PUSHES[bench.mode];
  for (let repetition = 0; repetition < bench.repetitions(notes); repetition++) {
    const replica = await signIn(address);
    const made = [...generateNotes(count, 1_000 + repetition)];
    const bodies = made.map((note) => pushBody(replica, note));
    const agent = new Agent({keepAlive: true, maxSockets: CLIENTS});
    const startMs = performance.now();
    await inParallel(CLIENTS, bodies, (body) => post(agent, replica, 'sync/push', body));
    samples.push(count / ((performance.now() - startMs) / 1_000));
    agent.destroy();
    limit.push(await durableAppends(bodies));
  }
  return [{name: 'pushes', notes, samples, limit: {what: 'durable appends, one by one', samples: limit}}];
}

function pushBody(replica: Replica, note: Parameters<typeof entitiesOf>[1]): Buffer {
  const entities = entitiesOf(replica, note).slice(0, 1);
  return Buffer.from(JSON.stringify({...asked(replica), entities}));
}

function asked({id}: Replica) {
  return {protocol: PROTOCOL_RANGE.max, replica: id, history: {epoch: null, cursor: null, seen: null}};
}

/** Per second: the same bytes to a file, each on disk before the next. */
async function durableAppends(bodies: readonly Buffer[]): Promise<number> {
  const folder = await temporaryFolder('append');
  const file = await open(join(folder, 'log'), 'a');
  try {
    const startMs = performance.now();
    for (const body of bodies) {
      await file.write(body);
      await file.datasync();
    }
    return bodies.length / ((performance.now() - startMs) / 1_000);
  } finally {
    await file.close();
    await rm(folder, {recursive: true, force: true});
  }
}

/** What fifty new devices ask for at once, beside fifty times what one needs alone. */
async function firstSyncs(bench: Bench, {address}: Server, notes: number): Promise<Taken[]> {
  const replica = await signIn(address);
  const {head} = await replica.hello();
  const samples: number[] = [];
  const alone: number[] = [];
  const repetitions = bench.mode === 'quick' ? 1 : bench.repetitions(notes);
  for (let repetition = 0; repetition < repetitions; repetition++) {
    alone.push(SYNCS_AT_ONCE * (await timed(() => pullLanes(replica, head.seq))));
    const all = (): Promise<void>[] => Array.from({length: SYNCS_AT_ONCE}, () => pullLanes(replica, head.seq));
    samples.push(await timed(() => Promise.all(all())));
  }
  return [{name: 'first-syncs', notes, samples, limit: {what: `${SYNCS_AT_ONCE} × one alone`, samples: alone}}];
}

async function pullLanes(replica: Replica, until: number): Promise<void> {
  for (const lane of LANES) await pullLane(replica, lane, until);
}

async function pullLane(replica: Replica, lane: Lane, until: number): Promise<void> {
  let page = await replica.ask('pull', {lane, after: null, until});
  while (!page.done) page = await replica.ask('pull', {lane, after: page.last ?? null, until});
}

async function idleStreams(bench: Bench, {address, pid}: Server, notes: number): Promise<Taken[]> {
  const replica = await signIn(address);
  await replica.hello();
  const before = await residentBytes(pid);
  const agent = new Agent({keepAlive: true, maxSockets: Number.POSITIVE_INFINITY});
  const streams: IncomingMessage[] = [];
  try {
    await inParallel(STREAMS_AT_ONCE, Array.from({length: STREAMS}), async () => {
      streams.push(await openStream(agent, replica));
    });
    bench.say(`${streams.length} poke streams are open`);
    const startMs = performance.now();
    const told = Promise.all(streams.map(nextChunk));
    await replica.push([
      makeEntity(replica, 'option', 'benchOption00001', {data: writeData({key: 'bench', value: 'x'})}),
    ]);
    await told;
    const toldMs = performance.now() - startMs;
    return [
      {name: 'pokes-held', notes, samples: [streams.length]},
      {name: 'pokes-told', notes, samples: [toldMs]},
      ...memoryOf(notes, before, await residentBytes(pid)),
    ];
  } catch (error) {
    const missing = `${streams.length} of ${STREAMS} were open: ${error instanceof Error ? error.message : String(error)}`;
    return [{name: 'pokes-held', notes, missing}];
  } finally {
    for (const stream of streams) stream.destroy();
    agent.destroy();
  }
}

function memoryOf(notes: number, before: number | undefined, after: number | undefined): Taken[] {
  if (before === undefined || after === undefined) {
    return [{name: 'pokes-memory', notes, missing: 'this system has no /proc'}];
  }
  return [
    {name: 'pokes-memory', notes, samples: [after / 2 ** 20]},
    {name: 'pokes-memory-each', notes, samples: [(after - before) / 1024 / STREAMS]},
  ];
}

/** Resolves when its first event has come. */
function openStream(agent: Agent, {address, token}: Replica): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const headers = {authorization: `Bearer ${token}`};
    get(`${address}api/pokes`, {agent, headers}, (stream) => {
      stream.once('data', () => resolve(stream));
      stream.once('error', reject);
    }).once('error', reject);
  });
}

function nextChunk(stream: IncomingMessage): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.once('data', () => resolve());
    stream.once('error', reject);
    stream.once('close', () => reject(new Error('a stream was closed')));
  });
}

/** One call each at every size in turn. */
async function growth(bench: Bench): Promise<Taken[]> {
  const servers: Server[] = [];
  try {
    const accounts = [];
    for (const notes of bench.sizes) {
      const started = await bench.filled(notes);
      servers.push(started);
      accounts.push({notes, replica: await signIn(started.address), pushMs: [] as number[], pullMs: [] as number[]});
    }
    for (let turn = 0; turn < CALLS[bench.mode]; turn++) {
      for (const {replica, pushMs, pullMs} of accounts) {
        const entity = makeEntity(replica, 'note', `benchNote${String(turn).padStart(7, '0')}`, {
          data: writeData({title: `Note ${turn}`, type: 'text', mime: 'text/html'}),
          body: utf8Bytes(`<p>${turn}</p>`),
        });
        const {head} = await replica.hello();
        pushMs.push(await timed(() => replica.push([entity])));
        pullMs.push(await timed(() => replica.ask('pull', {lane: 'all', after: head.seq})));
      }
    }
    const [first] = accounts;
    return accounts.flatMap(({notes, pushMs, pullMs}): Taken[] => {
      const limitOf = (samples: readonly number[] | undefined) =>
        first === undefined || samples === undefined || notes === first.notes
          ? {}
          : {limit: {what: `with ${first.notes} notes`, samples}};
      return [
        {name: 'push-one', notes, samples: pushMs, ...limitOf(first?.pushMs)},
        {name: 'pull-one', notes, samples: pullMs, ...limitOf(first?.pullMs)},
      ];
    });
  } finally {
    for (const started of servers) await started.remove();
  }
}

async function timed(body: () => Promise<unknown>): Promise<number> {
  const startMs = performance.now();
  await body();
  return performance.now() - startMs;
}

/** Takes the next one as soon as one of so many workers is free. */
async function inParallel<T>(workers: number, all: readonly T[], work: (one: T) => Promise<unknown>): Promise<void> {
  const queue = all.values();
  const worker = async (): Promise<void> => {
    for (const one of queue) await work(one);
  };
  await Promise.all(Array.from({length: workers}, worker));
}

/** Fails unless it is answered well. */
function post(agent: Agent, {address, token}: Replica, path: string, body: Buffer): Promise<void> {
  const headers = {
    authorization: `Bearer ${token}`,
    'content-type': 'application/json',
    'content-length': body.length,
  };
  return new Promise((resolve, reject) => {
    const sent = request(`${address}api/${path}`, {agent, method: 'POST', headers}, (answer) => {
      answer.resume();
      answer.once('error', reject);
      answer.once('end', () =>
        answer.statusCode === 200 ? resolve() : reject(new Error(`${path}: ${answer.statusCode}`)),
      );
    });
    sent.once('error', reject);
    sent.end(body);
  });
}
