/**
 * When rounds run (design section 5): after a local write, when the network or the page comes back, on a poke, by a timer
 * where there are no pokes, by hand. Runs in the tab that holds the leader lock, a visible one if there is one; what a page
 * that goes leaves behind is handed to the worker. The tab that leads scrubs, too. Starts nothing before `start`.
 */

import {failed, type Result, type SyncError, SyncFailure} from '../../protocol/errors.ts';
import type {Poke} from '../../protocol/messages.ts';
import {nextStep, pauseMs} from './next-step.ts';
import {createPokeStream, type PokeStream} from './poke-stream.ts';
import type {Background, Connectivity, Overview, Random, ReplicaState, StoreTx, Transport} from './ports.ts';
import {runRound} from './round.ts';
import type {RoundPorts} from './round-ports.ts';
import {createScrubbing, type Scrubbing} from './scrubbing.ts';
import {isSignedIn, linkOf} from './standing.ts';

export interface EnginePorts extends RoundPorts {
  readonly transport: Transport;
  readonly random: Random;
  readonly connectivity: Connectivity;
  readonly background: Background;
}

export interface Engine {
  start(): void;
  stop(): void;
  /** A round now, whatever the pauses; its outcome is stored. */
  run(): Promise<void>;
  /** Something is being written in this tab: looks as soon as it is, where this tab leads and nothing is in the way. */
  sendSoon(): void;
  /** Tells what failed here and couldn't even be stored (the store itself, or a bug), and null when that is over. */
  watchFailure(listener: (failure: SyncError | null) => void): () => void;
}

const LEADER_LOCK = 'leader';
/** Writes of one moment go out together; what is written while a round runs goes with the next. */
const GATHER_MS = 8;
const POLL_MS = 60_000;

export function createEngine(ports: EnginePorts): Engine {
  return new LeadingEngine(ports);
}

class LeadingEngine implements Engine {
  readonly #ports: EnginePorts;
  #stops: (() => void)[] = [];
  #leaderStops: (() => void)[] = [];
  #leads = false;
  /** Something could go out. */
  #waits = false;
  #running: Promise<void> | null = null;
  #runAgain = false;
  /** Something was written, or may have been, while a round runs. */
  #looksAgain = false;
  #heard: Poke | undefined;
  #failures = 0;
  #lastError: SyncError | null = null;
  readonly #failureListeners = new Set<(failure: SyncError | null) => void>();
  #cancelTimer: (() => void) | null = null;
  #timerAtMs = Number.POSITIVE_INFINITY;
  #cancelGather: (() => void) | null = null;
  /** As last told. */
  #state: ReplicaState | undefined;
  #link = '';
  readonly #pokes: PokeStream;
  readonly #scrubbing: Scrubbing;

