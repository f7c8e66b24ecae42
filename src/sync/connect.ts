/**
 * How a browser gets a notebook and a server: a new notebook, the first account of a server, signing in, joining an account with a notebook in
 * use; and how it lets a server go. The password goes to the server once and is never stored.
 */

import {utf8Bytes} from '../../protocol/bytes.ts';
import {refKey} from '../../protocol/entity.ts';
import {failed, ok, type Result} from '../../protocol/errors.ts';
import {type Hash, hashOf} from '../../protocol/hash.ts';
import {ID_BYTES, idFromBytes} from '../../protocol/ids.ts';
import type {CallAnswer, Session} from '../../protocol/messages.ts';
import {PROTOCOL_RANGE} from '../../protocol/version.ts';
import type {Credentials, JoinHow, SetupInput} from './api.ts';
import type {Change} from './changes.ts';
import type {
  Joining,
  Random,
  ReadLifetimes,
  ReplicaState,
  ServerLink,
  Store,
  StoreTx,
  Time,
  Transport,
} from './ports.ts';
import {changeState, DEFAULT_TIMEOUT_MS, NOTHING_KNOWN, newReplicaState} from './replica-state.ts';
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
    const state = await tx.state();
    await link(tx, ports, input, session.value, state?.formerAccount == null ? null : 'fill');
    if (state === undefined) await writeChanges(tx, ports.rules.welcome(), ports.time.wallMs(), ports);
  });
  return ok(undefined);
}

/** Makes an empty browser a replica of an account, or gives its replica a new token. */
export async function signIn(ports: ConnectPorts, input: Credentials): Promise<Result<void>> {
  const session = await login(ports, input);
  if (!session.ok) return session;
  return ports.store.transaction('write', async (tx) => {
    const state = await tx.state();
    if (state !== undefined && !belongsTo(state, session.value)) {
      return failed({type: 'other_account', message: 'this browser has another notebook already'});
    }
    await link(tx, ports, input, session.value, null);
    return ok(undefined);
  });
}

/** A notebook that has a server lets that go first. */
export async function joinAccount(ports: ConnectPorts, input: Credentials, how: JoinHow): Promise<Result<void>> {
  const session = await login(ports, input);
  if (!session.ok) return session;
  const isUnused = await hasNothing(ports, input.address, session.value);
  if (!isUnused.ok) return isUnused;
  return ports.store.transaction('write', async (tx) => {
    const state = await tx.state();
    const isOwn = state === undefined || belongsTo(state, session.value);
    if (!isOwn && state.server !== null) {
      return failed({type: 'other_account', message: 'this notebook belongs to another account'});
    }
    if (!isOwn && how.type === 'add' && isPart(state)) {
      return failed({type: 'not_whole', message: 'a part of this notebook is still on the server that it had'});
    }
    if (how.type === 'add' || state === undefined || state.server !== null) {
      await link(tx, ports, input, session.value, isOwn ? null : isUnused.value ? 'fill' : 'add');
      return ok(undefined);
    }
    if ((await markOf(tx)) !== how.exported) {
      return failed({type: 'not_exported', message: 'this notebook was changed after it was exported'});
    }
    await tx.clear();
    const {address, deviceName} = input;
    await createReplica(tx, ports, {deviceName, address, server: null});
    await link(tx, ports, input, session.value, 'fill'); // a round that goes on with the server of before ends there
    const begun = await tx.state();
    if (begun !== undefined) await tx.putState({...begun, timeoutMs: state.timeoutMs});
    return ok(undefined);
  });
}

/** What waits, as one value, which every change alters. */
export function exportMark({store}: Pick<ConnectPorts, 'store'>): Promise<Hash> {
  return store.transaction('read', markOf);
}

async function markOf(tx: StoreTx): Promise<Hash> {
  const rows = [...(await tx.outboxHead(Number.MAX_SAFE_INTEGER)), ...(await tx.parkedOutbox())];
  const lines = rows.map((row) => `${refKey(row)} ${row.stamp}`);
  return hashOf(utf8Bytes(lines.sort().join('\n')));
}

/** Its first sync has never ended: a forced one brings nothing that isn't here. */
function isPart({firstSync, lastSyncMs}: Pick<ReplicaState, 'firstSync' | 'lastSyncMs'>): boolean {
  return firstSync !== null && lastSyncMs === null;
}

/** As an account is that was made by a setup whose answer got lost. */
async function hasNothing(ports: ConnectPorts, address: string, session: Session): Promise<Result<boolean>> {
  const head = await hello(ports, {address, token: session.token});
  return head.ok ? ok(head.value.head.seq === 0) : head;
}

/** The notes stay, and what waits goes on waiting: for the same account, or for another one. */
export async function disconnect({store}: Pick<ConnectPorts, 'store'>): Promise<void> {
  await changeState(store, (state) => ({
    ...state,
    server: null,
    formerAccount: state.server?.account.id ?? state.formerAccount ?? null,
    problem: null,
    paused: false,
  }));
}

function login({transport}: ConnectPorts, input: Credentials): Promise<Result<Session>> {
  const {address, username, password, deviceName, code} = input;
  const request = {username, password, deviceName, ...(code === undefined ? {} : {code})};
  return transport.call('login', request, {address, token: null, timeoutMs: DEFAULT_TIMEOUT_MS});
}

function belongsTo({server, formerAccount}: ReplicaState, {account}: Session): boolean {
  return (server === null ? formerAccount : server.account.id) === account.id;
}

/** The server is asked first: with a token that it doesn't take any more there is nothing to bring back without a password. */
export async function bringBack(ports: ConnectPorts, deviceName: string, server: ServerLink): Promise<Result<void>> {
  const answer = await hello(ports, server);
  if (!answer.ok) return answer;
  if (answer.value.account !== server.account.id) {
    return failed({type: 'other_account', message: 'the server has another account for this device'});
  }
  return ports.store.transaction('write', async (tx) => {
    if ((await tx.state()) !== undefined) {
      return failed({type: 'other_account', message: 'this browser has another notebook already'});
    }
    await createReplica(tx, ports, {deviceName, address: server.address, server});
    return ok(undefined);
  });
}

/** As of a replica that has nothing yet. */
function hello(
  {transport, random, time}: ConnectPorts,
  {address, token}: Pick<ServerLink, 'address' | 'token'>,
): Promise<Result<CallAnswer<'hello'>>> {
  const replica = idFromBytes(random.bytes(ID_BYTES)); // never used: the one that stays is made with its store
  const request = {
    protocol: PROTOCOL_RANGE,
    replica,
    history: {epoch: null, cursor: null, seen: null},
    t0: time.wallMs(),
  };
  return transport.call('hello', request, {address, token, timeoutMs: DEFAULT_TIMEOUT_MS});
}

/** `how`: null where the notebook is the account's already, or nobody's and all of it waits. */
async function link(
  tx: StoreTx,
  ports: ConnectPorts,
  {address, deviceName}: Credentials,
  session: Session,
  how: Joining['how'] | null,
): Promise<void> {
  const server = linkTo(address, session);
  const state = await tx.state();
  if (state === undefined) return createReplica(tx, ports, {deviceName, address, server});
  const joining = how === null ? state.joining : {accountId: session.account.id, how, after: null};
  const known = how === null ? state : {...state, ...NOTHING_KNOWN};
  await tx.putState({
    ...known,
    address,
    server,
    formerAccount: null,
    ...(joining === undefined ? {} : {joining}),
    problem: null,
    paused: false,
  });
}

function linkTo(address: string, {account, device, token}: Session): ServerLink {
  return {address, account, deviceId: device.id, token};
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
