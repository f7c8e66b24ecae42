/**
 * Accounts and devices: setup, login, tokens. A token is 256 random bits that only its device has; stored is its SHA-256.
 * Hashing a password takes tens of milliseconds, so it is never done inside a transaction.
 */

import {toBase64Url} from '../../protocol/bytes.ts';
import {failed, ok, type Result, type SyncError} from '../../protocol/errors.ts';
import {ID_BYTES, idFromBytes} from '../../protocol/ids.ts';
import type {CallAnswer, CallRequest} from '../../protocol/messages.ts';
import {addAccount} from '../core/history.ts';
import {type CorePorts, type Device, wireError} from '../core/ports.ts';
import type {AccountRow, DeviceRow, StorageReads, StorageWrites} from '../storage/port.ts';
import {createGate} from './gate.ts';
import {type Network, networkOf} from './network-of.ts';
import type {Passwords} from './passwords.ts';
import {isInitialized, isSetupCode, newSetupCode, secretHash} from './setup-code.ts';
import {createThrottle, type Throttle} from './throttle.ts';

export interface Accounts {
  /** The setup code of a server without accounts, undefined for any other. Without `code` a new one is made. */
  openSetup(code: string | undefined): Promise<string | undefined>;
  setup(request: CallRequest<'setup'>, address: string | null): Promise<Result<CallAnswer<'setup'>>>;
  login(request: CallRequest<'login'>, address: string | null): Promise<Result<CallAnswer<'login'>>>;
  authenticate(token: string, address: string | null): Promise<Result<Device>>;
  /** Stores that a device was heard of and how far it has pulled, at most once a minute. */
  noteSeen(device: Device, cursorSeq: number): Promise<void>;
}

const TOKEN_BYTES = 32;
const FREE_TRIES = 5;
const MAX_DELAY_BY_NAME_MS = 60_000; // a stranger must not lock the owner out for long
const FREE_TRIES_BY_NETWORK = 10;
const FREE_TRIES_BY_SITE = 40; // neighbours may share one
const MAX_DELAY_BY_NETWORK_MS = 15 * 60_000;
const FREE_SETUPS = 20;
const MAX_DELAY_OF_SETUP_MS = 2_000; // a code that a person chose may be short; the owner must get through all the same
const HASHINGS = {atOnce: 2, waiting: 16};
const SEEN_EVERY_MS = 60_000;

export function createAccounts(ports: CorePorts, passwords: Passwords): Accounts {
  const {storage, now, random} = ports;
  const byName = createThrottle({now, freeTries: FREE_TRIES, maxDelayMs: MAX_DELAY_BY_NAME_MS});
  const byNetwork = createThrottle({
    now,
    freeTries: FREE_TRIES_BY_NETWORK,
    maxDelayMs: MAX_DELAY_BY_NETWORK_MS,
  });
  const bySite = createThrottle({now, freeTries: FREE_TRIES_BY_SITE, maxDelayMs: MAX_DELAY_BY_NETWORK_MS});
  const ofSetup = createThrottle({now, freeTries: FREE_SETUPS, maxDelayMs: MAX_DELAY_OF_SETUP_MS});
  const hashing = createGate(HASHINGS);
  let dummyHash: Promise<string> | undefined;

  /** What an unknown name is checked against, so that it takes as long as a known one. */
  function nobodysHash(): Promise<string> {
    dummyHash ??= passwords.hash(toBase64Url(random(TOKEN_BYTES)));
    return dummyHash;
  }

  function triedFrom({network, site}: Network): Tried[] {
    return [
      [byNetwork, network],
      [bySite, site],
    ];
  }

  return {
    openSetup: (code) =>
      storage.write(null, async (tx) => {
        if (await isInitialized(tx)) return undefined;
        const opened = code ?? newSetupCode(random);
        await tx.putMeta('setup_code_hash', secretHash(opened));
        return opened;
      }),

    async setup(request, address) {
      const tried: Tried[] = [...triedFrom(networkOf(address)), [ofSetup, 'setup']];
      const wait = beginTries(tried);
      if (wait !== undefined) return failed(wait);
      const refused = await storage.read(async (tx) => {
        if (await isInitialized(tx)) return alreadyInitialized();
        return (await isSetupCode(tx, request.setupCode))
          ? undefined
          : wireError('wrong_setup_code', 'that is not this server’s setup code');
      });
      if (refused !== undefined) return failed(refused);
      const key = usernameKey(request.username);
      if (key === '') return failed(wireError('malformed', 'a username of spaces'));
      const passwordHash = await hashing.enter(() => passwords.hash(request.password));
      if (passwordHash === undefined) return failed(tooBusy());
      const account = newAccount(ports, request.username.trim(), key, passwordHash);
      const made = await storage.write(null, async (tx) => {
        if (await isInitialized(tx)) return undefined;
        await addAccount(tx, account, random);
        return addDevice(ports, tx, account, request.deviceName, address);
      });
      if (made === undefined) return failed(alreadyInitialized());
      takeBackTries(tried);
      return ok(made);
    },

    async login(request, address) {
      const key = usernameKey(request.username);
      const from = networkOf(address);
      const {initialized, account, isKnown} = await storage.read(async (tx) => {
        const account = await tx.accountByKey(key);
        const isKnown = account !== undefined && (await hasDeviceIn(tx, account, from));
        return {initialized: await isInitialized(tx), account, isKnown};
      });
      const tried: Tried[] = isKnown ? [[byNetwork, from.network]] : [[byName, key], ...triedFrom(from)];
      const wait = beginTries(tried);
      if (wait !== undefined) return failed(wait);
      if (!initialized) return failed(wireError('not_initialized', 'this server has no account yet'));
      const isRight = await hashing.enter(async () =>
        passwords.verify(account?.passwordHash ?? (await nobodysHash()), request.password),
      );
      if (isRight === undefined) return failed(tooBusy());
      if (account === undefined || !isRight)
        return failed(wireError('wrong_credentials', 'wrong username or password'));
      takeBackTries(tried);
      byName.succeed(key);
      return ok(await storage.write(account.id, (tx) => addDevice(ports, tx, account, request.deviceName, address)));
    },

    authenticate: (token, address) =>
      storage.read(async (tx) => {
        const device = await tx.deviceByToken(secretHash(token));
        if (device === undefined) return failed(wireError('signed_out', 'the token is not valid here'));
        if (device.removedMs !== null)
          return failed(wireError('device_removed', 'this device was removed from the account'));
        const {accountId, id, name} = device;
        return ok({accountId, deviceId: id, deviceName: name, address});
      }),

    async noteSeen({accountId, deviceId, address}, cursorSeq) {
      const nowMs = now();
      const isRecent = ({lastSeenMs}: DeviceRow) => Math.abs(nowMs - lastSeenMs) < SEEN_EVERY_MS;
      const device = await storage.read((tx) => tx.device(accountId, deviceId));
      if (device === undefined || isRecent(device)) return;
      await storage.write(accountId, async (tx) => {
        const row = await tx.device(accountId, deviceId);
        if (row !== undefined) await tx.putDevice({...row, lastSeenMs: nowMs, lastAddress: address, cursorSeq});
      });
    },
  };
}

