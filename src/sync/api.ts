/**
 * What the screens see of sync. Built by main.tsx from the engine; the screens know these types and nothing else of it.
 */

import type {Ref} from '../../protocol/entity.ts';
import type {Result, SyncError} from '../../protocol/errors.ts';
import type {AddressError} from './address-error.ts';
import type {FirstSync, HashCheck, ReplicaState, ServerLink, Unresolved, Verification} from './ports.ts';
import type {DeviceFacts} from './probe.ts';

/** A value that changes. `subscribe` calls at once with the current value, then with each new one, until unsubscribed. */
export interface Live<T> {
  subscribe(listener: (value: T) => void): () => void;
}

/** The one line of the status control (ui.md "Sync status"). */
export type StatusState =
  | 'synced'
  | 'syncing'
  | 'waiting'
  | 'offline'
  | 'unreachable'
  | 'signed_out'
  | 'clock'
  | 'problem'
  | 'not_set_up'
  | 'paused';

export interface SyncStatus {
  readonly state: StatusState;
  readonly waiting: number;
  readonly parked: number;
  /** Present while a first sync runs. */
  readonly firstSync: FirstSync | null;
  /** Of the tree only a part is here yet; the rest is on its way. */
  readonly arriving: boolean;
  readonly problem: SyncError | null;
  readonly lastSyncMs: number | null;
  readonly lastCheck: HashCheck | null;
  readonly lastVerification: Verification | null;
  /** Entities that no side has whole. */
  readonly unresolved: readonly Unresolved[];
  /** Server minus device, from the last clock check. */
  readonly clockOffsetMs: number | null;
  readonly replica: ReplicaState | null;
}

export interface Credentials {
  readonly address: string;
  readonly username: string;
  readonly password: string;
  readonly deviceName: string;
  readonly code?: string;
}

/** What is known of this browser's notebook outside its database, which the browser may remove. */
export interface LeftBehind {
  readonly deviceName: string;
  readonly server: ServerLink | null;
  /** Changes that had not been sent when this was noted. */
  readonly waiting: number;
}

export interface SetupInput extends Credentials {
  readonly setupCode: string;
}

/** `add`: nothing of either is overwritten. `replace`: what is here gives way to what the account has; refused where it has changed since `exported`. */
export type JoinHow = {readonly type: 'add'} | {readonly type: 'replace'; readonly exported: string};

/** How far "Verify everything" has come: entities of this device, then the server, then buckets that differ. */
export interface VerifyProgress {
  readonly phase: 'device' | 'server' | 'repair';
  readonly done: number;
  readonly total: number;
}

/** `keep`: what is stored here, whatever its hash says, as an edit of now. `remove`: no longer asked about. */
export type ResolveChoice = 'keep' | 'remove';

export interface FoundServer {
  /** What to store: with its scheme, port and path, without a slash at the end. */
  readonly address: string;
  /** Null where nothing leads from another address to it. */
  readonly redirectedFrom: string | null;
  readonly initialized: boolean;
  readonly version: string;
}

export interface SavedServer {
  readonly address: string;
  /** False: saved all the same, as nothing answers now. */
  readonly isReached: boolean;
}

/** In the order in which they are made. */
export const TEST_CHECKS = [
  'address',
  'reachable',
  'tls',
  'way',
  'aster',
  'protocol',
  'same_server',
  'clock',
  'body_size',
  'pokes',
  'storage',
  'room',
  'offline_start',
  'signed_in',
] as const;
export type TestCheck = (typeof TEST_CHECKS)[number];

/** What only a test finds: it has a cure, and sync goes on all the same. */
export type TestFindingType =
  | 'not_encrypted'
  | 'requests_refused'
  | 'pokes_held'
  | 'not_persisted'
  | 'nearly_full'
  | 'insecure_page'
  | 'no_worker';

export interface TestFinding {
  readonly type: TestFindingType;
  readonly message: string;
}

/** One line of "Test sync". `value`: what was measured, for people. `warned`: sync works, but not as well as it could. */
export interface TestLine {
  readonly check: TestCheck;
  readonly result: 'passed' | 'failed' | 'warned' | 'skipped';
  readonly value: string;
  readonly error: SyncError | AddressError | TestFinding | null;
}

/** A new build of the app, which waits until the person agrees. */
export interface AppUpdate {
  /** Whether there is one that isn't this page's. */
  readonly ready: Live<boolean>;
  /** Starts this page again in the new build; other pages stay as they are. */
  restart(): Promise<void>;
  /** Looks for one now. */
  check(): void;
}

export interface SyncControl {
  readonly status: Live<SyncStatus>;
  /** Starts the leader's work: triggers, timers, pokes. */
  start(): void;
  stop(): void;
  /** A round now, by hand; resolves when it ended, whatever its end. */
  syncNow(): Promise<void>;
  /** Something is being written in this tab: it is sent as soon as it is stored, where this tab leads, not when the store tells of it. */
  sendSoon(): void;
  /** Sends refused changes again: this one, or all. */
  retry(ref?: Ref): Promise<void>;
  pause(): Promise<void>;
  resume(): Promise<void>;
  /** "Go on with the server's time" while the clocks differ by too much. */
  chooseClock(choice: 'own' | 'server'): Promise<void>;
  /** A new notebook in this browser, without a server. */
  startNotebook(deviceName: string): Promise<void>;
  /** First account of an uninitialized server; this browser's notebook, new or in use, fills it. */
  setUpServer(input: SetupInput): Promise<Result<void>>;
  /** Makes this browser a replica of an account, or signs its replica in again. */
  signIn(input: Credentials): Promise<Result<void>>;
  /** What is here now, as one value: take it before an export begins. */
  exportMark(): Promise<string>;
  /** Makes a notebook that has no server one with an account. */
  joinAccount(input: Credentials, how: JoinHow): Promise<Result<void>>;
  /** The notes stay here, and what waits goes on waiting. */
  disconnect(): Promise<void>;
  /** After the browser removed the database: a new replica for the same device, if the server still takes its token. */
  bringBack(deviceName: string, server: ServerLink): Promise<Result<void>>;
  /** Nothing is saved where what answers there is no Aster server. */
  saveServer(typed: string, timeoutMs: number): Promise<Result<SavedServer, SyncError | AddressError>>;
  /** The server that somebody means who types this. */
  findServer(typed: string): Promise<Result<FoundServer, SyncError | AddressError>>;
  device(): Promise<DeviceFacts>;
  /** Asks the browser to keep the notes until somebody removes them; false where it refuses. */
  keepData(): Promise<boolean>;
  testSync(typed: string, onLine: (line: TestLine) => void): Promise<void>;
  /** What the server at `address` says of itself; for the pages that it serves. */
  serverStatus(address: string): Promise<Result<{readonly initialized: boolean; readonly version: string}>>;
  /**
   * Both sides compute every hash from the bytes and repair what differs; what was found is in the status. Fails with why the
   * server couldn't be asked: then only this device was looked at.
   */
  verify(): Promise<Result<void>>;
  /** Null while none runs in this tab. */
  readonly verifying: Live<VerifyProgress | null>;
  /** Checks this device, then gets everything from the server again. */
  forceFullSync(): Promise<void>;
  /** Of an entity in `status.unresolved`. */
  resolve(ref: Ref, choice: ResolveChoice): Promise<void>;
  /** Gets notes by name, before their turn in a first sync. At most MAX_FETCH_REFS; those that the server lacks are passed over. */
  fetchNotes(ids: readonly string[]): Promise<Result<void>>;
  /** Gets a body that isn't here yet from the server. */
  fetchBody(ref: Ref): Promise<Result<void>>;
}
