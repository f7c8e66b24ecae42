/**
 * How a browser gets a notebook and a server: a new notebook, the first account of a server, signing in. The password goes
 * to the server once and is never stored.
 */

import {failed, ok, type Result} from '../../protocol/errors.ts';
import {ID_BYTES, idFromBytes} from '../../protocol/ids.ts';
import type {Session} from '../../protocol/messages.ts';
import {PROTOCOL_RANGE} from '../../protocol/version.ts';
import type {Credentials, SetupInput} from './api.ts';
import type {Change} from './changes.ts';
import type {Random, ReadLifetimes, ReplicaState, ServerLink, Store, StoreTx, Time, Transport} from './ports.ts';
import {DEFAULT_TIMEOUT_MS, newReplicaState} from './replica-state.ts';
import {writeChanges} from './writer.ts';

/** What the notebook's rules (src/notes) say about a new replica. */
export interface NotebookRules {
  /** A short note for somebody who starts. */
  welcome(): Change[];
  /** Names the replica for all devices. */
  nameDevice(replica: string, name: string): Change;
}

export interface ConnectPorts {
  readonly store: Store;
  readonly transport: Pick<Transport, 'call'>;
  readonly time: Time;
  readonly random: Random;
  readonly rules: NotebookRules;
  readonly readLifetimes: ReadLifetimes;
}

/** A notebook of this browser's own. Does nothing where there is one already. */
export async function startNotebook(ports: ConnectPorts, deviceName: string): Promise<void> {
  await ports.store.transaction('write', async (tx) => {
    if ((await tx.state()) !== undefined) return;
    await createReplica(tx, ports, {deviceName, address: null, server: null});
    await writeChanges(tx, ports.rules.welcome(), ports.time.wallMs(), ports);
  });
}

/** The first account of a server; this browser's notebook, new or in use, goes there with the next round. */
export async function setUpServer(ports: ConnectPorts, input: SetupInput): Promise<Result<void>> {
  const linked = await ports.store.transaction('read', async (tx) => (await tx.state())?.server ?? null);
  if (linked !== null) return failed({type: 'other_account', message: 'this notebook has a server already'});
  const {address, setupCode, username, password, deviceName} = input;
  const options = {address, token: null, timeoutMs: DEFAULT_TIMEOUT_MS};
  const session = await ports.transport.call('setup', {setupCode, username, password, deviceName}, options);
  if (!session.ok) return session;
  await ports.store.transaction('write', async (tx) => {
    const isNew = (await tx.state()) === undefined;
    await link(tx, ports, input, session.value);
    if (isNew) await writeChanges(tx, ports.rules.welcome(), ports.time.wallMs(), ports);
  });
  return ok(undefined);
}

/** Makes an empty browser a replica of an account, or gives its replica a new token. */
export async function signIn(ports: ConnectPorts, input: Credentials): Promise<Result<void>> {
  const {address, username, password, deviceName, code} = input;
  const request = {username, password, deviceName, ...(code === undefined ? {} : {code})};
  const session = await ports.transport.call('login', request, {address, token: null, timeoutMs: DEFAULT_TIMEOUT_MS});
  if (!session.ok) return session;
  return ports.store.transaction('write', async (tx) => {
    const state = await tx.state();
    if (state !== undefined && state.server?.account.id !== session.value.account.id) {
      return failed({type: 'other_account', message: 'this browser has another notebook already'});
    }
    await link(tx, ports, input, session.value);
    return ok(undefined);
  });
}

/** The server is asked first: with a token that it doesn't take any more there is nothing to bring back without a password. */
export async function bringBack(ports: ConnectPorts, deviceName: string, server: ServerLink): Promise<Result<void>> {
  const {transport, random, time, store} = ports;
  const replica = idFromBytes(random.bytes(ID_BYTES)); // never used: the new one is made with its store
  const history = {epoch: null, cursor: null, seen: null};
  const request = {protocol: PROTOCOL_RANGE, replica, history, t0: time.wallMs()};
  const {address, token} = server;
  const answer = await transport.call('hello', request, {address, token, timeoutMs: DEFAULT_TIMEOUT_MS});
  if (!answer.ok) return answer;
  if (answer.value.account !== server.account.id) {
    return failed({type: 'other_account', message: 'the server has another account for this device'});
  }
  return store.transaction('write', async (tx) => {
    if ((await tx.state()) !== undefined) {
      return failed({type: 'other_account', message: 'this browser has another notebook already'});
    }
    await createReplica(tx, ports, {deviceName, address, server});
    return ok(undefined);
  });
}

async function link(
  tx: StoreTx,
  ports: ConnectPorts,
  {address, deviceName}: Credentials,
  session: Session,
): Promise<void> {
  const server: ServerLink = {address, account: session.account, deviceId: session.device.id, token: session.token};
  const state = await tx.state();
  if (state === undefined) return createReplica(tx, ports, {deviceName, address, server});
  await tx.putState({...state, address, server, problem: null, paused: false});
}

/** A replica id is never used again: it lives only in this store, and goes with it. */
async function createReplica(
  tx: StoreTx,
  {time, random, rules, readLifetimes}: ConnectPorts,
  {deviceName, address, server}: Pick<ReplicaState, 'deviceName' | 'address' | 'server'>,
): Promise<void> {
  const replica = idFromBytes(random.bytes(ID_BYTES));
  const state = newReplicaState({replica, deviceName, createdMs: time.wallMs(), address, server});
  await tx.putState(state);
  await writeChanges(tx, [rules.nameDevice(replica, deviceName)], time.wallMs(), {readLifetimes});
}
