/**
 * Who holds which lock, told between the tabs and the worker of one app over a BroadcastChannel. A browser gives a lock back
 * when its holder is gone, but not when the holder is frozen: such a one doesn't answer here. Where the channel doesn't
 * exist everybody counts as alive.
 */

import * as z from 'zod/mini';
import type {Time} from '../sync/ports.ts';

const message = z.discriminatedUnion('type', [
  /** Who holds it should answer. */
  z.object({type: z.literal('ask'), name: z.string()}),
  z.object({type: z.literal('held'), name: z.string()}),
  z.object({type: z.literal('taken'), name: z.string()}),
]);
type Message = z.infer<typeof message>;

/** The part of a BroadcastChannel that is used. */
export interface Channel {
  postMessage(message: unknown): void;
  addEventListener(type: 'message', listener: (event: {readonly data: unknown}) => void): void;
}

export interface LockHolders {
  /** While `body` runs, asks for `name` are answered. */
  holding<T>(name: string, body: () => Promise<T>): Promise<T>;
  /** Calls `onSilent` once, when a holder of `name` that is asked now and then doesn't answer; until stopped. */
  whenSilent(name: string, onSilent: () => void): () => void;
  /** Calls each time anybody takes `name`. */
  onTaken(name: string, listener: () => void): () => void;
}

/** Most locks are given back within this: nobody is asked before. */
export const ASK_AFTER_MS = 2_000;
/** A page that is only throttled answers at once: messages aren't held back. */
export const ANSWER_WITHIN_MS = 3_000;

/** `isFrozen`: some browsers still deliver messages to a page whose timers and answers from the network wait. */
export function createLockHolders(
  channel: Channel | null,
  time: Pick<Time, 'after'>,
  isFrozen: () => boolean = () => false,
): LockHolders {
  const held = new Map<string, number>();
  const listeners = new Set<(message: Message) => void>();
  const send = (sent: Message) => channel?.postMessage(sent);
  const tell = (told: Message) => {
    for (const listener of listeners) listener(told);
  };
  channel?.addEventListener('message', ({data}) => {
    const read = z.safeParse(message, data);
    if (!read.success) return;
    const isAsked = read.data.type === 'ask' && held.has(read.data.name);
    if (isAsked && !isFrozen()) send({type: 'held', name: read.data.name});
    tell(read.data);
  });
  const listen = (type: Message['type'], name: string, listener: () => void) => {
    const one = (told: Message) => {
      if (told.type === type && told.name === name) listener();
    };
    listeners.add(one);
    return () => listeners.delete(one);
  };

  return {
    async holding(name, body) {
      held.set(name, (held.get(name) ?? 0) + 1);
      send({type: 'taken', name});
      tell({type: 'taken', name});
      try {
        return await body();
      } finally {
        const left = (held.get(name) ?? 1) - 1;
        if (left > 0) held.set(name, left);
        else held.delete(name);
      }
    },
    whenSilent(name, onSilent) {
      if (channel === null) return () => undefined;
      let cancel = time.after(ASK_AFTER_MS, ask);
      const stopListening = listen('held', name, () => {
        cancel();
        cancel = time.after(ASK_AFTER_MS, ask);
      });
      const stop = () => {
        cancel();
        stopListening();
      };
      function ask(): void {
        cancel = time.after(ANSWER_WITHIN_MS, () => {
          stop();
          if (!held.has(name)) onSilent();
        });
        send({type: 'ask', name});
      }
      return stop;
    },
    onTaken: (name, listener) => listen('taken', name, listener),
  };
}
