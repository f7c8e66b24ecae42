/** From what Dexie and IndexedDB throw to a SyncError, by name and never by message. */

import Dexie from 'dexie';
import {SyncFailure} from '../../protocol/errors.ts';

export function outdated(cause?: unknown): SyncFailure {
  const message = 'another tab or a newer version of Aster changed the database; this page must be loaded again';
  return new SyncFailure({type: 'storage_outdated', message}, {cause});
}

export function removed(): SyncFailure {
  return new SyncFailure({type: 'storage_removed', message: 'the database was deleted under this page'});
}

/** Ends when that tab closes the database: one that is awake does so by itself. */
export function blocked(): SyncFailure {
  const message = 'another tab keeps an older version of the database open';
  return new SyncFailure({type: 'storage_blocked', message});
}

/**
 * The failure of a storage operation. What isn't the storage's own error comes back as it is: it was thrown by the code
 * that ran inside the transaction.
 */
export function toStorageFailure(error: unknown): unknown {
  const causes = [...causesOf(error)];
  const told = causes.find((cause) => cause instanceof SyncFailure);
  if (told !== undefined) return told;
  if (!isStorageError(error)) return error;
  const names = causes.map(nameOf);
  if (names.includes('QuotaExceededError')) {
    return new SyncFailure({type: 'storage_full', message: 'the device has no room left for Aster'}, {cause: error});
  }
  if (names.includes('VersionError')) return outdated(error);
  return new SyncFailure({type: 'storage_broken', message: messageOf(error)}, {cause: error});
}

/** Whether the connection was gone before anything was done: iOS closes it behind a sleeping page. */
export function isConnectionLost(error: unknown): boolean {
  const lost = ['DatabaseClosedError', 'InvalidStateError', 'UnknownError'];
  return isStorageError(error) && [...causesOf(error)].some((cause) => lost.includes(nameOf(cause)));
}

function isStorageError(error: unknown): boolean {
  return error instanceof Dexie.DexieError || error instanceof DOMException;
}

/** Dexie wraps: `inner` of an abort, `failures` of a bulk operation. */
function* causesOf(error: unknown): Generator<unknown> {
  if (typeof error !== 'object' || error === null) return;
  yield error;
  if ('inner' in error) yield* causesOf(error.inner);
  if ('failures' in error && Array.isArray(error.failures)) yield* causesOf(error.failures[0]);
}

function nameOf(error: unknown): string {
  return error instanceof Error || error instanceof DOMException ? error.name : '';
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
