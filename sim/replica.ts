/**
 * One browser: a store, tabs with the real engine, a worker that the browser wakes. Each is a process of its own that can
 * die; the store stays. Clock, network and room on the disk are the replica's.
 */

import {type SyncError, SyncFailure} from '../protocol/errors.ts';
import {derivedId} from '../protocol/ids.ts';
import {mergeData} from '../src/notes/merge.ts';
import {deviceNameKey, writeData} from '../src/notes/note-data.ts';
import {type BackgroundWish, runInBackground} from '../src/sync/background.ts';
import {type ConnectPorts, setUpServer, signIn} from '../src/sync/connect.ts';
import {createEngine, type Engine, type EnginePorts} from '../src/sync/engine.ts';
import {createMemoryStore, type MemoryStore} from '../src/sync/memory-store.ts';
import type {Background, Change, Connectivity, Random, ReplicaState, Store, Time, Writer} from '../src/sync/ports.ts';
import {createWriter} from '../src/sync/writer.ts';
import {type Coverage, createLife, type Life} from './life.ts';
import {createLockManager} from './locks.ts';
import {createTransport, type Line} from './network.ts';
import type {SeededRandom} from './random.ts';
import type {Scheduler} from './scheduler.ts';
import {SETUP_CODE, type SimServer, START_MS} from './server.ts';

export interface World {
  readonly scheduler: Scheduler;
  readonly random: SeededRandom;
  readonly server: SimServer;
  readonly coverage: Coverage;
}

export interface Tab {
  readonly life: Life;
  readonly engine: Engine;
  readonly writer: Writer;
  readonly ports: EnginePorts;
  setVisible(isVisible: boolean): void;
}

export interface Replica {
  readonly name: string;
  readonly store: MemoryStore;
  readonly line: Line;
  /** Wall clock minus true time, and how much faster it runs: 0.01 gains 36 seconds an hour. */
  readonly clock: {offsetMs: number; drift: number};
  isFull: boolean;
  readonly tabs: Tab[];
  /** In the place of the tab that is there, which must be dead; -1: one more. */
  openTab(index: number): Tab;
  setOnline(isOnline: boolean): void;
  /** Wakes the worker; its life, so that it may be taken. */
  wake(wish: BackgroundWish): Life;
  /** The account's first replica sets the server up, every other signs in; also after the token was lost. */
  connect(how: 'set up' | 'sign in'): Promise<void>;
  state(): Promise<ReplicaState | undefined>;
}

const ACCOUNT = {address: 'https://aster.test', username: 'ada', password: 'correct horse battery'};
/** Chromium gives a registration so many tries. */
const SYNC_TRIES = 3;

export function createReplica(world: World, name: string): Replica {
  const {scheduler, random, coverage} = world;
  const store = createMemoryStore();
  const locks = createLockManager();
  const watchers = new Set<(event: 'online' | 'offline') => void>();
  let isSyncAsked = false;

  const portsOf = (life: Life) => {
    const time = timeOf(life);
    const transport = createTransport({life, line: replica.line, server: world.server, scheduler, random});
    return {store: storeOf(life), transport, time, random: random as Random, locks: locks.of(life), mergeData};
  };

  function timeOf(life: Life): Time {
    return {
      wallMs: () => START_MS + Math.floor(scheduler.nowMs() * (1 + replica.clock.drift)) + replica.clock.offsetMs,
      monotonicMs: () => scheduler.nowMs(),
      after: (delayMs, action) => scheduler.after(delayMs, () => (life.isAlive() ? action() : undefined)),
    };
  }

  function storeOf(life: Life): Store {
    return {
      transaction: (mode, body) => {
        if (mode === 'read') return life.whileAlive(() => store.transaction(mode, body));
        const full: SyncError = {type: 'storage_full', message: 'simulated'};
        const run = () => (replica.isFull ? Promise.reject(new SyncFailure(full)) : store.transaction(mode, body));
        return life.step('write of a replica', run);
      },
      watch(listener) {
        const stop = store.watch((overview) => (life.isAlive() ? listener(overview) : undefined));
        life.onEnd(stop);
        return stop;
      },
    };
  }

  /** As Background Sync does: when there is a network, in a while, three times at most. */
  function syncSoon(tries: number): void {
    scheduler.after(random.int(30_000), () => {
      if (tries > SYNC_TRIES) return;
      if (!replica.line.isOnline || replica.tabs.some(({life}) => life.isAlive())) return syncSoon(tries + 1);
      isSyncAsked = false;
      replica.wake('send');
    });
  }

  const background: Background = {
    requestSync() {
      if (isSyncAsked) return;
      isSyncAsked = true;
      syncSoon(1);
    },
    handOver: () => void replica.wake('send'),
  };

  const replica: Replica = {
    name,
    store,
    line: {isOnline: true, faultOnceIn: 0, faults: []},
    clock: {offsetMs: 0, drift: 0},
    isFull: false,
    tabs: [],
    openTab(index) {
      const life = createLife(coverage);
      let isVisible = true;
      const listeners = new Set<(event: 'online' | 'offline' | 'visible' | 'hidden') => void>();
      const tell = (event: 'online' | 'offline' | 'visible' | 'hidden') => {
        for (const listener of [...listeners]) listener(event);
      };
      watchers.add(tell);
      life.onEnd(() => void watchers.delete(tell));
      const connectivity: Connectivity = {
        isOnline: () => replica.line.isOnline,
        isVisible: () => isVisible,
        watch(listener) {
          listeners.add(listener);
          return () => listeners.delete(listener);
        },
      };
      const ports: EnginePorts = {...portsOf(life), connectivity, background};
      const tab: Tab = {
        life,
        ports,
        engine: createEngine(ports),
        writer: createWriter(ports),
        setVisible(next) {
          if (next === isVisible || !life.isAlive()) return;
          isVisible = next;
          tell(next ? 'visible' : 'hidden');
        },
      };
      tab.engine.start();
      if (index < 0) replica.tabs.push(tab);
      else replica.tabs[index] = tab;
      return tab;
    },
    setOnline(isOnline) {
      if (isOnline === replica.line.isOnline) return;
      replica.line.isOnline = isOnline;
      for (const watcher of [...watchers]) watcher(isOnline ? 'online' : 'offline');
    },
    wake(wish) {
      const life = createLife(coverage);
      runInBackground(portsOf(life), wish).then(
        (end) => {
          life.end();
          if (end === 'again') background.requestSync();
        },
        (error: unknown) => {
          life.end();
          if (!(error instanceof SyncFailure)) throw error;
        },
      );
      return life;
    },
    async connect(how) {
      const ports: ConnectPorts = {...portsOf(createLife(coverage)), rules: {welcome: () => [], nameDevice}};
      const input = {...ACCOUNT, deviceName: name};
      const linked =
        how === 'set up' ? await setUpServer(ports, {...input, setupCode: SETUP_CODE}) : await signIn(ports, input);
      if (!linked.ok) throw new Error(`${name} can't ${how}: ${linked.error.type} ${linked.error.message}`);
    },
    state: () => store.transaction('read', (tx) => tx.state()),
  };
  return replica;
}

function nameDevice(replica: string, name: string): Change {
  const key = deviceNameKey(replica);
  return {type: 'create', kind: 'option', id: derivedId('option', key), data: writeData({key, value: name})};
}