type Tried = readonly [Throttle, string | null];

/**
 * A try that is refused counts nowhere: else a stranger whose address must wait could go on locking a name, and a name that
 * must wait would count against the address of its owner.
 */
function beginTries(tried: readonly Tried[]): SyncError | undefined {
  const known = tried.flatMap(([throttle, key]) => (key === null ? [] : [{throttle, key}]));
  const retryAfterMs = Math.max(0, ...known.map(({throttle, key}) => throttle.waitMs(key)));
  if (retryAfterMs > 0) return wireError('too_many_tries', 'too many tries', {retryAfterMs: Math.ceil(retryAfterMs)});
  for (const {throttle, key} of known) throttle.begin(key);
  return undefined;
}

function takeBackTries(tried: readonly Tried[]): void {
  for (const [throttle, key] of tried) if (key !== null) throttle.takeBack(key);
}

/**
 * Whether one of the account's devices was last heard of in this network. There a name isn't locked: a stranger who never stops
 * trying it from elsewhere takes every try that its delay allows, and the owner would get none.
 */
async function hasDeviceIn(tx: StorageReads, {id}: AccountRow, {network}: Network): Promise<boolean> {
  return network !== null && (await tx.addresses(id)).some((address) => networkOf(address).network === network);
}

function tooBusy(): SyncError {
  return wireError('busy', 'too many sign-ins at once', {retryAfterMs: 1_000});
}

function alreadyInitialized(): SyncError {
  return wireError('already_initialized', 'this server has its first account');
}

/** Names that look the same are the same. */
function usernameKey(username: string): string {
  return username.normalize('NFKC').trim().toLowerCase();
}

function newAccount({now, random}: CorePorts, username: string, key: string, passwordHash: string): AccountRow {
  return {id: idFromBytes(random(ID_BYTES)), username, usernameKey: key, passwordHash, createdMs: Math.floor(now())};
}

async function addDevice(
  {now, random}: CorePorts,
  tx: StorageWrites,
  account: AccountRow,
  name: string,
  address: string | null,
): Promise<CallAnswer<'login'>> {
  const token = toBase64Url(random(TOKEN_BYTES));
  const id = idFromBytes(random(ID_BYTES));
  const nowMs = Math.floor(now());
  await tx.putDevice({
    accountId: account.id,
    id,
    name,
    tokenHash: secretHash(token),
    createdMs: nowMs,
    lastSeenMs: nowMs,
    lastAddress: address,
    cursorSeq: 0,
    removedMs: null,
  });
  return {token, account: {id: account.id, username: account.username}, device: {id, name}};
}
