/** A device without a screen that runs the real engine: its rows in memory, the server by HTTP. */

import {gzipSync} from 'node:zlib';
import {readAnswer} from '../protocol/answer.ts';
import {failed, type Result} from '../protocol/errors.ts';
import {hashOf} from '../protocol/hash.ts';
import {derivedId} from '../protocol/ids.ts';
import {CALLS, type CallAnswer, type CallName} from '../protocol/messages.ts';
import {readLifetimes} from '../src/notes/lifetimes.ts';
import {mergeBody, mergeData} from '../src/notes/merge.ts';
import {deviceNameKey, writeData} from '../src/notes/note-data.ts';
import {noteOf} from '../src/notes/note-of.ts';
import {signIn} from '../src/sync/connect.ts';
import {createMemoryStore, type MemoryStore} from '../src/sync/memory-store.ts';
import type {CallOptions, Locks, Time} from '../src/sync/ports.ts';
import {runRound} from '../src/sync/round.ts';
import type {RoundPorts} from '../src/sync/round-ports.ts';
import {ACCOUNT} from './replica.ts';

export interface NodeDevice {
  readonly store: MemoryStore;
  readonly ports: RoundPorts;
  /** Fails where the round does. */
  round(): Promise<void>;
}

/** From this size on the app compresses what it sends. */
const GZIP_FROM_BYTES = 1_024;

/** Signs in and gets everything. */
export async function createNodeDevice(address: string): Promise<NodeDevice> {
  const store = createMemoryStore();
  const random = {bytes: (count: number) => crypto.getRandomValues(new Uint8Array(count)), fraction: Math.random};
  const transport = {call};
  const ports: RoundPorts = {
    store,
    transport,
    time: machineTime(0),
    locks: ALONE,
    merging: {mergeData, mergeBody},
    noteOf,
    readLifetimes,
    hashAll: async (parts) => parts.map(hashOf),
  };
  const nameDevice = (replica: string, name: string) => {
    const key = deviceNameKey(replica);
    const data = writeData({key, value: name});
    return {type: 'create' as const, kind: 'option' as const, id: derivedId('option', key), data};
  };
  const rules = {welcome: () => [], nameDevice};
  orThrow(await signIn({...ports, random, rules}, {...ACCOUNT, address, deviceName: 'Bench'}));
  const round = async (): Promise<void> => orThrow(await runRound(ports));
  await round();
  return {store, ports, round};
}

/** Wall clock ahead of the machine's by so much. */
export function machineTime(aheadMs: number): Time {
  return {
    wallMs: () => Date.now() + aheadMs,
    monotonicMs: () => performance.now(),
    after(delayMs, action) {
      const timer = setTimeout(action, delayMs);
      return () => clearTimeout(timer);
    },
  };
}

const ALONE: Locks = {
  exclusive: (_, body) => body(),
  lead: () => ({claim: () => undefined, stop: () => undefined}),
  watch: () => () => undefined,
};

async function call<N extends CallName>(
  name: N,
  request: unknown,
  {address, token, timeoutMs}: CallOptions,
): Promise<Result<CallAnswer<N>>> {
  const json = Buffer.from(JSON.stringify(request));
  const isLong = json.length > GZIP_FROM_BYTES;
  const headers = {
    'content-type': 'application/json',
    ...(isLong ? {'content-encoding': 'gzip'} : {}),
    ...(token === null ? {} : {authorization: `Bearer ${token}`}),
  };
  const url = new URL(`api/${CALLS[name].path}`, address);
  const signal = AbortSignal.timeout(timeoutMs);
  try {
    const answer = await fetch(url, {method: 'POST', headers, body: isLong ? gzipSync(json) : json, signal});
    const contentType = answer.headers.get('content-type') ?? '';
    return readAnswer(name, {status: answer.status, contentType, text: await answer.text()});
  } catch (error) {
    return failed({type: 'unreachable', message: error instanceof Error ? error.message : String(error)});
  }
}

function orThrow(result: Result<void>): void {
  if (!result.ok) throw new Error(`${result.error.type}: ${result.error.message}`);
}
