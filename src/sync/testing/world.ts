/**
 * A world for tests: the real engine on memory stores, the real server core on memory storage, and between them a network
 * that loses exactly what a test names. Time stands still unless a test moves it; each device has its own clock.
 */

import {readAnswer} from '../../../protocol/answer.ts';
import {utf8Bytes, utf8Text} from '../../../protocol/bytes.ts';
import {canonicalBytes} from '../../../protocol/canonical.ts';
import type {Ref} from '../../../protocol/entity.ts';
import {failed, type Result, type SyncError} from '../../../protocol/errors.ts';
import {hashOf} from '../../../protocol/hash.ts';
import {derivedId} from '../../../protocol/ids.ts';
import {CALLS, type CallAnswer, type CallName, type CallRequest} from '../../../protocol/messages.ts';
import {type Core, createCore} from '../../../server/core/core.ts';
import {createMemoryStorage, type MemoryStorage} from '../../../server/storage/memory-storage.ts';
import {fateInAccount} from '../../notes/joining.ts';
import {readLifetimes} from '../../notes/lifetimes.ts';
import {mergeBody, mergeData} from '../../notes/merge.ts';
import {deviceNameKey, writeData} from '../../notes/note-data.ts';
import {noteOf} from '../../notes/note-of.ts';
import type {Change, Loaded, Writer} from '../changes.ts';
import {setUpServer, signIn} from '../connect.ts';
import {readyBy} from '../join.ts';
import {createMemoryStore, type MemoryStore} from '../memory-store.ts';
import type {EntityRow, Locks, OutboxRow, ReplicaState, Time, Transport} from '../ports.ts';
import {runRound} from '../round.ts';
import type {RoundPorts} from '../round-ports.ts';
import {createWriter} from '../writer.ts';

export const START_MS = Date.UTC(2026, 0, 1);
const ADDRESS = 'https://aster.test';
const PASSWORD = 'correct horse battery';

/** Loses one request of this call: before the server sees it, or its answer after the server's commit. `late`: it arrives when the world delivers it. */
export interface Fault {
  readonly call: CallName;
  readonly lose: 'request' | 'answer' | 'late';
}

export interface World {
  readonly core: Core;
  readonly storage: MemoryStorage;
  readonly accountId: string;
  nowMs: number;
  /** Requests that are still on their way, though their senders have given up. */
  readonly late: (() => Promise<unknown>)[];
  /** The server's process ends and starts again: what it stored is there, nothing else. */
  restartServer(): Promise<void>;
  readonly setupCode: string;
  /** A signed-in device; the first one sets the server up. */
  device(name: string): Promise<Device>;
  /** One without a notebook. */
  blankDevice(name: string): Device;
}

export interface Device {
  readonly name: string;
  readonly store: MemoryStore;
  readonly writer: Writer;
  readonly ports: RoundPorts;
  /** The device's clock minus true time. */
  clockMs: number;
  /** The next matching requests are lost, in this order. */
  readonly faults: Fault[];
  /** Every call made, in order. */
  readonly calls: {readonly name: CallName; readonly request: unknown}[];
  /** Runs just after the server answered and before the device reads it. */
  afterCall: ((name: CallName) => Promise<void>) | null;
  round(): Promise<Result<void>>;
  create(id: string, title: string, text?: string): Promise<Loaded>;
  load(id: string): Promise<Loaded>;
  /** `shown`: the text that the editor showed. */
  save(id: string, loaded: Loaded, edit: {title?: string; text?: string}, shown?: string): Promise<Loaded>;
  remove(id: string): Promise<void>;
  state(): Promise<ReplicaState>;
  entity(ref: Ref): Promise<EntityRow | undefined>;
  outbox(ref: Ref): Promise<OutboxRow | undefined>;
  /** Title and text of a note; undefined where it is deleted or unknown, text null where its body isn't here. */
  read(id: string): Promise<{title: string; text: string | null} | undefined>;
}

/** `letter`: of all that is random here, where two worlds meet. */
export async function createWorld(letter = 'r'): Promise<World> {
  const storage = createMemoryStorage();
  let counter = 0;
  const random = (count: number) => {
    counter += 1;
    return utf8Bytes(`${counter}`.padStart(count, letter)).slice(0, count);
  };
  const world = {nowMs: START_MS, storage, accountId: '', late: [] as (() => Promise<unknown>)[]} as {
    -readonly [K in keyof World]: World[K];
  };
  const passwords = {
    hash: async (text: string) => text,
    verify: async (stored: string, text: string) => stored === text,
  };
  const startCore = () => {
    world.core = createCore({storage, now: () => world.nowMs, random, log: () => undefined, passwords});
    return world.core.start();
  };
  world.restartServer = async () => void (await startCore());
  const {setupCode = ''} = await startCore();
  world.setupCode = setupCode;
  world.blankDevice = (name) => createDevice(world, name, random);
  let isSetUp = false;
  world.device = async (name) => {
    const device = createDevice(world, name, random);
    const ports = {
      ...device.ports,
      random: {bytes: random, fraction: () => 0.5},
      rules: {welcome: () => [], nameDevice},
    };
    const input = {address: ADDRESS, username: 'ada', password: PASSWORD, deviceName: name};
    const linked = isSetUp ? await signIn(ports, input) : await setUpServer(ports, {...input, setupCode});
    if (!linked.ok) throw new Error(linked.error.message);
    isSetUp = true;
    world.accountId = (await device.state()).server?.account.id ?? '';
    return device;
  };
  return world;
}

