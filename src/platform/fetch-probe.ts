/** The Probe over fetch, and what the browser tells of this device. */

import {failed, ok, type Result, type SyncError} from '../../protocol/errors.ts';
import type {AddressError} from '../sync/address-error.ts';
import type {Connectivity, Time} from '../sync/ports.ts';
import type {AskOptions, DeviceFacts, Probe, Reached} from '../sync/probe.ts';
import {networkError, readHttpAnswer} from './http-answer.ts';
import {requestInit} from './http-request.ts';

export interface ProbePorts {
  readonly time: Time;
  readonly connectivity: Pick<Connectivity, 'isOnline'>;
}

/** Beyond this part of what is allowed, room is short. */
const MUCH_USED = 0.9;

/** `base`: where the app is, with a slash at the end. */
export function createFetchProbe(base: string, ports: ProbePorts): Probe {
  return {
    ownAddress: base.replace(/\/$/, ''),
    needsTls: base.startsWith('https:'),
    ask: (address, path, options) => ask(ports, `${address}${path}`, options),
    device: readDevice,
    keepData: async () => (await (navigator.storage as StorageManager | undefined)?.persist?.()) ?? false,
  };
}

async function ask(
  {time, connectivity}: ProbePorts,
  url: string,
  {timeoutMs, bytes}: AskOptions,
): Promise<Result<Reached, SyncError | AddressError>> {
  const signal = AbortSignal.timeout(timeoutMs);
  const body = bytes === undefined ? null : {bytes: new Uint8Array(bytes).fill(0x20), encoding: 'identity' as const};
  const init = requestInit({method: body === null ? 'GET' : 'POST', accept: 'application/json', token: null, body});
  try {
    const response = await fetch(url, {...init, signal});
    return ok({url: response.url, answer: await readHttpAnswer(response, time.wallMs())});
  } catch (error) {
    if (signal.aborted) return failed({type: 'timeout', message: `no answer within ${timeoutMs} ms`});
    const told = networkError(error, connectivity);
    const isRefused = told.type === 'unreachable' && body === null && (await isAnswered(url, signal));
    return failed(isRefused ? {type: 'origin_refused', message: 'the browser may not read what answers there'} : told);
  }
}

/** Whether something answers that doesn't let this page read it: the browser then tells that it came, and nothing else of it. */
async function isAnswered(url: string, signal: AbortSignal): Promise<boolean> {
  if (new URL(url).origin === location.origin) return false;
  return fetch(url, {mode: 'no-cors', credentials: 'omit', cache: 'no-store', signal}).then(
    () => true,
    () => false,
  );
}

async function readDevice(): Promise<DeviceFacts> {
  const [storage, offlineStart] = await Promise.all([readStorage(), readOfflineStart()]);
  return {...storage, offlineStart};
}

/** Some browsers have no `navigator.storage`, and private windows may refuse to tell. */
async function readStorage(): Promise<Omit<DeviceFacts, 'offlineStart'>> {
  const storage: StorageManager | undefined = navigator.storage;
  try {
    const [{usage, quota}, isPersisted] = await Promise.all([storage.estimate(), storage.persisted()]);
    const isNearlyFull = usage !== undefined && quota !== undefined && usage > MUCH_USED * quota;
    return {isPersisted, usedBytes: usage ?? null, allowedBytes: quota ?? null, isNearlyFull};
  } catch {
    return {isPersisted: null, usedBytes: null, allowedBytes: null, isNearlyFull: false};
  }
}

async function readOfflineStart(): Promise<DeviceFacts['offlineStart']> {
  if (!isSecureContext) return 'insecure';
  if (!('serviceWorker' in navigator)) return 'none';
  const registration = await navigator.serviceWorker.getRegistration().catch(() => undefined); // refused in some private windows
  if (registration === undefined) return 'none';
  return registration.active === null ? 'installing' : 'ready';
}
