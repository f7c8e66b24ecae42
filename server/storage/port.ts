/**
 * The storage port: what the server core needs of a database. Every table is keyed by account first, so that the same
 * schema shards. Asynchronous throughout: SQLite answers at once, PostgreSQL won't.
 *
 * 1. A write transaction applies everything or nothing: when its body throws, nothing of it is seen by anyone.
 * 2. When `write` resolves, the transaction is durable.
 * 3. A write transaction holds the account's row lock: of two for one account the second sees all of the first.
 * 4. A read sees one snapshot, from its first row to its last.
 * A body must not await anything but its transaction: others wait for it.
 */

import type {Bytes} from '../../protocol/bytes.ts';
import type {Bucket} from '../../protocol/digest.ts';
import type {Kind, Ref, Version} from '../../protocol/entity.ts';
import type {Lane} from '../../protocol/messages.ts';
import type {Stamp} from '../../protocol/stamp.ts';

export interface Storage {
  read<T>(body: (tx: StorageReads) => Promise<T>): Promise<T>;
  /** `accountId` null: a transaction over the accounts themselves, as in setup. */
  write<T>(accountId: string | null, body: (tx: StorageWrites) => Promise<T>): Promise<T>;
  /** Waits for what runs; every later call rejects. */
  close(): Promise<void>;
}

export interface StorageReads {
  /** A value of the server itself: epoch, hash of the setup code, where the scrub stands, what the clock said last. */
  meta(key: MetaKey): Promise<string | undefined>;
  accountIds(): Promise<readonly string[]>;
  accountByKey(usernameKey: string): Promise<AccountRow | undefined>;
  device(accountId: string, deviceId: string): Promise<DeviceRow | undefined>;
  deviceByToken(tokenHash: string): Promise<DeviceRow | undefined>;
  /** Where the devices of the account that weren't removed were last heard of, as far as that is known. */
  addresses(accountId: string): Promise<readonly string[]>;
  document(accountId: string): Promise<DocumentRow | undefined>;
  entity(accountId: string, ref: Ref): Promise<EntityRow | undefined>;
  /** Without its body: `body` is null. */
  head(accountId: string, ref: Ref): Promise<EntityRow | undefined>;
  /** Places after `after` up to and with `until`, in order of position, at most `limit`. */
  places(accountId: string, query: PlacesQuery): Promise<readonly Place[]>;
  /**
   * What a lane of a first sync has at `until`, by kind and id, after `after`: at most `maxRows` rows, ending with the one that
   * passes `maxBytes`. Heads come without their bodies (null).
   */
  laneRows(accountId: string, query: LaneQuery): Promise<readonly EntityRow[]>;
  /** How many rows the lane has at `until`. */
  countLane(accountId: string, query: Pick<LaneQuery, 'lane' | 'until'>): Promise<number>;
  /** Whether a row has this seq. */
  hasSeq(accountId: string, seq: number): Promise<boolean>;
  /** Every entity of the account that the digest counts in one bucket. */
  counted(accountId: string, bucket: number): Promise<readonly CountedRow[]>;
  judged(accountId: string, ref: Ref, stamp: Stamp): Promise<JudgedRow | undefined>;
  /** The first commit at or after `seq`. */
  commitAt(accountId: string, seq: number): Promise<CommitRow | undefined>;
  bucket(accountId: string, index: number): Promise<Bucket | undefined>;
  /** Tombstones with content whose time has passed, the oldest first, after `after`, at most `limit`. Without bodies (null). */
  dueTombstones(accountId: string, query: DueQuery): Promise<readonly DueRow[]>;
  /** Tombstones without content that came or lost it at or before `untilMs`, the oldest first, at most `limit`. */
  erasedTombstones(accountId: string, untilMs: number, limit: number): Promise<readonly ErasedRow[]>;
  /** What belonged to a note and was deleted together with it, as far as it has content; notes are none of it. */
  tombstonesOf(accountId: string, noteId: string): Promise<readonly EntityRow[]>;
  /**
   * Live revisions of what has lost its content, at most `limit`, in no order; without bodies (null). None that is an unresolved
   * conflict, nor where there is one of the same entity.
   */
  revisionsOfErased(accountId: string, limit: number): Promise<readonly EntityRow[]>;
  /** The versions whose bytes were ever set aside, in no order. */
  asides(accountId: string): Promise<readonly AsideRef[]>;
  /** All live revisions that are unresolved conflicts, in no order; without bodies (null). */
  openConflicts(accountId: string): Promise<readonly EntityRow[]>;
  /** Whether a live revision keeps an unresolved conflict of this entity. */
  hasOpenConflict(accountId: string, of: string): Promise<boolean>;
}

