/**
 * SyncControl while its code is still on its way: notes are shown, read and written without it. The status is told from what
 * is stored; whatever is asked for waits for the code. Where that can't be got, the status says so, and it is asked for again
 * when the network is back, and with whatever is asked next.
 */

import type {SyncError} from '../../protocol/errors.ts';
import type {Live, SyncControl, SyncStatus, VerifyProgress} from './api.ts';
import type {Connectivity} from './ports.ts';
import {type StatusPorts, type WatchFailure, watchStatus} from './watch-status.ts';

export interface DeferredPorts extends StatusPorts {
  readonly connectivity: Connectivity;
}

/** What the control is asked for and answers with a promise. */
type Asked = {
  [Name in keyof SyncControl]: SyncControl[Name] extends (...args: never[]) => Promise<unknown> ? Name : never;
}[keyof SyncControl];

/** Begins to load at once. */
export function createDeferredControl(ports: DeferredPorts, load: () => Promise<SyncControl>): SyncControl {
  const {promise: loaded, resolve: onLoaded} = Promise.withResolvers<SyncControl>();
  const failure = createFailure();
  let loading: Promise<SyncControl> | null = null;
  let isStarted = false;
  let stopWatching: (() => void) | null = null;
  /** Until there is one, what is written waits for its start. */
  let sendSoon: (() => void) | null = null;

  function whole(): Promise<SyncControl> {
    loading ??= load().then(
      (control) => {
        failure.tell(null);
        sendSoon = () => control.sendSoon();
        onLoaded(control);
        return control;
      },
      (error: unknown) => {
        loading = null;
        failure.tell({
          type: 'internal_error',
          message: `the part of the app that syncs can't be loaded: ${String(error)}`,
        });
        throw error;
      },
    );
    return loading;
  }

  /** The failure is in the status. */
  function tryToLoad(): void {
    whole().catch(() => undefined);
  }

  const ask = <Name extends Asked>(name: Name): SyncControl[Name] =>
    (async (...args: never[]) => {
      const control = await whole();
      return (control[name] as (...args: never[]) => Promise<unknown>)(...args);
    }) as SyncControl[Name];

  const settle = () => void loaded.then((control) => (isStarted ? control.start() : control.stop()));

  tryToLoad();
  return {
    status: followed<SyncStatus>(
      {subscribe: (listener) => watchStatus(ports, failure.watch, listener)},
      loaded.then(({status}) => status),
    ),
    verifying: followed<VerifyProgress | null>(
      {
        subscribe(listener) {
          listener(null);
          return () => undefined;
        },
      },
      loaded.then(({verifying}) => verifying),
    ),
    start() {
      isStarted = true;
      stopWatching ??= ports.connectivity.watch((event) => {
        if (event === 'online' || event === 'visible') tryToLoad();
      });
      settle();
    },
    stop() {
      isStarted = false;
      stopWatching?.();
      stopWatching = null;
      settle();
    },
    sendSoon: () => sendSoon?.(),
    syncNow: ask('syncNow'),
    retry: ask('retry'),
    pause: ask('pause'),
    resume: ask('resume'),
    chooseClock: ask('chooseClock'),
    startNotebook: ask('startNotebook'),
    setUpServer: ask('setUpServer'),
    signIn: ask('signIn'),
    exportMark: ask('exportMark'),
    joinAccount: ask('joinAccount'),
    disconnect: ask('disconnect'),
    bringBack: ask('bringBack'),
    saveServer: ask('saveServer'),
    device: ask('device'),
    keepData: ask('keepData'),
    findServer: ask('findServer'),
    testSync: ask('testSync'),
    serverStatus: ask('serverStatus'),
    verify: ask('verify'),
    forceFullSync: ask('forceFullSync'),
    resolve: ask('resolve'),
    fetchNotes: ask('fetchNotes'),
    fetchBody: ask('fetchBody'),
  };
}

/** Of `first` until there is `later`, then of that. */
function followed<T>(first: Live<T>, later: Promise<Live<T>>): Live<T> {
  return {
    subscribe(listener) {
      let isOver = false;
      let stop = first.subscribe(listener);
      void later.then((live) => {
        if (isOver) return;
        stop();
        stop = live.subscribe(listener);
      });
      return () => {
        isOver = true;
        stop();
      };
    },
  };
}

function createFailure(): {readonly watch: WatchFailure; tell(failure: SyncError | null): void} {
  let current: SyncError | null = null;
  const listeners = new Set<(failure: SyncError | null) => void>();
  return {
    watch(listener) {
      listeners.add(listener);
      if (current !== null) listener(current);
      return () => listeners.delete(listener);
    },
    tell(failure) {
      current = failure;
      for (const listener of listeners) listener(failure);
    },
  };
}
