/** The real server core on the memory storage, as a process that can die at any transaction and starts again. */

import {readAnswer} from '../protocol/answer.ts';
import {type Ref, refKey} from '../protocol/entity.ts';
import {failed, type Result} from '../protocol/errors.ts';
import {CALLS, type CallAnswer, type CallName, type CallRequest, type Poke} from '../protocol/messages.ts';
import {type Core, createCore} from '../server/core/core.ts';
import {startScrubbing, type Timers} from '../server/core/scrubbing.ts';
import {createMemoryStorage, type MemoryStorage} from '../server/storage/memory-storage.ts';
import {type Coverage, createLife, type Life} from './life.ts';
import type {SeededRandom} from './random.ts';
import type {Scheduler} from './scheduler.ts';

export const START_MS = Date.UTC(2026, 0, 1);
export const SETUP_CODE = 'simulated-setup-code';
/** An option, so that a run sees deletions erased. */
export const ERASE_AFTER_MS = 20 * 60_000;
/** So that runs see deletions forgotten. */
export const HORIZON_MS = 90 * 60_000;

export interface SimServer {
  readonly storage: MemoryStorage;
  nowMs(): number;
  /** Of the current version of an entity. */
  stampOf(ref: Ref): string | undefined;
  floor(): number;
  /** How far its wall clock is from true time. */
  skewMs: number;
  isUp(): boolean;
  life(): Life;
  /** Dead until `start`. */
  stop(): void;
  start(): Promise<void>;
  core(): Core;
  /** Never resolves where the server dies meanwhile: the caller watches its life. */
  call<N extends CallName>(name: N, request: CallRequest<N>, token: string | null): Promise<Result<CallAnswer<N>>>;
  subscribe(token: string | null, listener: (poke: Poke) => void): Promise<Result<() => void>>;
}

const PASSWORDS = {
  hash: async (text: string) => text,
  verify: async (stored: string, text: string) => stored === text,
};

export function createServer(scheduler: Scheduler, random: SeededRandom, coverage: Coverage): SimServer {
  const storage = createMemoryStorage();
  let life = createLife('server', coverage);
  life.end();
  let core: Core | undefined;
  const started = (): Core => {
    if (core === undefined) throw new Error('the server was never started');
    return core;
  };
  const server: SimServer = {
    storage,
    skewMs: 0,
    nowMs: () => START_MS + scheduler.nowMs() + server.skewMs,
    stampOf(ref) {
      const [rows] = storage.tables.entities.values();
      return rows?.get(refKey(ref))?.row.stamp;
    },
    floor: () => Math.max(0, ...[...storage.tables.documents.values()].map(({floor}) => floor)),
    isUp: () => life.isAlive(),
    life: () => life,
    stop: () => life.end(),
    core: started,
    async start() {
      const own = createLife('server', coverage);
      life = own;
      core = createCore({
        storage: {
          ...storage,
          read: (body) => own.step('read', () => storage.read(body)),
          write: (accountId, body) => own.step('write', () => storage.write(accountId, body)),
        },
        now: server.nowMs,
        random: (count) => random.bytes(count),
        log: () => undefined,
        passwords: PASSWORDS,
        tombstoneHorizonMs: HORIZON_MS,
      });
      await core.start(SETUP_CODE);
      startScrubbing(core, timersOf(scheduler, own), () => undefined);
    },
    call: (name, request, token) =>
      life.whileAlive(() => answer(started(), name, request, token, server.skewMs, scheduler)),
    async subscribe(token, listener) {
      const device = await started().authenticate(token ?? '', null);
      if (!device.ok) return device;
      return {ok: true, value: started().subscribe(device.value.accountId, listener)};
    },
  };
  return server;
}

/** They stop with the process. */
function timersOf(scheduler: Scheduler, life: Life): Timers {
  return {
    monotonicMs: scheduler.nowMs,
    after: (delayMs, action) => scheduler.after(delayMs, () => (life.isAlive() ? action() : undefined)),
  };
}

/** Through JSON and the schemas, as over HTTP. */
async function answer<N extends CallName>(
  core: Core,
  name: N,
  request: CallRequest<N>,
  token: string | null,
  skewMs: number,
  scheduler: Scheduler,
): Promise<Result<CallAnswer<N>>> {
  const arrivedMs = START_MS + scheduler.nowMs() + skewMs;
  const result = await callCore(core, name, JSON.parse(JSON.stringify(request)), token, arrivedMs);
  const text = JSON.stringify(result.ok ? result.value : {error: result.error});
  return readAnswer(name, {status: result.ok ? 200 : 400, contentType: 'application/json', text});
}

async function callCore(
  core: Core,
  name: CallName,
  request: unknown,
  token: string | null,
  arrivedMs: number,
): Promise<Result<unknown>> {
  if (name === 'status') return core.status();
  if (CALLS[name].access === 'public') return core[name as 'login'](request as CallRequest<'login'>, null);
  const device = await core.authenticate(token ?? '', null);
  if (!device.ok) return failed(device.error);
  if (name === 'hello') return core.hello(device.value, request as CallRequest<'hello'>, arrivedMs);
  return core[name as 'push'](device.value, request as CallRequest<'push'>);
}
