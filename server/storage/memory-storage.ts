/**
 * The storage port in memory: for tests and the simulation. Reads and writes take turns in one queue; a write that throws
 * is undone step by step, backwards.
 */

import type {Bucket} from '../../protocol/digest.ts';
import {compareRefs, type Ref, refKey} from '../../protocol/entity.ts';
import type {Lane} from '../../protocol/messages.ts';
import type {
  AccountRow,
  CommitRow,
  DeviceRow,
  DocumentRow,
  DueQuery,
  EntityRow,
  JudgedRow,
  LaneQuery,
  MetaKey,
  Place,
  PlacesQuery,
  Storage,
  StorageReads,
  StorageWrites,
} from './port.ts';
import {createQueue} from './queue.ts';
import {factsOf, type RowFacts} from './row-facts.ts';

export interface MemoryStorage extends Storage {
  /** The tables, for tests that damage them or look inside. */
  readonly tables: Tables;
  /** All that is stored now; `restore` puts it back, as a copied folder would. */
  copy(): Tables;
  restore(tables: Tables): void;
}

export interface Tables {
  readonly meta: Map<MetaKey, string>;
  readonly accounts: Map<string, AccountRow>;
  readonly devices: Map<string, DeviceRow>;
  readonly documents: Map<string, DocumentRow>;
  /** By account, then by kind and id. */
  readonly entities: Map<string, Map<string, StoredEntity>>;
  readonly judged: Map<string, Map<string, JudgedRow>>;
  readonly commits: Map<string, Map<number, CommitRow>>;
  readonly buckets: Map<string, Map<number, Bucket>>;
  readonly aside: Map<string, Map<string, EntityRow>>;
}

export interface StoredEntity {
  readonly row: EntityRow;
  readonly facts: RowFacts;
}

export function createMemoryStorage(): MemoryStorage {
  const inTurn = createQueue();
  const tables = emptyTables();
  const reads = readsOf(tables);
  let closed = false;
  const open = () => {
    if (closed) throw new Error('the storage is closed');
  };
  return {
    tables,
    read: (body) =>
      inTurn(async () => {
        open();
        return body(reads);
      }),
    write: (_accountId, body) =>
      inTurn(async () => {
        open();
        const undo: (() => void)[] = [];
        try {
          return await body({...reads, ...writesOf(tables, undo)});
        } catch (error) {
          for (const step of undo.reverse()) step();
          throw error;
        }
      }),
    close: () =>
      inTurn(async () => {
        closed = true;
      }),
    copy: () => copyTables(tables),
    restore: (from) => fillTables(tables, copyTables(from)),
  };
}

function emptyTables(): Tables {
  return {
    meta: new Map(),
    accounts: new Map(),
    devices: new Map(),
    documents: new Map(),
    entities: new Map(),
    judged: new Map(),
    commits: new Map(),
    buckets: new Map(),
    aside: new Map(),
  };
}

function copyTables(from: Tables): Tables {
  const copy = emptyTables();
  fillTables(copy, from);
  return copy;
}

function fillTables(to: Tables, from: Tables): void {
  for (const name of Object.keys(from) as (keyof Tables)[]) {
    const target = to[name] as Map<unknown, unknown>;
    target.clear();
    for (const [key, value] of from[name] as Map<unknown, unknown>) {
      target.set(key, value instanceof Map ? new Map(value) : value);
    }
  }
}

