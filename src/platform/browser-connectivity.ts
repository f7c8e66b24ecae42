/** What the browser says of its network and of the page. In a worker, which nobody sees, the page counts as hidden. */

import type {Connectivity} from '../sync/ports.ts';

export function createBrowserConnectivity(): Connectivity {
  return {
    isOnline: () => navigator.onLine,
    isVisible: () => page()?.visibilityState === 'visible',
    watch(listener) {
      const stop = new AbortController();
      const {signal} = stop;
      addEventListener('online', () => listener('online'), {signal});
      addEventListener('offline', () => listener('offline'), {signal});
      // Focus can come back to a page that was visible all the time, behind another window.
      addEventListener('focus', () => listener('visible'), {signal});
      // Some pages go without becoming hidden first.
      addEventListener('pagehide', () => listener('hidden'), {signal});
      page()?.addEventListener('visibilitychange', () => listener(visibilityEvent()), {signal});
      return () => stop.abort();
    },
  };
}

function visibilityEvent(): 'visible' | 'hidden' {
  return page()?.visibilityState === 'visible' ? 'visible' : 'hidden';
}

function page(): Document | undefined {
  return typeof document === 'undefined' ? undefined : document;
}