  constructor(ports: EnginePorts) {
    this.#ports = ports;
    this.#pokes = createPokeStream(ports, {
      onPoke: (poke) => void this.#onPoke(poke),
      onEnd: (pauseMs) => this.#schedule(pauseMs), // a round says why
    });
    this.#scrubbing = createScrubbing(ports, {
      onFound: () => this.#schedule(0),
      onFailure: (error) => this.#onFailure(error),
    });
  }

  start(): void {
    if (this.#stops.length > 0) return;
    const {locks, connectivity, store} = this.#ports;
    const leadership = locks.lead(
      LEADER_LOCK,
      () => this.#lead(),
      () => this.#rest(),
    );
    if (connectivity.isVisible()) leadership.claim();
    this.#stops = [
      () => leadership.stop(),
      store.watch((overview) => this.#onOverview(overview)),
      connectivity.watch((event) => {
        if (event === 'visible') leadership.claim();
        if (event === 'hidden' && this.#waits) this.#ports.background.handOver();
      }),
    ];
  }

  stop(): void {
    for (const stop of this.#stops.splice(0)) stop();
    this.#rest();
  }

  /** Every tab asks for the worker's help, so that it comes whichever of them is gone. */
  #onOverview({waiting, parked}: Overview): void {
    const waits = waiting > parked;
    if (waits && !this.#waits) this.#ports.background.requestSync();
    this.#waits = waits;
  }

  /** No more by itself here: another leads, or the engine stopped. */
  #rest(): void {
    this.#leads = false;
    this.#scrubbing.stop();
    for (const stop of this.#leaderStops.splice(0)) stop();
    this.#cancelTimer?.();
    this.#cancelTimer = null;
    this.#timerAtMs = Number.POSITIVE_INFINITY;
    this.#cancelGather?.();
    this.#cancelGather = null;
    this.#pokes.close();
  }

  watchFailure(listener: (failure: SyncError | null) => void): () => void {
    this.#failureListeners.add(listener);
    return () => this.#failureListeners.delete(listener);
  }

  run(): Promise<void> {
    if (this.#running !== null) {
      this.#runAgain = true;
      return this.#running;
    }
    return this.#begin('always');
  }

  sendSoon(): void {
    this.#cancelGather?.();
    this.#cancelGather = null;
    this.#runIfWaiting();
  }

  #lead(): void {
    this.#leads = true;
    this.#link = '';
    this.#leaderStops.push(this.#ports.connectivity.watch((event) => this.#onConnectivity(event)));
    this.#leaderStops.push(this.#ports.store.watch((overview) => this.#onStored(overview)));
    this.#scrubbing.start();
    this.#schedule(0);
  }

  #begin(when: 'always' | 'if_waiting'): Promise<void> {
    this.#looksAgain = false;
    this.#running = this.#runWhileAsked(when).finally(() => {
      this.#running = null;
      if (this.#looksAgain) this.#gather();
    });
    return this.#running;
  }

  async #runWhileAsked(when: 'always' | 'if_waiting'): Promise<void> {
    await this.#runOnce(when);
    while (this.#runAgain) {
      this.#runAgain = false;
      await this.#runOnce('always');
    }
  }

  async #runOnce(when: 'always' | 'if_waiting'): Promise<void> {
    const heard = this.#heard;
    this.#heard = undefined;
    const result = await this.#guarded(() => runRound(this.#ports, heard, when));
    this.#lastError = result.ok ? null : result.error;
    this.#failures = result.ok ? 0 : this.#failures + 1;
    if (!this.#leads) return;
    if (this.#carriesOn()) await this.#openPokes();
    this.#scheduleNext();
  }

  /** The store's failures arrive as exceptions; anything else is a bug, which must not end sync in silence. */
  async #guarded(round: () => Promise<Result<void>>): Promise<Result<void>> {
    try {
      const result = await round();
      this.#tellFailure(null);
      return result;
    } catch (error) {
      const failure = failureIn(error);
      this.#tellFailure(failure);
      return failed(failure);
    }
  }

  #tellFailure(failure: SyncError | null): void {
    for (const listener of this.#failureListeners) listener(failure);
  }

  /** Undefined where the store fails: then it is looked at again, as after a round. */
  async #read<T>(body: (tx: StoreTx) => Promise<T>): Promise<T | undefined> {
    try {
      return await this.#ports.store.transaction('read', body);
    } catch (error) {
      this.#onFailure(failureIn(error));
      return undefined;
    }
  }

  #onFailure(error: SyncError): void {
    this.#lastError = error;
    this.#tellFailure(error);
    this.#failures += 1;
    this.#scheduleNext();
  }

  #onConnectivity(event: 'online' | 'offline' | 'visible' | 'hidden'): void {
    if (event === 'offline') {
      this.#pokes.close();
      this.#schedule(POLL_MS);
    }
    if (event === 'online' || event === 'visible') {
      this.#failures = 0;
      this.#schedule(0);
    }
  }

  /** Another server, another token, or something to send. */
  #onStored({state, waiting, parked}: Overview): void {
    this.#state = state;
    this.#scrubbing.stored();
    const link = JSON.stringify([state?.server, state?.paused, state?.clockChoice, state?.replica]);
    if (link !== this.#link) {
      this.#link = link;
      this.#pokes.close();
      this.#schedule(0);
    } else if (waiting > parked) {
      this.#gather();
    }
  }

  #carriesOn(): boolean {
    return this.#lastError === null || nextStep(this.#lastError) === 'carry_on';
  }

  /** Something may wait. */
  #gather(): void {
    if (this.#running !== null) this.#looksAgain = true;
    if (!this.#leads || this.#cancelGather !== null || this.#running !== null || !this.#carriesOn()) return;
    this.#cancelGather = this.#ports.time.after(GATHER_MS, () => {
      this.#cancelGather = null;
      this.#runIfWaiting();
    });
  }

  /** A round that ends at once if nothing waits. */
  #runIfWaiting(): void {
    if (this.#running !== null) this.#looksAgain = true;
    else if (this.#carriesOn() && this.#mayRun(this.#state)) void this.#begin('if_waiting');
  }

  #scheduleNext(): void {
    const {random} = this.#ports;
    if (this.#lastError !== null) {
      const pause = pauseMs(this.#lastError, this.#failures - 1, random.fraction());
      if (nextStep(this.#lastError) === 'slowly') this.#pokes.close();
      if (pause !== null) this.#schedule(pause);
    } else if (!this.#pokes.isOpen()) {
      this.#schedule(POLL_MS * (0.75 + random.fraction() / 2));
    }
  }

  /** The earliest wish wins. */
  #schedule(delayMs: number): void {
    if (!this.#leads) return;
    const atMs = this.#ports.time.monotonicMs() + delayMs;
    if (this.#cancelTimer !== null && atMs >= this.#timerAtMs) return;
    this.#cancelTimer?.();
    this.#timerAtMs = atMs;
    this.#cancelTimer = this.#ports.time.after(delayMs, () => {
      this.#cancelTimer = null;
      void this.#runIfWanted();
    });
  }

  async #runIfWanted(): Promise<void> {
    if (this.#mayRun(await this.#read((tx) => tx.state()))) await this.run();
  }

  #mayRun(state: ReplicaState | undefined): boolean {
    return this.#leads && isSignedIn(state) && !state?.paused;
  }

  async #openPokes(): Promise<void> {
    if (this.#pokes.isOpen()) return;
    const link = linkOf(await this.#read((tx) => tx.state()));
    if (link.ok && !link.value.paused && this.#leads) this.#pokes.open(link.value);
  }

  /** A round that is under way may bring it, or have made it: the poke of a push often comes before the answer. */
  async #onPoke(poke: Poke): Promise<void> {
    while (this.#running !== null) await this.#running;
    const state = await this.#read((tx) => tx.state());
    if (!this.#leads || state === undefined || poke.head.seq <= (state.cursor?.seq ?? -1)) return;
    this.#heard = poke;
    await this.run();
  }
}

/** The store's, or a bug: said, and looked at again. */
function failureIn(error: unknown): SyncError {
  if (error instanceof SyncFailure) return error.error;
  return {type: 'internal_error', message: `a round failed: ${String(error)}`};
}
