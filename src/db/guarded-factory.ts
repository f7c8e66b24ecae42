/**
 * Opens the database in exactly one version. Left to itself, Dexie opens a database that a newer Aster has upgraded, and
 * even patches its shape back: an old tab would save into the new shape. Here that is `storage_outdated`.
 */

import {outdated} from './storage-errors.ts';

/** `nativeVersion` is IndexedDB's number: Dexie's times ten. */
export function guardFactory(factory: IDBFactory, nativeVersion: number): IDBFactory {
  return {
    open(name, version) {
      if (version !== nativeVersion) throw outdated();
      return factory.open(name, version);
    },
    deleteDatabase: (name) => factory.deleteDatabase(name),
    databases: () => factory.databases(),
    cmp: (first, second) => factory.cmp(first, second),
  };
}