export function noteData(title: string) {
  return canonicalBytes({title, type: 'text', mime: 'text/html'});
}

/** Rounds on every device until nobody has anything to send or fetch. */
export async function settle(...devices: readonly Device[]): Promise<void> {
  for (let pass = 0; pass < 3; pass++) {
    for (const device of devices) await device.round();
  }
}

function nameDevice(replica: string, name: string): Change {
  const key = deviceNameKey(replica);
  return {type: 'create', kind: 'option', id: derivedId('option', key), data: writeData({key, value: name})};
}

function createDevice(world: World, name: string, random: (count: number) => Uint8Array<ArrayBuffer>): Device {
  const store = createMemoryStore();
  const time: Time = {
    wallMs: () => world.nowMs + device.clockMs,
    monotonicMs: () => world.nowMs - START_MS,
    after: () => () => undefined,
  };
  const locks: Locks = {
    exclusive: (_, body) => body(),
    lead: () => ({claim: () => undefined, stop: () => undefined}),
    watch: () => () => undefined,
  };
  const writer = createWriter({
    store,
    time,
    random: {bytes: random, fraction: () => 0.5},
    readLifetimes,
    merging: {mergeBody},
  });
  const transport = createTransport(world, () => device);
  const note = (id: string): Ref => ({kind: 'note', id});
  const read = <T>(body: Parameters<typeof store.transaction<T>>[1]) => store.transaction('read', body);
  const loadedOf = async (id: string) => {
    const row = await device.entity(note(id));
    if (row === undefined) throw new Error(`${id} is not here`);
    return {stamp: row.stamp, parts: row.parts};
  };
  const device: Device = {
    name,
    store,
    writer,
    ports: {
      store,
      transport,
      time,
      locks,
      merging: {mergeData, mergeBody},
      noteOf,
      makeReady: readyBy(fateInAccount),
      readLifetimes,
      hashAll: async (parts) => parts.map(hashOf),
    },
    clockMs: 0,
    faults: [],
    calls: [],
    afterCall: null,
    round: () => runRound(device.ports),
    async create(id, title, text = '') {
      await writer.write([{type: 'create', ...note(id), data: noteData(title), body: utf8Bytes(text)}]);
      return loadedOf(id);
    },
    load: loadedOf,
    async save(id, loaded, {title, text}, shown) {
      const change: Change = {
        type: 'save',
        ...note(id),
        loaded,
        ...(title === undefined ? {} : {data: noteData(title)}),
        ...(text === undefined ? {} : {body: utf8Bytes(text)}),
        ...(shown === undefined ? {} : {shown: utf8Bytes(shown)}),
      };
      const [written] = await writer.write([change]);
      if (!written?.loaded) throw new Error(`${id} was not saved`);
      return written.loaded;
    },
    async remove(id) {
      await writer.write([{type: 'delete', ...note(id), eraseAfterMs: 7 * 24 * 3_600_000}]);
    },
    async state() {
      const state = await read((tx) => tx.state());
      if (state === undefined) throw new Error(`${name} has no replica`);
      return state;
    },
    entity: async (ref) => (await read((tx) => tx.entities([ref])))[0],
    outbox: async (ref) => (await read((tx) => tx.outbox([ref])))[0],
    async read(id) {
      const row = await device.entity(note(id));
      if (row === undefined || row.deleted) return undefined;
      const [body] = await read((tx) => tx.bodies([note(id)]));
      const isHere = body?.hash === row.parts.body;
      const {title} = JSON.parse(utf8Text(row.data) ?? '') as {title: string};
      const isEmpty = row.parts.body === '47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU';
      return {title, text: isEmpty ? '' : isHere && body ? (utf8Text(body.body) ?? null) : null};
    },
  };
  return device;
}

/** Every message goes through JSON and the schemas, as it does over HTTP. */
function createTransport(world: World, deviceOf: () => Device): Transport {
  return {
    async call(name, request, {token}) {
      const device = deviceOf();
      device.calls.push({name, request});
      const fault = device.faults[0]?.call === name ? device.faults.shift() : undefined;
      if (fault?.lose === 'request') return failed(lost);
      const send = () => serve(world, name, JSON.parse(JSON.stringify(request)) as CallRequest<typeof name>, token);
      if (fault?.lose === 'late') {
        world.late.push(send);
        return failed(lost);
      }
      const answer = await send();
      await device.afterCall?.(name);
      return fault?.lose === 'answer' ? failed(lost) : answer;
    },
    openPokes: () => () => undefined,
  };
}

const lost: SyncError = {type: 'unreachable', message: 'lost on the way'};

async function serve<N extends CallName>(
  {core, nowMs}: World,
  name: N,
  request: CallRequest<N>,
  token: string | null,
): Promise<Result<CallAnswer<N>>> {
  const answer = await callCore(core, name, request, token, nowMs);
  const text = JSON.stringify(answer.ok ? answer.value : {error: answer.error});
  return readAnswer(name, {status: answer.ok ? 200 : 400, contentType: 'application/json', text});
}

async function callCore(
  core: Core,
  name: CallName,
  request: unknown,
  token: string | null,
  nowMs: number,
): Promise<Result<unknown>> {
  if (name === 'status') return core.status();
  if (CALLS[name].access === 'public') return core[name as 'login'](request as CallRequest<'login'>, null);
  const device = await core.authenticate(token ?? '', null);
  if (!device.ok) return device;
  if (name === 'hello') return core.hello(device.value, request as CallRequest<'hello'>, nowMs);
  return core[name as 'push'](device.value, request as CallRequest<'push'>);
}
