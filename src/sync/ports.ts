/**
 * What the engine needs of the world. Adapters implement these (Dexie and memory for the store, fetch and the simulation
 * for the transport); contract suites hold every adapter to the same behaviour. Every port is asynchronous.
 */

import type {Bytes} from '../../protocol/bytes.ts';
import type {Bucket} from '../../protocol/digest.ts';
import type {Head, Kind, Ref, Version} from '../../protocol/entity.ts';
import type {Result, SyncError} from '../../protocol/errors.ts';
import type {Hash} from '../../protocol/hash.ts';
import type {CallAnswer, CallName, CallRequest, Lane, Poke, Position} from '../../protocol/messages.ts';
import type {Stamp} from '../../protocol/stamp.ts';
import type {EntityChange} from './changes.ts';

/** The last version that the server is known to have had; the digest counts this one, whatever was edited since. */
export interface Known {
  readonly stamp: Stamp;
  readonly hash: Hash;
  /** The server's position of it; an older one never overwrites a newer. */
  readonly seq: number;
  /** Whether the digest counts it: not when it is erased. */
  readonly counted: boolean;
}

/** One entity as it is on this device. */
export interface EntityRow extends Head {
  readonly known: Known | null;
  /** The highest stamp ever made here for this entity, and the highest that was ever sent. */
  readonly own: Stamp | null;
  readonly ownSent: Stamp | null;
  /** Device time of the last automatic revision (reason `edit`) made here, in milliseconds. */
  readonly revisedMs: number | null;
  /** Device time of the last merge made here whose winner was kept as a revision. */
  readonly mergedMs?: number;
}

/** The bytes of the body named by `hash`. It may come before its head, and may be older than it. */
export interface BodyRow extends Ref {
  readonly hash: Hash;
  readonly body: Bytes;
}

/** An entity changed here and not yet acknowledged. At most one row per entity. */
export interface OutboxRow extends Ref {
  /** The stamp of the version that waits: the entity row's. */
  readonly stamp: Stamp;
  /** The last version known from the server when the first of the waiting writes was made, and its content for merging. */
  readonly base: Stamp | null;
  readonly baseVersion: Version | null;
  /** Device time of the last edit, in milliseconds. */
  readonly editedMs: number;
  /** Device time of the first waiting edit; rows go out in this order. */
  readonly queuedMs: number;
  /** Stamps that left in a request whose answer is unknown. */
  readonly sent: readonly Stamp[];
  /** The newest version known from the server, where it isn't the base. */
  readonly theirs: (Version & {readonly seq: number}) | null;
  readonly tries: number;
  /** Why the server refused it. Parked rows wait for "Retry" or another edit, and block nothing. */
  readonly parked: SyncError | null;
  /** Parts that the server asked for: sent whole the next time. */
  readonly sendWhole: boolean;
}

export interface ServerLink {
  readonly address: string;
  readonly account: {readonly id: string; readonly username: string};
  readonly deviceId: string;
  /** Null once the server refused it: signing in again sets it. */
  readonly token: string | null;
}

/** A first sync under way: everything up to `head` arrives by lanes, each by kind and id. */
export interface FirstSync {
  readonly head: Position;
  readonly lane: Lane;
  /** The last entity that this lane has brought. */
  readonly after: Ref | null;
  /** Rows stored and rows expected of this lane. */
  readonly received: number;
  readonly total: number;
  /** Data and texts that have come, of all lanes. */
  readonly bytes?: number;
}

export interface ClockSample {
  /** Server minus device. */
  readonly offsetMs: number;
  /** Half the round trip: the offset is right within this. */
  readonly errorMs: number;
  readonly wallMs: number;
  readonly monotonicMs: number;
}

export interface HashCheck {
  readonly atMs: number;
  readonly result: 'equal' | 'different';
  readonly root: Hash;
  readonly serverRoot: Hash;
}