export interface StorageWrites extends StorageReads {
  putMeta(key: MetaKey, value: string): Promise<void>;
  /** Throws where the id or the username's key is taken. */
  addAccount(account: AccountRow, document: DocumentRow): Promise<void>;
  putDevice(device: DeviceRow): Promise<void>;
  putDocument(accountId: string, document: DocumentRow): Promise<void>;
  /** `row.body` must be here. */
  putEntity(accountId: string, row: WholeRow): Promise<void>;
  deleteEntity(accountId: string, ref: Ref): Promise<void>;
  putJudged(accountId: string, ref: Ref, row: JudgedRow): Promise<void>;
  /** All stamps that were judged of this entity. */
  forgetJudged(accountId: string, ref: Ref): Promise<void>;
  addCommit(accountId: string, commit: CommitRow): Promise<void>;
  putBucket(accountId: string, index: number, bucket: Bucket): Promise<void>;
  /** Keeps the bytes of a row that fails its own hash, before it is replaced; of one version at one seq those that came first. */
  setAside(accountId: string, row: EntityRow, nowMs: number): Promise<void>;
}

export type MetaKey = 'epoch' | 'setup_code_hash' | 'scrub' | 'clock';

export interface AsideRef extends Ref {
  /** As it was read: it may have been damaged itself. */
  readonly stamp: string;
}

export interface AccountRow {
  readonly id: string;
  /** As it was typed; `usernameKey` is what must be unique. */
  readonly username: string;
  readonly usernameKey: string;
  readonly passwordHash: string;
  readonly createdMs: number;
}

export interface DeviceRow {
  readonly accountId: string;
  readonly id: string;
  readonly name: string;
  /** SHA-256 of the token; the token itself is nowhere. */
  readonly tokenHash: string;
  readonly createdMs: number;
  readonly lastSeenMs: number;
  readonly lastAddress: string | null;
  /** How far the device had pulled when it was last heard of. */
  readonly cursorSeq: number;
  readonly removedMs: number | null;
}

/** What there is once per account: the head of its history and its digest. */
export interface DocumentRow {
  readonly headSeq: number;
  readonly headMark: string;
  readonly root: string;
  /** The 256 bucket digests, in order. */
  readonly digests: Bytes;
  /** The highest seq of a tombstone that was dropped: a replica that has pulled less may not know of that deletion. */
  readonly floor: number;
  /** Buckets, in order, of which counted rows were lost or damaged once: what they lack needn't have been deleted. */
  readonly lossy: readonly number[];
}

export interface EntityRow extends Version {
  readonly seq: number;
  /** The seq at which the body got its present hash. */
  readonly bodySeq: number;
  readonly receivedMs: number;
}

export interface WholeRow extends EntityRow {
  readonly body: Bytes;
}

/** Every row at its seq and, once more, every note at its bodySeq where that is lower; see core/pull.ts. */
export interface PlacesQuery {
  readonly after: number;
  readonly until: number;
  readonly limit: number;
}

export interface DueQuery {
  readonly nowMs: number;
  /** Null: from the first. */
  readonly after: {readonly eraseAtMs: number; readonly seq: number} | null;
  readonly limit: number;
}

export interface DueRow extends EntityRow {
  /** The time by which it was found, and is ordered: what is stored beside the row, and may have been damaged apart from it. */
  readonly foundAtMs: number;
}

/** Everything but revisions, at its seq; texts of notes, at their bodySeq; revisions. Nothing that is erased. */
export interface LaneQuery {
  readonly lane: Lane;
  readonly after: Ref | null;
  readonly until: number;
  readonly maxRows: number;
  readonly maxBytes: number;
}

export interface Place extends Ref {
  readonly position: number;
  readonly bodySeq: number;
  readonly dataBytes: number;
  readonly bodyBytes: number;
}

export interface ErasedRow extends Ref {
  readonly seq: number;
}

export interface CountedRow extends Ref {
  readonly kind: Kind;
  readonly stamp: Stamp;
  readonly hash: string;
}

/**
 * What became of one stamp of one entity. `same`: its content was there already, under the stamp that is its only parent;
 * `seen`: named in `sent` of a push that was judged.
 */
export interface JudgedRow {
  readonly stamp: Stamp;
  readonly outcome: 'applied' | 'won' | 'lost' | 'same' | 'seen';
  /** `won`: the id of the revision that keeps what it won over, so that a repeated request gets the same answer. */
  readonly over?: string;
  /** The stamps that it was written on top of, as far as they are known. */
  readonly parents: readonly Stamp[];
}

export interface CommitRow {
  /** Of the last row that the commit wrote; its own where only the digest changed. */
  readonly seq: number;
  readonly mark: string;
}
