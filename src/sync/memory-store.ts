/** The store in memory: for tests and the simulation. Transactions run one after the other on a copy that is kept or dropped. */

import {type Bucket, EMPTY_BUCKET} from '../../protocol/digest.ts';
import {compareRefs, type Ref, refKey} from '../../protocol/entity.ts';
import type {AsideRow, BodyRow, EntityRow, OutboxRow, Overview, ReplicaState, Store, StoreTx} from './ports.ts';

export interface StoreTables {
  state: ReplicaState | undefined;
  readonly entities: Map<string, EntityRow>;
  readonly bodies: Map<string, BodyRow>;
  readonly outbox: Map<string, OutboxRow>;
  readonly buckets: Map<number, Bucket>;
  readonly aside: Map<string, AsideRow>;
}

export interface MemoryStore extends Store {
  /** What is durable now, as a copy; `restore` goes back to one. */
  snapshot(): StoreTables;
  restore(snapshot: StoreTables): void;
}

export function createMemoryStore(): MemoryStore {
  let tables = emptyTables();
  let queue: Promise<unknown> = Promise.resolve();
  const listeners = new Set<(overview: Overview) => void>();
  const tell = () => {
    for (const listener of listeners) listener(overviewOf(tables));
  };
  return {
    transaction(mode, body) {
      const run = queue.then(async () => {
        const draft = mode === 'write' ? copyOf(tables) : tables;
        const result = await body(transactionOn(draft));
        if (mode === 'write') {
          tables = draft;
          tell();
        }
        return result;
      });
      queue = run.catch(() => undefined);
      return run;
    },
    watch(listener) {
      listeners.add(listener);
      listener(overviewOf(tables));
      return () => listeners.delete(listener);
    },
    snapshot: () => copyOf(tables),
    restore(snapshot) {
      tables = copyOf(snapshot);
      tell();
    },
  };
}

function transactionOn(tables: StoreTables): StoreTx {
  const {entities, bodies, outbox, buckets, aside} = tables;
  const sorted = () => [...outbox.values()].sort((a, b) => a.queuedMs - b.queuedMs || (refKey(a) < refKey(b) ? -1 : 1));
  return {
    state: async () => tables.state,
    putState: async (state) => {
      tables.state = state;
    },
    entities: async (refs) => refs.map((ref) => entities.get(refKey(ref))),
    putEntities: async (rows) => putAll(entities, rows),
    packEntities: async (rows) => putAll(entities, rows),
    deleteEntities: async (refs) => deleteAll(entities, refs),
    ids: async (kind, after, limit) =>
      [...entities.values()]
        .filter((row) => row.kind === kind && (after === null || row.id > after))
        .map(({id}) => id)
        .sort((a, b) => (a < b ? -1 : 1))
        .slice(0, limit),
    revisionsOf: async (of) => [...entities.values()].filter(({meta}) => meta?.type === 'revision' && meta.of === of),
    setAside: async (rows) => {
      for (const row of rows) aside.set(`${refKey(row)}@${row.atMs}`, row);
    },
    asides: async () => [...aside.values()],
    bodies: async (refs) => refs.map((ref) => bodies.get(refKey(ref))),
    putBodies: async (rows) => putAll(bodies, rows),
    packBodies: async (rows) => putAll(bodies, rows),
    deleteBodies: async (refs) => deleteAll(bodies, refs),
    outbox: async (refs) => refs.map((ref) => outbox.get(refKey(ref))),
    outboxHead: async (limit) =>
      sorted()
        .filter((row) => row.parked === null)
        .slice(0, limit),
    outboxByRef: async (limit, after) =>
      [...outbox.values()]
        .filter((row) => row.parked === null && (after === null || compareRefs(row, after) > 0))
        .sort(compareRefs)
        .slice(0, limit),
    putOutbox: async (rows) => putAll(outbox, rows),
    markSent: async (rows) => putAll(outbox, rows),
    deleteOutbox: async (refs) => deleteAll(outbox, refs),
    parkedOutbox: async () => sorted().filter((row) => row.parked !== null),
    buckets: async (indexes) => indexes.map((index) => buckets.get(index) ?? EMPTY_BUCKET),
    putBuckets: async (rows) => {
      for (const {index, bucket} of rows) buckets.set(index, bucket);
    },
    clear: async () => {
      tables.state = undefined;
      for (const table of [entities, bodies, outbox, buckets, aside]) table.clear();
    },
  };
}

function emptyTables(): StoreTables {
  return {
    state: undefined,
    entities: new Map(),
    bodies: new Map(),
    outbox: new Map(),
    buckets: new Map(),
    aside: new Map(),
  };
}

function copyOf({state, entities, bodies, outbox, buckets, aside}: StoreTables): StoreTables {
  return {
    state,
    entities: new Map(entities),
    bodies: new Map(bodies),
    outbox: new Map(outbox),
    buckets: new Map(buckets),
    aside: new Map(aside),
  };
}

function overviewOf({state, outbox}: StoreTables): Overview {
  const parked = [...outbox.values()].filter((row) => row.parked !== null).length;
  return {state, waiting: outbox.size, parked};
}

function putAll<T extends Ref>(table: Map<string, T>, rows: readonly T[]): void {
  for (const row of rows) table.set(refKey(row), row);
}

function deleteAll(table: Map<string, unknown>, refs: readonly Ref[]): void {
  for (const ref of refs) table.delete(refKey(ref));
}