/**
 * An entity that no side has whole: named to the person, who decides. `where`: whose row fails its own hash; `nowhere`: its text is on
 * neither side; `refused`: whole here, not on the server, and not taken by it.
 */
export interface Unresolved extends Ref {
  readonly where: 'device' | 'server' | 'nowhere' | 'refused';
}

/** What "Verify everything" found. `device_only`: the server couldn't be asked; `moved`: notes kept changing meanwhile. */
export interface Verification {
  readonly atMs: number;
  readonly result: 'equal' | 'repaired' | 'unresolved' | 'device_only' | 'moved';
  /** Entities recomputed here. */
  readonly checked: number;
  /** Of both sides: rows that were damaged, lost or unknown to the other. */
  readonly repaired: number;
}

/** A pass of the scrub over all rows of this device. */
export interface ScrubPass {
  readonly startedMs: number;
  /** Entities read so far. */
  readonly checked: number;
  /** Of these, what was damaged, missing or unknown to the digest. */
  readonly found: number;
  /** When the last of these was found, and the next hash check began to count. */
  readonly foundMs: number | null;
}

/** How far stored rows have been read against their hashes (src/sync/scrub.ts). */
export interface Scrub {
  /** Null between two passes. */
  readonly pass: (ScrubPass & {readonly nextBucket: number}) | null;
  readonly last: (ScrubPass & {readonly endedMs: number}) | null;
}

export const NEVER_SCRUBBED: Scrub = {pass: null, last: null};

/** A notebook in use on its way into an account (join.ts). */
export interface Joining {
  readonly accountId: string;
  /** `add`: to what the account has. `fill`: it is new, and gets everything as it is here. */
  readonly how: 'add' | 'fill';
  /** The last row that was made ready. */
  readonly after: Ref | null;
}

/** What joins what. */
export interface Joiner {
  readonly replica: string;
  readonly deviceName: string;
  readonly accountId: string;
}

/** The one row about the replica itself. */
export interface ReplicaState {
  readonly replica: string;
  readonly deviceName: string;
  readonly createdMs: number;
  /** The address in "Server instance address", also before there is an account. */
  readonly address: string | null;
  readonly timeoutMs: number;
  readonly server: ServerLink | null;
  readonly epoch: string | null;
  readonly cursor: Position | null;
  /** The highest position seen in any answer. */
  readonly seen: Position | null;
  readonly firstSync: FirstSync | null;
  readonly clock: ClockSample | null;
  readonly clockChoice: 'own' | 'server';
  readonly lastSyncMs: number | null;
  readonly lastCheck: HashCheck | null;
  readonly lastVerification: Verification | null;
  readonly scrub: Scrub;
  readonly unresolved: readonly Unresolved[];
  /** Where the repairs of a difference were given up: not tried again by itself until one of the two roots changes. */
  readonly givenUp: Pick<HashCheck, 'root' | 'serverRoot'> | null;
  /**
   * Set while this device comes back after the server has forgotten deletions that it doesn't know of (returning.ts): what it
   * knows at a seq below this one, and the server lacks, was deleted. Absent in rows of older builds, like the next.
   */
  readonly returning?: number | null;
  /** The lowest cursor that was pulled from since the floor was last looked at, or since this device is returning. */
  readonly pulledFrom?: number | null;
  /**
   * Device time at which something last went to this device's own "Recently deleted", known to no server; null when all of
   * it is erased (erase-here.ts).
   */
  readonly ownDeletedMs?: number | null;
  /** Set from signing in until all rows are ready to be sent. */
  readonly joining?: Joining | null;
  /** The account that this notebook was disconnected from: what it knows of that server is kept for signing in again. */
  readonly formerAccount?: string | null;
  /** The protocol version that both speak; null before the first hello. */
  readonly protocol: number | null;
  /** The failure of the last round; null after a good one. */
  readonly problem: SyncError | null;
  readonly paused: boolean;
}