function readsOf(tables: Tables): StorageReads {
  const rowsOf = (accountId: string) => [...(tables.entities.get(accountId)?.values() ?? [])];
  const rowOf = (accountId: string, ref: Ref) => tables.entities.get(accountId)?.get(refKey(ref))?.row;
  return {
    meta: async (key) => tables.meta.get(key),
    accountIds: async () => [...tables.accounts.keys()],
    accountByKey: async (key) => [...tables.accounts.values()].find(({usernameKey}) => usernameKey === key),
    device: async (accountId, deviceId) => tables.devices.get(`${accountId}:${deviceId}`),
    deviceByToken: async (hash) => [...tables.devices.values()].find(({tokenHash}) => tokenHash === hash),
    addresses: async (accountId) => [
      ...new Set(
        [...tables.devices.values()]
          .filter((device) => device.accountId === accountId && device.removedMs === null)
          .flatMap(({lastAddress}) => lastAddress ?? []),
      ),
    ],
    document: async (accountId) => tables.documents.get(accountId),
    entity: async (accountId, ref) => rowOf(accountId, ref),
    head: async (accountId, ref) => {
      const row = rowOf(accountId, ref);
      return row && {...row, body: null};
    },
    places: async (accountId, query) => placesOf(rowsOf(accountId), query).slice(0, query.limit),
    laneRows: async (accountId, query) => takeBytes(laneOf(rowsOf(accountId), query), query),
    countLane: async (accountId, {lane, until}) => laneOf(rowsOf(accountId), {lane, until, after: null}).length,
    hasSeq: async (accountId, seq) => rowsOf(accountId).some(({row}) => row.seq === seq),
    counted: async (accountId, bucket) =>
      rowsOf(accountId)
        .filter(({facts}) => facts.counted && facts.bucket === bucket)
        .map(({row: {kind, id, stamp, hash}}) => ({kind, id, stamp, hash})),
    judged: async (accountId, ref, stamp) => tables.judged.get(accountId)?.get(judgedKey(ref, stamp)),
    commitAt: async (accountId, seq) =>
      [...(tables.commits.get(accountId)?.values() ?? [])]
        .filter((commit) => commit.seq >= seq)
        .reduce<CommitRow | undefined>(
          (first, commit) => (first && first.seq < commit.seq ? first : commit),
          undefined,
        ),
    bucket: async (accountId, index) => tables.buckets.get(accountId)?.get(index),
    dueTombstones: async (accountId, {nowMs, after, limit}) =>
      rowsOf(accountId)
        .map(({row, facts}) => ({row, eraseAtMs: facts.eraseAtMs ?? Number.POSITIVE_INFINITY}))
        .filter(({row, eraseAtMs}) => eraseAtMs <= nowMs && isAfter({eraseAtMs, seq: row.seq}, after))
        .sort((a, b) => a.eraseAtMs - b.eraseAtMs || a.row.seq - b.row.seq)
        .slice(0, limit)
        .map(({row, eraseAtMs}) => ({...row, body: null, foundAtMs: eraseAtMs})),
    erasedTombstones: async (accountId, untilMs, limit) =>
      rowsOf(accountId)
        .filter(({row, facts}) => facts.erased && row.receivedMs <= untilMs)
        .sort((a, b) => a.row.receivedMs - b.row.receivedMs || a.row.seq - b.row.seq)
        .slice(0, limit)
        .map(({row: {kind, id, seq}}) => ({kind, id, seq})),
    tombstonesOf: async (accountId, noteId) =>
      rowsOf(accountId)
        .filter(({row, facts}) => facts.tombstoneOf === noteId && row.kind !== 'note')
        .map(({row}) => ({...row, body: null}))
        .sort((a, b) => a.seq - b.seq),
    revisionsOfErased: async (accountId, limit) => {
      const stored = rowsOf(accountId);
      const erased = new Set(
        stored.flatMap(({row, facts}) => (facts.erased && row.kind !== 'revision' ? [row.id] : [])),
      );
      for (const {facts} of stored) if (facts.openConflictOf !== null) erased.delete(facts.openConflictOf);
      return stored
        .filter(({row}) => !row.deleted && row.meta?.type === 'revision' && erased.has(row.meta.of))
        .slice(0, limit)
        .map(({row}) => ({...row, body: null}));
    },
    asides: async (accountId) =>
      [...(tables.aside.get(accountId)?.values() ?? [])].map(({kind, id, stamp}) => ({kind, id, stamp})),
    openConflicts: async (accountId) =>
      rowsOf(accountId)
        .filter(({facts}) => facts.openConflictOf !== null)
        .map(({row}) => ({...row, body: null})),
    hasOpenConflict: async (accountId, of) => rowsOf(accountId).some(({facts}) => facts.openConflictOf === of),
  };
}

function isAfter(one: {readonly eraseAtMs: number; readonly seq: number}, after: DueQuery['after']): boolean {
  return (
    after === null || one.eraseAtMs > after.eraseAtMs || (one.eraseAtMs === after.eraseAtMs && one.seq > after.seq)
  );
}

type OnlyWrites = Omit<StorageWrites, keyof StorageReads>;

