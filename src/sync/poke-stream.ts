/**
 * The stream by which the server says that there is something new: one at a time, told when it ends, and when the next may be
 * opened. One that ends at once, again and again, is opened ever more seldom.
 */

import type {SyncError} from '../../protocol/errors.ts';
import type {Poke} from '../../protocol/messages.ts';
import {pauseMs} from './next-step.ts';
import type {Random, Time, Transport} from './ports.ts';
import {callOptions, type LinkedState} from './standing.ts';

export interface PokeStream {
  isOpen(): boolean;
  /** Nothing where one is open. */
  open(link: LinkedState): void;
  /** Ends it without a word. */
  close(): void;
}

export interface PokeStreamPorts {
  readonly transport: Transport;
  readonly time: Time;
  readonly random: Random;
}

export interface PokeListener {
  onPoke(poke: Poke): void;
  /** It ended by itself; `pauseMs`: the least until the next is opened. */
  onEnd(pauseMs: number): void;
}

/** The least between two streams of which the first ended at once; doubled each time. */
const SHORTEST_REOPEN_MS = 25;
/** One that ends sooner is a short one; the longest pause, too. */
const SHORT_MS = 60_000;

export function createPokeStream({transport, time, random}: PokeStreamPorts, listener: PokeListener): PokeStream {
  let close: (() => void) | null = null;
  let openedAtMs = 0;
  let shortOnes = 0;

  function ended(error: SyncError): void {
    close = null;
    shortOnes = time.monotonicMs() - openedAtMs < SHORT_MS ? shortOnes + 1 : 0;
    const leastMs = Math.min(SHORT_MS, SHORTEST_REOPEN_MS * 2 ** Math.min(shortOnes, 20));
    listener.onEnd(Math.max(leastMs, pauseMs(error, 0, random.fraction()) ?? 0));
  }

  return {
    isOpen: () => close !== null,
    open(link) {
      if (close !== null) return;
      openedAtMs = time.monotonicMs();
      close = transport.openPokes(callOptions(link), (poke) => listener.onPoke(poke), ended);
    },
    close() {
      close?.();
      close = null;
    },
  };
}
