/**
 * Opens the database in exactly one version. Left to itself, Dexie opens a database that a newer Aster has upgraded, and
 * even patches its shape back: an old tab would save into the new shape. Here that is `storage_outdated`. And it makes a database that
 * isn't there: a page whose browser cleared it would go on with an empty notebook in its place. Here that is for a page's first opening only.
 */

import {outdated} from './storage-errors.ts';

export interface Guard {
  /** IndexedDB's number: Dexie's times ten. */
  readonly nativeVersion: number;
  readonly mayMake: () => boolean;
  /** It is no longer there; nothing is made, and opening fails. */
  readonly onGone: () => void;
}

export function guardFactory(factory: IDBFactory, {nativeVersion, mayMake, onGone}: Guard): IDBFactory {
  return {
    open(name, version) {
      if (version !== nativeVersion) throw outdated();
      const request = factory.open(name, version);
      request.addEventListener('upgradeneeded', (event) => {
        if (event.oldVersion > 0 || mayMake()) return;
        onGone();
        event.stopImmediatePropagation(); // Dexie would fill it
        request.transaction?.abort();
      });
      return request;
    },
    deleteDatabase: (name) => factory.deleteDatabase(name),
    databases: () => factory.databases(),
    cmp: (first, second) => factory.cmp(first, second),
  };
}
