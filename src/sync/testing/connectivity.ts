/** A network and a page in view, which say what happens to them when the test says so. */

import type {Connectivity} from '../ports.ts';

type Event = Parameters<Parameters<Connectivity['watch']>[0]>[0];

export function createConnectivity(): {readonly connectivity: Connectivity; happen(event: Event): void} {
  const listeners = new Set<(event: Event) => void>();
  return {
    connectivity: {
      isOnline: () => true,
      isVisible: () => true,
      watch(listener) {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    },
    happen(event) {
      for (const listener of listeners) listener(event);
    },
  };
}
