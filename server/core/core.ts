/**
 * The sync server without HTTP: one method for each call of the protocol. Everything that could differ between two runs,
 * time and randomness, comes in through the ports, so that the simulation drives the very same code.
 */

import {failed, ok, type Result} from '../../protocol/errors.ts';
import type {CallAnswer, CallRequest} from '../../protocol/messages.ts';
import {PROTOCOL_RANGE} from '../../protocol/version.ts';
import {type Accounts, createAccounts} from '../accounts/accounts.ts';
import {argon2Passwords, type Passwords} from '../accounts/passwords.ts';
import {isInitialized} from '../accounts/setup-code.ts';
import {listBuckets, listItems} from './buckets.ts';
import {dropErased, TOMBSTONE_HORIZON_MS} from './drop.ts';
import {eraseDue} from './erase.ts';
import {fetchEntities} from './fetch.ts';
import {checkHistory, ensureEpoch, readDocument, readStanding, standingOf} from './history.ts';
import {createPokes, type PokeListener} from './pokes.ts';
import type {CorePorts, Device, Standing} from './ports.ts';
import {checkProtocol} from './protocol-range.ts';
import {pull} from './pull.ts';
import {push} from './push.ts';
import {createRecompute} from './recompute.ts';
import {repair} from './repair.ts';
import {createScrub} from './scrub.ts';
import {createTrustedTime, type TrustedTime} from './trusted-time.ts';

type SyncCall<N extends 'push' | 'pull' | 'fetch' | 'buckets' | 'items' | 'repair'> = (
  device: Device,
  request: CallRequest<N>,
) => Promise<Result<CallAnswer<N>>>;

export interface Core extends Pick<Accounts, 'setup' | 'login' | 'authenticate'> {
  /** Must be awaited before anything else. A server without accounts gets its setup code: the given one, else a new one. */
  start(setupCode?: string): Promise<{readonly setupCode: string | undefined}>;
  status(): Promise<Result<CallAnswer<'status'>>>;
  /** `arrivedMs`: when the request arrived, before anything was waited for. */
  hello(device: Device, request: CallRequest<'hello'>, arrivedMs: number): Promise<Result<CallAnswer<'hello'>>>;
  readonly push: SyncCall<'push'>;
  readonly pull: SyncCall<'pull'>;
  readonly fetch: SyncCall<'fetch'>;
  readonly buckets: SyncCall<'buckets'>;
  readonly items: SyncCall<'items'>;
  readonly repair: SyncCall<'repair'>;
  standing(accountId: string): Promise<Standing>;
  /** Called after each commit of the account. Returns the end of the subscription. */
  subscribe(accountId: string, listener: PokeListener): () => void;
  /** Looks at the clock: the time by which may be erased and forgotten. */
  readonly trustedTime: TrustedTime['look'];
  /**
   * Erases the deletions whose time has passed, and drops what was erased long ago, of all accounts; by the clock, unless told another
   * time. An account that can't be read or written is logged and passed over.
   */
  erase(nowMs?: number): Promise<void>;
  /** Reads the next stored rows against their hashes; in how many milliseconds there is more to read. One call at a time. */
  scrub(): Promise<number>;
}

export interface CoreOptions extends Omit<CorePorts, 'breathe' | 'tombstoneHorizonMs'> {
  readonly breathe?: CorePorts['breathe'];
  readonly tombstoneHorizonMs?: number;
  readonly passwords?: Passwords;
  /** The app's version, for `status`. */
  readonly version?: string;
}

export function createCore({
  passwords = argon2Passwords,
  version = '0.0.0',
  breathe = async () => {},
  tombstoneHorizonMs = TOMBSTONE_HORIZON_MS,
  ...given
}: CoreOptions): Core {
  const ports = {...given, breathe, tombstoneHorizonMs};
  const {storage, now, random, log} = ports;
  const accounts = createAccounts(ports, passwords);
  const pokes = createPokes(log);
  const recompute = createRecompute(ports);
  const scrub = createScrub(ports, pokes.notify);
  const trustedTime = createTrustedTime(ports);
  const {setup, login, authenticate} = accounts;

  return {
    setup,
    login,
    authenticate,
    async start(setupCode) {
      await storage.write(null, (tx) => ensureEpoch(tx, random));
      return {setupCode: await accounts.openSetup(setupCode)};
    },
    async status() {
      const initialized = await storage.read(isInitialized);
      return ok({app: 'aster' as const, version, initialized, protocol: PROTOCOL_RANGE, timeMs: now()});
    },
    hello: spoken(async (device, request, arrivedMs: number) => {
      const answer = await readHello(ports, device, request);
      if (!answer.ok) return answer;
      await accounts.noteSeen(device, request.history.cursor?.seq ?? 0);
      await trustedTime.hear(request.t0, arrivedMs);
      return ok({...answer.value, protocol: PROTOCOL_RANGE, t1: arrivedMs, t2: now()});
    }),
    push: spoken(async (device, request) => {
      const {answer, commit} = await push(ports, device, request);
      if (answer.ok && commit === 'changed') pokes.notify(standingIn(answer.value));
      return answer;
    }),
    pull: spoken((device, request) => pull(ports, device, request)),
    fetch: spoken((device, request) => fetchEntities(ports, device, request)),
    buckets: spoken((device, request) => listBuckets(ports, recompute, device, request)),
    items: spoken((device, request) => listItems(ports, device, request)),
    repair: spoken(async (device, request) => {
      const {answer, commit} = await repair(ports, device, request);
      if (answer.ok && commit === 'changed') pokes.notify(standingIn(answer.value));
      return answer;
    }),
    standing: (accountId) => storage.read((tx) => readStanding(tx, accountId)),
    subscribe: pokes.subscribe,
    trustedTime: trustedTime.look,
    async erase(nowMs = now()) {
      for (const accountId of await storage.read((tx) => tx.accountIds())) {
        try {
          const standing = await eraseDue(ports, accountId, nowMs);
          if (standing !== undefined) pokes.notify(standing);
          await dropErased(ports, accountId, nowMs);
        } catch (error) {
          log('error', 'the deletions of an account could not be erased', {accountId, error: String(error)});
        }
      }
    },
    scrub: scrub.next,
  };
}

/** Refuses a protocol that this server doesn't speak, before anything else. */
function spoken<Q extends {readonly protocol: unknown}, A, More extends readonly unknown[]>(
  call: (device: Device, request: Q, ...more: More) => Promise<Result<A>>,
): (device: Device, request: Q, ...more: More) => Promise<Result<A>> {
  return async (device, request, ...more) => {
    const unspoken = checkProtocol(request.protocol);
    return unspoken === undefined ? call(device, request, ...more) : failed(unspoken);
  };
}

async function readHello(
  {storage}: CorePorts,
  {accountId}: Device,
  {history}: CallRequest<'hello'>,
): Promise<Result<Standing & {floor: number}>> {
  return storage.read(async (tx) => {
    const otherHistory = await checkHistory(tx, accountId, history);
    if (otherHistory !== undefined) return failed(otherHistory);
    const document = await readDocument(tx, accountId);
    return ok({...(await standingOf(tx, accountId, document)), floor: document.floor});
  });
}

function standingIn({account, epoch, head, root}: Standing): Standing {
  return {account, epoch, head, root};
}
