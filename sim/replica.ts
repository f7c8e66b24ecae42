/**
 * One device: a browser with tabs, a worker, a store and a clock, all around the real engine. Each process has ports of its
 * own, which stop with it; the store, the locks and the line are the browser's.
 */

import {failed, SyncFailure} from '../protocol/errors.ts';
import {derivedId} from '../protocol/ids.ts';
import {deviceNameKey, writeData} from '../src/notes/note-data.ts';
import type {SyncControl} from '../src/sync/api.ts';
import {type BackgroundWish, runInBackground} from '../src/sync/background.ts';
import type {Change, Writer} from '../src/sync/changes.ts';
import {disconnect, joinAccount, type NotebookRules, setUpServer, signIn, startNotebook} from '../src/sync/connect.ts';
import {type ControlPorts, createSyncControl} from '../src/sync/control.ts';
import {createMemoryStore, type MemoryStore} from '../src/sync/memory-store.ts';
import type {Background, Connectivity, ReplicaState} from '../src/sync/ports.ts';
import type {Probe} from '../src/sync/probe.ts';
import {runRound} from '../src/sync/round.ts';
import {createWriter} from '../src/sync/writer.ts';
import {createLife, type Life} from './life.ts';
import {createLockManager} from './locks.ts';
import type {Line} from './network.ts';
import {portsOf} from './process-ports.ts';
import {SETUP_CODE, type SimServer} from './server.ts';
import type {World} from './world.ts';

export interface Tab {
  readonly life: Life;
  readonly control: SyncControl;
  readonly writer: Writer;
  readonly ports: ControlPorts;
  isVisible(): boolean;
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
  connect(how: 'set up' | 'sign in' | 'join account'): Promise<void>;
  /** A round that nothing ends, before there are tabs. */
  sync(): Promise<unknown>;
  /** The notes stay, and the line leads to the account's server from then on. */
  disconnect(): Promise<void>;
  /** A notebook of its own, without a server. */
  startAlone(): Promise<void>;
  state(): Promise<ReplicaState | undefined>;
}

export class ConnectFailure extends Error {}

type NetworkEvent = 'online' | 'offline';
type ConnectivityEvent = NetworkEvent | 'visible' | 'hidden';

const ACCOUNT = {address: 'https://aster.test', username: 'ada', password: 'correct horse battery'};
const RULES: NotebookRules = {welcome: () => [], nameDevice};
/** Addresses are typed by people, who aren't simulated. */
const NOBODY_LOOKS: Probe = {
  ownAddress: null,
  needsTls: false,
  ask: async () => failed({type: 'unreachable', message: 'nobody looks for servers here'}),
  device: () => Promise.reject(new Error('nobody asks what this device keeps')),
  keepData: async () => false,
};
/** A browser fires a sync within this, once there is a network. */
const SYNC_WITHIN_MS = 30_000;

export function createReplica(world: World, name: string, server: SimServer): Replica {
  const {scheduler, random, coverage, witness} = world;
  const locks = createLockManager(world.locks);
  const watchers = new Set<(event: NetworkEvent) => void>();
  let isSyncAsked = false;

  /** Background Sync: one registration, which fires once there is a network; a worker leaves the work to a page in view. */
  function fireSync(): void {
    if (!isSyncAsked || !replica.line.isOnline) return;
    isSyncAsked = false;
    if (!replica.tabs.some(({life, isVisible}) => life.isAlive() && isVisible())) replica.wake('send');
  }

  const background: Background = {
    requestSync() {
      if (isSyncAsked) return;
      isSyncAsked = true;
      scheduler.after(random.int(SYNC_WITHIN_MS), fireSync);
    },
    handOver: () => void replica.wake('send'),
  };

  const replica: Replica = {
    name,
    store: createMemoryStore(),
    line: {server, isOnline: true, faultOnceIn: 0, faults: []},
    clock: {offsetMs: 0, drift: 0},
    isFull: false,
    tabs: [],
    openTab(index) {
      const life = createLife('page', coverage);
      const view = createView(life, replica.line, watchers);
      const ports: ControlPorts = {
        ...portsOf(world, replica, locks, life),
        connectivity: view.connectivity,
        background,
        probe: NOBODY_LOOKS,
        rules: RULES,
      };
      const control = createSyncControl(ports);
      const tab: Tab = {life, ports, control, writer: createWriter(ports), ...view};
      control.status.subscribe(({problem}) => {
        if (problem?.type === 'internal_error') witness.failed(name, problem);
      });
      control.start();
      if (index < 0) replica.tabs.push(tab);
      else replica.tabs[index] = tab;
      return tab;
    },
    setOnline(isOnline) {
      if (isOnline === replica.line.isOnline) return;
      replica.line.isOnline = isOnline;
      for (const watcher of [...watchers]) watcher(isOnline ? 'online' : 'offline');
      if (isOnline) scheduler.after(random.int(SYNC_WITHIN_MS), fireSync);
    },
    wake(wish) {
      const life = createLife('worker', coverage);
      const {makeReady: _, ...ports} = portsOf(world, replica, locks, life); // left to pages
      runInBackground(ports, wish).then(
        (end) => {
          life.end();
          if (end === 'again') background.requestSync();
        },
        (error: unknown) => {
          life.end();
          if (!(error instanceof SyncFailure)) witness.failed(`the worker of ${name}`, error);
        },
      );
      return life;
    },
    async connect(how) {
      const ports = {...portsOf(world, replica, locks, createLife('setup', coverage)), rules: RULES};
      const input = {...ACCOUNT, deviceName: name};
      const ways = {
        'set up': () => setUpServer(ports, {...input, setupCode: SETUP_CODE}),
        'sign in': () => signIn(ports, input),
        'join account': () => joinAccount(ports, input, {type: 'add'}),
      };
      const linked = await ways[how]();
      if (!linked.ok) throw new ConnectFailure(`${name} can't ${how}: ${linked.error.type} ${linked.error.message}`);
    },
    sync: () => runRound(portsOf(world, replica, locks, createLife('setup', coverage))),
    async disconnect() {
      await disconnect(portsOf(world, replica, locks, createLife('setup', coverage)));
      replica.line.server = world.server;
    },
    startAlone() {
      const ports = {...portsOf(world, replica, locks, createLife('setup', coverage)), rules: RULES};
      return startNotebook(ports, name);
    },
    state: () => replica.store.transaction('read', (tx) => tx.state()),
  };
  return replica;
}

interface View extends Pick<Tab, 'isVisible' | 'setVisible'> {
  readonly connectivity: Connectivity;
}

/** What a tab knows of network and screen. */
function createView(life: Life, line: Line, watchers: Set<(event: NetworkEvent) => void>): View {
  const listeners = new Set<(event: ConnectivityEvent) => void>();
  let isVisible = true;
  const tell = (event: ConnectivityEvent) => {
    for (const listener of [...listeners]) listener(event);
  };
  watchers.add(tell);
  life.onEnd(() => void watchers.delete(tell));
  return {
    connectivity: {
      isOnline: () => line.isOnline,
      isVisible: () => isVisible,
      watch(listener) {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    },
    isVisible: () => isVisible,
    setVisible(next) {
      if (next === isVisible || !life.isAlive()) return;
      isVisible = next;
      tell(next ? 'visible' : 'hidden');
    },
  };
}

function nameDevice(replica: string, name: string): Change {
  const key = deviceNameKey(replica);
  return {type: 'create', kind: 'option', id: derivedId('option', key), data: writeData({key, value: name})};
}