/**
 * Whether a first sync is still bringing titles and places: then what is here is a part of the tree (ADR 29). One that gets
 * everything again isn't: what it brings is here. Nor is one of a server that was let go: what is here is all there is.
 */
export function isArriving({
  firstSync,
  lastSyncMs,
  server,
}: Pick<ReplicaState, 'firstSync' | 'lastSyncMs' | 'server'>): boolean {
  return server !== null && firstSync?.lane === 'heads' && lastSyncMs === null;
}

/** How long things are kept, as the notebook's options say. */
export interface Lifetimes {
  /** What is deleted can be restored for so long, in milliseconds. */
  readonly deletedMs: number;
  /** An automatic revision (reason `edit`) is kept when the last one of a note is at least so old, in milliseconds. */
  readonly reviseEveryMs: number;
  /** So many automatic revisions of a note are kept. */
  readonly revisionsPerNote: number;
}

/** SHA-256 of each, in their order. Never inside a transaction: it may be the platform's, which isn't synchronous (ADR 10). */
export type HashAll = (parts: readonly Bytes[]) => Promise<Hash[]>;

/** Reads the options in the caller's transaction (src/notes/lifetimes.ts). */
export type ReadLifetimes = (tx: Pick<StoreTx, 'entities'>) => Promise<Lifetimes>;

/**
 * What becomes of a row in an account that has notes (src/notes/joining.ts). `send`: it goes there as it is. `leave out`: the account has
 * its own. Else these are made in its place.
 */
export type FateInAccount = (row: Head, joiner: Joiner) => 'send' | 'leave out' | readonly EntityChange[];

/** The note that an entity belongs to: of a note itself, of an option null (src/notes/note-of.ts). */
export type NoteOf = (head: Head) => string | null;

/** A row that failed its own hash, as it was stored, for a person who can still read it. */
export interface AsideRow extends Ref {
  readonly atMs: number;
  readonly entity: EntityRow;
  readonly body: BodyRow | null;
}

/** Operations of one transaction. Order of results is the order of what was asked. */
export interface StoreTx {
  state(): Promise<ReplicaState | undefined>;
  putState(state: ReplicaState): Promise<void>;
  entities(refs: readonly Ref[]): Promise<(EntityRow | undefined)[]>;
  putEntities(rows: readonly EntityRow[]): Promise<void>;
  /**
   * The same for rows of which nothing is stored, as a first sync brings them: many, by kind and id, after those before. A store
   * may keep neighbours together; nothing else tells the two apart.
   */
  packEntities(rows: readonly EntityRow[]): Promise<void>;
  deleteEntities(refs: readonly Ref[]): Promise<void>;
  /** Ids of one kind in their order, after `after` (null: from the first), at most `limit`. */
  ids(kind: Kind, after: string | null, limit: number): Promise<string[]>;
  /** All live revisions of an entity, in no order. */
  revisionsOf(of: string): Promise<EntityRow[]>;
  setAside(rows: readonly AsideRow[]): Promise<void>;
  asides(): Promise<AsideRow[]>;
  bodies(refs: readonly Ref[]): Promise<(BodyRow | undefined)[]>;
  putBodies(rows: readonly BodyRow[]): Promise<void>;
  /** As packEntities. */
  packBodies(rows: readonly BodyRow[]): Promise<void>;
  deleteBodies(refs: readonly Ref[]): Promise<void>;
  outbox(refs: readonly Ref[]): Promise<(OutboxRow | undefined)[]>;
  /** Rows that aren't parked, oldest `queuedMs` first. */
  outboxHead(limit: number): Promise<OutboxRow[]>;
  /**
   * Rows that aren't parked, by kind and then id, after `after` (null: from the first): with many waiting these are
   * neighbours, whose rows are read at once.
   */
  outboxByRef(limit: number, after: Ref | null): Promise<OutboxRow[]>;
  putOutbox(rows: readonly OutboxRow[]): Promise<void>;
  /** The same for rows that are stored, and of which nothing but `stamp`, `sent` and `tries` changed: many at once cost little. */
  markSent(rows: readonly OutboxRow[]): Promise<void>;
  deleteOutbox(refs: readonly Ref[]): Promise<void>;
  /** All rows that are parked. */
  parkedOutbox(): Promise<OutboxRow[]>;
  /** The buckets asked for; an absent one is EMPTY_BUCKET. */
  buckets(indexes: readonly number[]): Promise<Bucket[]>;
  putBuckets(buckets: readonly {readonly index: number; readonly bucket: Bucket}[]): Promise<void>;
  /** Nothing is stored any more. */
  clear(): Promise<void>;
}

