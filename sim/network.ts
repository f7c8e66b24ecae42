/** The network between the processes of one replica and the server: slow, and wrong in the ways that a schedule names. */

import {failed, type Result, type SyncError} from '../protocol/errors.ts';
import type {CallAnswer, CallName, CallRequest} from '../protocol/messages.ts';
import type {CallOptions, Transport} from '../src/sync/ports.ts';
import type {Life} from './life.ts';
import type {SeededRandom} from './random.ts';
import type {Scheduler} from './scheduler.ts';
import type {SimServer} from './server.ts';
import type {Witness} from './witness.ts';

export const FAULTS = [
  'request lost',
  'answer lost',
  'answer cut short',
  'late',
  'twice',
  'server error',
  'signed out',
] as const;
export type Fault = (typeof FAULTS)[number];

/** The line of one replica. */
export interface Line {
  /** Where it leads. */
  server: SimServer;
  isOnline: boolean;
  /** One call in so many fails in some way; 0: none. */
  faultOnceIn: number;
  /** What happens to the next calls of these names, in order. */
  readonly faults: {readonly call: CallName; readonly fault: Fault}[];
}

export interface NetworkPorts {
  readonly life: Life;
  readonly line: Line;
  readonly scheduler: Scheduler;
  readonly random: SeededRandom;
  readonly witness: Witness;
  /** The longest way there, and back. */
  readonly latencyMs: number;
}

const MAX_LATE_MS = 20 * 60_000;
const UNREACHABLE: SyncError = {type: 'unreachable', message: 'the connection ended'};

export function createTransport(ports: NetworkPorts): Transport {
  const {life, line, scheduler, random, latencyMs} = ports;
  return {
    call: (name, request, options) => life.step(name, () => exchange(ports, name, request, options)),
    openPokes({token}, onPoke, onEnd) {
      const {server} = line;
      let isOpen = true;
      let unsubscribe: () => void = () => undefined;
      const end = (error: SyncError | null) => {
        if (!isOpen) return;
        isOpen = false;
        unsubscribe();
        if (error !== null && life.isAlive()) onEnd(error);
      };
      life.onEnd(() => end(null));
      scheduler.after(random.int(latencyMs), () => void open());
      async function open(): Promise<void> {
        if (!line.isOnline || !server.isUp()) return end(UNREACHABLE);
        server.life().onEnd(() => scheduler.after(random.int(latencyMs), () => end(UNREACHABLE)));
        const subscribed = await server.subscribe(token, (poke) => {
          scheduler.after(random.int(latencyMs), () => {
            if (isOpen && life.isAlive() && line.isOnline) onPoke(poke);
          });
        });
        if (!subscribed.ok) return end(subscribed.error);
        unsubscribe = subscribed.value;
        if (!isOpen) unsubscribe();
      }
      return () => end(null);
    },
  };
}

async function exchange<N extends CallName>(
  ports: NetworkPorts,
  name: N,
  request: CallRequest<N>,
  {token, timeoutMs}: CallOptions,
): Promise<Result<CallAnswer<N>>> {
  const {line, scheduler, random, witness, latencyMs} = ports;
  const {server} = line;
  if (!line.isOnline) return failed({type: 'offline', message: 'there is no network'});
  const fault = faultOf(ports, name);
  const left = witness.putBacks();
  await scheduler.delay(random.int(latencyMs));
  const send = async () => {
    if (!server.isUp()) return failed(UNREACHABLE);
    if (name === 'push') witness.pushed(request as CallRequest<'push'>, server);
    const answer = await untilDeath(server, server.call(name, request, token));
    if (name === 'push' && answer.ok)
      witness.judged(request as CallRequest<'push'>, answer.value as CallAnswer<'push'>, server, left);
    return answer;
  };
  if (fault === 'server error') return failed({type: 'server_error', message: 'simulated', status: 500});
  if (fault === 'signed out') return failed({type: 'signed_out', message: 'simulated'});
  if (fault === 'late') scheduler.after(random.int(MAX_LATE_MS), () => void send());
  if (fault === 'late' || fault === 'request lost') {
    await scheduler.delay(timeoutMs);
    return failed({type: 'timeout', message: 'no answer'});
  }
  if (fault === 'twice') scheduler.after(random.int(MAX_LATE_MS), () => void send());
  const answer = await send();
  await scheduler.delay(random.int(latencyMs));
  if (fault === 'answer lost') return failed(UNREACHABLE);
  if (fault === 'answer cut short') return failed({type: 'not_aster', message: 'half an answer'});
  return answer;
}

function faultOf({line, random}: NetworkPorts, name: CallName): Fault | null {
  const named = line.faults.findIndex(({call}) => call === name);
  if (named >= 0) return line.faults.splice(named, 1)[0]?.fault ?? null;
  if (line.faultOnceIn === 0 || !random.once(line.faultOnceIn)) return null;
  return FAULTS[random.int(FAULTS.length - 1)] ?? null; // signing out needs a person: only where a schedule says so
}

function untilDeath<T>({life}: SimServer, answer: Promise<Result<T>>): Promise<Result<T>> {
  return new Promise((resolve, reject) => {
    life().onEnd(() => resolve(failed(UNREACHABLE)));
    answer.then(resolve, reject);
  });
}
