/** A world for tests of screens: nothing in it does anything until a test says so. */

import {failed, ok, type Result} from '../../../protocol/errors.ts';
import type {Notebook} from '../../db/repositories.ts';
import type {Live, SyncControl, SyncStatus} from '../../sync/api.ts';
import type {Writer} from '../../sync/changes.ts';
import type {ReplicaState} from '../../sync/ports.ts';
import {newReplicaState} from '../../sync/replica-state.ts';
import type {App} from '../app-context.ts';

export const ROOT = 'q8Zr1mC0yW2bN4vL6xT7pK9sJ3hF5dG1aQ2wE4rT6yU';
const NOW_MS = 1_800_000_000_000;

const SERVER = {
  address: 'https://notes.example',
  account: {id: 'account', username: 'ada'},
  deviceId: 'device',
  token: 'token',
};

export const LINKED_REPLICA: ReplicaState = {
  ...newReplicaState({
    replica: 'replica',
    deviceName: 'Test browser',
    createdMs: NOW_MS,
    address: SERVER.address,
    server: SERVER,
  }),
  epoch: 'epoch',
  cursor: {seq: 7, mark: 'mark'},
  seen: {seq: 7, mark: 'mark'},
  lastSyncMs: NOW_MS,
};

export const SYNCED: SyncStatus = {
  state: 'synced',
  waiting: 0,
  parked: 0,
  firstSync: null,
  arriving: false,
  problem: null,
  lastSyncMs: NOW_MS,
  lastCheck: {atMs: NOW_MS, result: 'equal', root: ROOT, serverRoot: ROOT},
  lastVerification: null,
  unresolved: [],
  clockOffsetMs: 300,
  replica: LINKED_REPLICA,
};

export const NO_NOTEBOOK: SyncStatus = {
  ...SYNCED,
  state: 'not_set_up',
  lastSyncMs: null,
  lastCheck: null,
  clockOffsetMs: null,
  replica: null,
};

export type ServerAnswer = Result<{readonly initialized: boolean; readonly version: string}>;
export const INITIALIZED: ServerAnswer = ok({initialized: true, version: '1'});
export const UNINITIALIZED: ServerAnswer = ok({initialized: false, version: '1'});
export const UNREACHABLE: ServerAnswer = failed({type: 'unreachable', message: ''});

export interface Settable<T> extends Live<T> {
  set(value: T): void;
}

export function settable<T>(first: T): Settable<T> {
  let value = first;
  const listeners = new Set<(value: T) => void>();
  return {
    set(next) {
      value = next;
      for (const listener of listeners) listener(next);
    },
    subscribe(listener) {
      listeners.add(listener);
      listener(value);
      return () => listeners.delete(listener);
    },
  };
}

interface FakeAppInput {
  readonly status: Live<SyncStatus>;
  readonly control?: Partial<SyncControl>;
  readonly notebook?: Partial<Notebook>;
}

/** What a test doesn't give throws when it is used. */
export function fakeApp({status, control = {}, notebook = {}}: FakeAppInput): App {
  return {
    control: withoutRest<SyncControl>({status, ...control}),
    notebook: withoutRest<Notebook>({
      watchOutbox: () => settable([]),
      watchUnresolved: () => settable([]),
      watchAllConflicts: () => settable([]),
      ...notebook,
    }),
    failure: {subscribe: () => () => {}},
    update: {ready: settable(false), restart: async () => {}, check: () => {}},
    writer: withoutRest<Writer>({newId: () => 'new-id'}),
    importTrilium: () => Promise.reject(new Error('not faked')),
    version: '0.0.0',
    leftBehind: null,
    basePath: '/',
    ownAddress: 'https://own.example/',
  };
}

function withoutRest<T extends object>(given: Partial<T>): T {
  return new Proxy(given as T, {
    get(target, name) {
      if (name in target) return target[name as keyof T];
      throw new Error(`not faked: ${String(name)}`);
    },
  });
}