/** What changed for people who watch: the replica's state and how much waits. */
export interface Overview {
  readonly state: ReplicaState | undefined;
  readonly waiting: number;
  readonly parked: number;
}

/**
 * A transaction applies everything or nothing, and is isolated from every other, those of other tabs included. Rejects
 * with SyncFailure (`storage_full`, `storage_broken`, `storage_blocked`, `storage_outdated`) or with what `body` threw. `body` awaits nothing
 * but the transaction's own operations: IndexedDB commits behind any other await.
 */
export interface Store {
  transaction<T>(mode: 'read' | 'write', body: (tx: StoreTx) => Promise<T>): Promise<T>;
  /** Calls at once and after every change, from other tabs too. */
  watch(listener: (overview: Overview) => void): () => void;
}

export interface CallOptions {
  readonly address: string;
  readonly token: string | null;
  readonly timeoutMs: number;
}

/** Never rejects: every failure is a SyncError. Answers are checked by the protocol's schemas (protocol/answer.ts). */
export interface Transport {
  call<N extends CallName>(name: N, request: CallRequest<N>, options: CallOptions): Promise<Result<CallAnswer<N>>>;
  /** Holds an event stream open until the returned function is called; `onEnd` is told once why it ended by itself. */
  openPokes(options: CallOptions, onPoke: (poke: Poke) => void, onEnd: (error: SyncError) => void): () => void;
}

export interface Time {
  /** Milliseconds since 1970 by the device's clock, which may be wrong and may step. */
  wallMs(): number;
  /** Milliseconds that only go forward, whatever the wall clock does. */
  monotonicMs(): number;
  /** Calls once after `delayMs`, unless cancelled. */
  after(delayMs: number, action: () => void): () => void;
}

export interface Random {
  bytes(count: number): Bytes;
  /** 0 ≤ x < 1, for jitter only. */
  fraction(): number;
}

/** Locks between tabs and the worker. They save work; correctness never rests on them. */
export interface Locks {
  /** Runs `body` when no other holder of `name` runs. */
  exclusive<T>(name: string, body: () => Promise<T>): Promise<T>;
  /**
   * Calls `onLead` when this context holds `name`, which it keeps until it stops, and `onLost` when another took it; then it
   * waits again.
   */
  lead(name: string, onLead: () => void, onLost: () => void): Leadership;
  /** Tells when anybody begins to hold `name`, and when nobody does any more, however the holder ended. */
  watch(name: string, listener: (isHeld: boolean) => void): () => void;
}

export interface Leadership {
  /** Takes the lock from who has it. Does nothing while it is held here. */
  claim(): void;
  stop(): void;
}

/** What the browser does for a page that is gone. Where there is nothing of the kind these do nothing. */
export interface Background {
  /** Has the worker look at the outbox when there is a network, also without a page. Coalesced, never rejects. */
  requestSync(): void;
  /** Has the worker look at the outbox now. */
  handOver(): void;
}

/** What the browser says of its network. `online` is a hint: a server can be down all the same. */
export interface Connectivity {
  isOnline(): boolean;
  isVisible(): boolean;
  /** Calls on every change of either, with what happened. */
  watch(listener: (event: 'online' | 'offline' | 'visible' | 'hidden') => void): () => void;
}