function writesOf(tables: Tables, undo: (() => void)[]): OnlyWrites {
  function put<K, V>(map: Map<K, V>, key: K, value: V): void {
    const before = map.get(key);
    undo.push(before === undefined ? () => map.delete(key) : () => map.set(key, before));
    map.set(key, value);
  }
  function remove<K, V>(map: Map<K, V>, key: K): void {
    const before = map.get(key);
    if (before !== undefined) undo.push(() => map.set(key, before));
    map.delete(key);
  }
  function tableOf<K, V>(byAccount: Map<string, Map<K, V>>, accountId: string): Map<K, V> {
    if (!tables.accounts.has(accountId)) throw new Error(`no account ${accountId}`);
    const table = byAccount.get(accountId) ?? new Map<K, V>();
    byAccount.set(accountId, table);
    return table;
  }
  return {
    putMeta: async (key, value) => put(tables.meta, key, value),
    addAccount: async (account, document) => {
      const taken = [...tables.accounts.values()].some(
        ({id, usernameKey}) => id === account.id || usernameKey === account.usernameKey,
      );
      if (taken) throw new Error(`account ${account.id} or its name is taken`);
      put(tables.accounts, account.id, account);
      put(tables.documents, account.id, document);
    },
    putDevice: async (device) => {
      tableOf(tables.entities, device.accountId);
      put(tables.devices, `${device.accountId}:${device.id}`, device);
    },
    putDocument: async (accountId, document) => put(tables.documents, accountId, document),
    putEntity: async (accountId, row) =>
      put(tableOf(tables.entities, accountId), refKey(row), {row, facts: factsOf(row)}),
    deleteEntity: async (accountId, ref) => remove(tableOf(tables.entities, accountId), refKey(ref)),
    putJudged: async (accountId, ref, row) => put(tableOf(tables.judged, accountId), judgedKey(ref, row.stamp), row),
    forgetJudged: async (accountId, ref) => {
      const judged = tableOf(tables.judged, accountId);
      const keys = [...judged.keys()].filter((key) => key.startsWith(judgedKey(ref, '')));
      for (const key of keys) remove(judged, key);
    },
    addCommit: async (accountId, commit) => {
      const commits = tableOf(tables.commits, accountId);
      if (commits.has(commit.seq)) throw new Error(`there is a commit ${commit.seq} already`);
      put(commits, commit.seq, commit);
    },
    putBucket: async (accountId, index, bucket) => put(tableOf(tables.buckets, accountId), index, bucket),
    setAside: async (accountId, row) => {
      const aside = tableOf(tables.aside, accountId);
      const key = `${refKey(row)}@${row.seq}@${row.stamp}@${row.hash}`;
      if (!aside.has(key)) put(aside, key, row);
    },
  };
}

function judgedKey(ref: Ref, stamp: string): string {
  return `${refKey(ref)}@${stamp}`;
}

function placesOf(stored: readonly StoredEntity[], {after, until}: Omit<PlacesQuery, 'limit'>): Place[] {
  return stored
    .flatMap(({row}) => positionsOf(row).map((position) => placeOf(row, position)))
    .filter(({position}) => position > after && position <= until)
    .sort((a, b) => a.position - b.position);
}

function positionsOf({kind, seq, bodySeq}: EntityRow): number[] {
  return kind === 'note' && bodySeq < seq ? [bodySeq, seq] : [seq];
}

function laneOf(
  stored: readonly StoredEntity[],
  {lane, after, until}: Pick<LaneQuery, 'lane' | 'after' | 'until'>,
): EntityRow[] {
  return stored
    .filter((entity) => isInLane(entity, lane, until))
    .map(({row}) => row)
    .filter((row) => after === null || compareRefs(after, row) < 0)
    .sort(compareRefs);
}

function isInLane({row, facts}: StoredEntity, lane: Lane, until: number): boolean {
  switch (lane) {
    case 'heads':
      return row.kind !== 'revision' && !facts.erased && row.seq <= until;
    case 'bodies':
      return row.kind === 'note' && facts.hasBodyBytes && row.bodySeq <= until;
    case 'revisions':
      return row.kind === 'revision' && !facts.erased && row.seq <= until;
  }
}

/** Up to and with the row that passes the limit; heads without their bodies. */
function takeBytes(rows: readonly EntityRow[], {lane, maxRows, maxBytes}: LaneQuery): EntityRow[] {
  const taken: EntityRow[] = [];
  let bytes = 0;
  for (const row of rows.slice(0, maxRows)) {
    taken.push(lane === 'heads' ? {...row, body: null} : row);
    bytes += row.data.length + (lane === 'heads' ? 0 : (row.body?.length ?? 0));
    if (bytes >= maxBytes) break;
  }
  return taken;
}

function placeOf({kind, id, bodySeq, data, body}: EntityRow, position: number): Place {
  return {kind, id, position, bodySeq, dataBytes: data.length, bodyBytes: body?.length ?? 0};
}
