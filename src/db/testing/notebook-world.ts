/** A notebook on a fresh database, with the real Writer and a clock that a test moves. */

import Dexie from 'dexie';
import type {Kind} from '../../../protocol/entity.ts';
import type {SyncError} from '../../../protocol/errors.ts';
import {readLifetimes} from '../../notes/lifetimes.ts';
import {mergeBody} from '../../notes/merge.ts';
import type {Live} from '../../sync/api.ts';
import type {Writer} from '../../sync/changes.ts';
import type {EntityRow, OutboxRow, Random, ReplicaState, Store, Time} from '../../sync/ports.ts';
import {stateOf} from '../../sync/testing/rows.ts';
import {createWriter} from '../../sync/writer.ts';
import {createDexieStore} from '../dexie-store.ts';
import {readOnce} from '../live.ts';
import {createNotebook} from '../notebook.ts';
import type {EntityRecord} from '../records.ts';
import type {Notebook} from '../repositories.ts';
import {createDatabase, type Database} from '../schema.ts';

export const START_MS = Date.UTC(2026, 0, 1);
export const REPLICA = 'phone-replica-01';

export interface NotebookWorld {
  readonly database: Database;
  readonly store: Store;
  readonly writer: Writer;
  readonly notebook: Notebook;
  readonly failures: readonly SyncError[];
  nowMs: number;
  /** The same notebook in another tab: an own connection to the same database. */
  openTab(): Notebook;
  patchState(parts: Partial<ReplicaState>): Promise<void>;
  /** The server acknowledged everything. */
  acknowledgeAll(): Promise<void>;
  entity(kind: Kind, id: string): Promise<EntityRow>;
  outbox(): Promise<OutboxRow[]>;
  all(kind: Kind): Promise<EntityRecord[]>;
  close(): Promise<void>;
}

let names = 0;

export async function createNotebookWorld(): Promise<NotebookWorld> {
  const name = `notebook-${Date.now()}-${names++}`;
  const failures: SyncError[] = [];
  const opened: Database[] = [];
  const open = () => {
    const database = createDatabase({name, onFailure: (error) => failures.push(error)});
    opened.push(database);
    const store = createDexieStore(database);
    const writer = createWriter({store, time, random, readLifetimes, merging: {mergeBody}});
    return {database, store, writer, notebook: createNotebook({db: database, writer, time})};
  };
  const time: Time = {
    wallMs: () => world.nowMs,
    monotonicMs: () => performance.now(),
    after(delayMs, action) {
      const timer = setTimeout(action, delayMs);
      return () => clearTimeout(timer);
    },
  };
  const random: Random = {
    bytes: (count) => crypto.getRandomValues(new Uint8Array(count)),
    fraction: () => 0.5,
  };
  const first = open();
  const {database, store} = first;
  const world: NotebookWorld = {
    ...first,
    failures,
    nowMs: START_MS,
    openTab: () => open().notebook,
    patchState: (parts) =>
      store.transaction('write', async (tx) => tx.putState({...((await tx.state()) ?? NEW_STATE), ...parts})),
    acknowledgeAll: () =>
      store.transaction('write', async (tx) => tx.deleteOutbox(await tx.outboxHead(Number.MAX_SAFE_INTEGER))),
    entity: async (kind, id) => {
      const [row] = await store.transaction('read', (tx) => tx.entities([{kind, id}]));
      if (row === undefined) throw new Error(`no ${kind} ${id}`);
      return row;
    },
    outbox: () => store.transaction('read', (tx) => tx.outboxHead(1000)),
    all: (kind) =>
      readOnce(database, async ({entities}) => {
        const rows = await entities(kind).bulkGet(await entities(kind).ids(null, 1_000_000));
        return rows.filter((row) => row !== undefined);
      }),
    close: async () => {
      for (const one of opened) one.close();
      await Dexie.delete(name);
    },
  };
  await world.patchState({});
  return world;
}

const NEW_STATE = stateOf({replica: REPLICA, deviceName: 'My phone', createdMs: START_MS});

export const SERVER: ReplicaState['server'] = {
  address: 'https://aster.test',
  account: {id: 'account-1', username: 'ann'},
  deviceId: 'device-1',
  token: 'token-01',
};

/** The values of a live view as they come. */
export interface Watched<T> {
  readonly values: T[];
  /** The first value, seen already or still to come, that `isWanted`. */
  until(isWanted: (value: T) => boolean): Promise<T>;
  stop(): void;
}

export function watch<T>(live: Live<T>): Watched<T> {
  const values: T[] = [];
  const checks = new Set<() => void>();
  const stop = live.subscribe((value) => {
    values.push(value);
    for (const check of [...checks]) check();
  });
  return {
    values,
    stop,
    until: (isWanted) =>
      new Promise((resolve) => {
        const check = () => {
          const latest = values.at(-1);
          if (latest === undefined || !isWanted(latest)) return;
          checks.delete(check);
          resolve(latest);
        };
        checks.add(check);
        check();
      }),
  };
}

/** The next value of a view that is watched for just that. */
export async function present<T>(live: Live<T>): Promise<T> {
  const watched = watch(live);
  const value = await watched.until(() => true);
  watched.stop();
  return value;
}
