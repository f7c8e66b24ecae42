/** Hints that an account has something new. A hint may be lost or come twice: the round that it starts asks anyway. */

import type {Log, Standing} from './ports.ts';

export type PokeListener = (standing: Standing) => void;

export interface Pokes {
  /** Returns the end of the subscription. */
  subscribe(accountId: string, listener: PokeListener): () => void;
  notify(standing: Standing): void;
}

export function createPokes(log: Log): Pokes {
  const listenersByAccount = new Map<string, Set<PokeListener>>();
  return {
    subscribe(accountId, listener) {
      const own: PokeListener = (standing) => listener(standing);
      const listeners = listenersByAccount.get(accountId) ?? new Set();
      listenersByAccount.set(accountId, listeners.add(own));
      return () => {
        listeners.delete(own);
        if (listeners.size === 0 && listenersByAccount.get(accountId) === listeners)
          listenersByAccount.delete(accountId);
      };
    },
    notify(standing) {
      for (const listener of [...(listenersByAccount.get(standing.account) ?? [])]) {
        try {
          listener(standing);
        } catch (error) {
          log('error', 'a poke could not be given', {error: String(error)});
        }
      }
    },
  };
}
