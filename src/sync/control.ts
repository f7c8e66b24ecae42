/** SyncControl for the screens: the engine, the connection and the status behind one object. */

import type {Ref} from '../../protocol/entity.ts';
import {failed, ok} from '../../protocol/errors.ts';
import type {SyncControl} from './api.ts';
import {
  bringBack,
  type ConnectPorts,
  disconnect,
  exportMark,
  joinAccount,
  setUpServer,
  signIn,
  startNotebook,
} from './connect.ts';
import {createEngine, type EnginePorts} from './engine.ts';
import {createEraser} from './erase-here.ts';
import {fetchEntities} from './fetch-entities.ts';
import {findServer} from './find-server.ts';
import type {ReplicaState, Store} from './ports.ts';
import type {Probe} from './probe.ts';
import {firstSyncTo} from './pull-place.ts';
import {ALL_BUCKETS, recount} from './recount.ts';
import {changeState, DEFAULT_TIMEOUT_MS} from './replica-state.ts';
import {resolve} from './resolve.ts';
import {ROUND_LOCK} from './round-lock.ts';
import {saveServer} from './save-server.ts';
import {testSync} from './test-sync.ts';
import {createVerifying} from './verifying.ts';
import {watchStatus} from './watch-status.ts';

export interface ControlPorts extends EnginePorts, Omit<ConnectPorts, 'transport'> {
  readonly probe: Probe;
}

export function createSyncControl(ports: ControlPorts): SyncControl {
  const engine = createEngine(ports);
  const {store, transport} = ports;
  const eraser = createEraser(ports);
  const verifying = createVerifying(ports, engine);
  const change = (edit: (state: ReplicaState) => ReplicaState) => changeState(store, edit);
  return {
    status: {subscribe: (listener) => watchStatus(ports, (told) => engine.watchFailure(told), listener)},
    start() {
      engine.start();
      eraser.start();
    },
    stop() {
      engine.stop();
      eraser.stop();
    },
    syncNow: () => engine.run(),
    sendSoon: () => engine.sendSoon(),
    retry: (ref) => unpark(store, ref),
    pause: () => change((state) => ({...state, paused: true})),
    resume: () => change((state) => ({...state, paused: false})),
    chooseClock: (clockChoice) => change((state) => ({...state, clockChoice})),
    startNotebook: (deviceName) => startNotebook(ports, deviceName),
    setUpServer: (input) => setUpServer(ports, input),
    signIn: (input) => signIn(ports, input),
    exportMark: () => exportMark(ports),
    joinAccount: (input, how) => joinAccount(ports, input, how),
    disconnect: () => disconnect(ports),
    bringBack: (deviceName, server) => bringBack(ports, deviceName, server),
    saveServer: (typed, timeoutMs) => saveServer(ports, typed, timeoutMs),
    device: () => ports.probe.device(),
    keepData: () => ports.probe.keepData(),
    findServer: (typed) => findServer(ports.probe, typed),
    testSync: (typed, onLine) => testSync(ports, typed, onLine),
    serverStatus: (address) => transport.call('status', null, {address, token: null, timeoutMs: DEFAULT_TIMEOUT_MS}),
    verify: verifying.run,
    verifying: verifying.progress,
    forceFullSync: async () => {
      await ports.locks.exclusive(ROUND_LOCK, () => forgetPlace(ports));
      await engine.run();
    },
    resolve: (ref, choice) => resolve(ports, ref, choice),
    fetchNotes: (ids) =>
      fetchEntities(
        ports,
        ids.map((id) => ({kind: 'note', id})),
      ),
    fetchBody: async (ref) => {
      const fetched = await fetchEntities(ports, [ref]);
      if (!fetched.ok) return fetched;
      const {body, entity} = await store.transaction('read', async (tx) => ({
        body: (await tx.bodies([ref]))[0],
        entity: (await tx.entities([ref]))[0],
      }));
      if (body !== undefined && body.hash === entity?.parts.body) return ok(undefined);
      return failed({type: 'not_found', message: 'the server does not have this text'});
    },
  };
}

/**
 * Everything is pulled again, lane by lane, up to where this device was, and ordinary rounds go on from there: what was erased
 * or got a new text since isn't in the lanes. First this device's rows are looked at, so that a damaged one isn't taken for
 * the server's and an edit that nobody knows of waits.
 */
async function forgetPlace(ports: ControlPorts): Promise<void> {
  await recount(ports, ALL_BUCKETS, () => undefined);
  await changeState(ports.store, (state) => {
    const {cursor} = state;
    if (cursor === null) return {...state, givenUp: null}; // a first sync is under way
    return {...state, cursor: null, firstSync: firstSyncTo(cursor), givenUp: null};
  });
}

/** Refused changes go out again with the next round. */
async function unpark(store: Store, ref: Ref | undefined): Promise<void> {
  await store.transaction('write', async (tx) => {
    const parked = await tx.parkedOutbox();
    const wanted = parked.filter((row) => ref === undefined || (row.kind === ref.kind && row.id === ref.id));
    await tx.putOutbox(wanted.map((row) => ({...row, parked: null, tries: 0})));
  });
}
