/**
 * Which test makes a browser run into each type of error, and the words that it reads there. A new type doesn't compile
 * without its line; a line whose sentence is gone from the words, or from the test, fails.
 */

import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import type {ErrorType, SyncError} from '../../protocol/errors.ts';
import {errorWords} from './words.ts';

interface Reached {
  readonly spec: string;
  readonly reads: string;
  /** What the words depend on. */
  readonly error?: Partial<SyncError>;
}

const REACHED_BY_TYPE: Record<ErrorType, Reached> = {
  malformed: {spec: 'failures', reads: 'The server did not understand a message.'},
  too_large: {spec: 'failures', reads: 'A message was too large for the server or for a proxy before it.'},
  not_found: {spec: 'failures', reads: 'The server does not know the address that was asked for.'},
  signed_out: {spec: 'failures', reads: 'This device is signed out.'},
  device_removed: {spec: 'failures', reads: 'This device was removed from the account.'},
  other_account: {spec: 'errors', reads: 'This browser’s notebook belongs to another account.'},
  wrong_credentials: {spec: 'errors', reads: 'Wrong username or password.'},
  wrong_setup_code: {spec: 'errors', reads: 'Wrong setup code.'},
  too_many_tries: {spec: 'errors', reads: 'Too many tries.'},
  not_initialized: {spec: 'errors', reads: 'This server has no account yet.'},
  already_initialized: {spec: 'errors', reads: 'This server is already set up.'},
  upgrade_needed: {spec: 'failures', reads: 'The server is too old for this app.', error: {side: 'server'}},
  other_history: {spec: 'failures', reads: 'The server does not know the history that this device has seen'},
  busy: {spec: 'failures', reads: 'The server is busy.'},
  server_error: {spec: 'failures', reads: 'The server had an error (HTTP 500).', error: {status: 500}},
  malformed_entity: {spec: 'failures', reads: 'The server could not read this change.'},
  wrong_hash: {spec: 'failures', reads: 'This change arrived damaged.'},
  entity_too_large: {spec: 'failures', reads: 'This note is larger than the server takes (16 MB).'},
  stamp_not_after_base: {
    spec: 'failures',
    reads: 'This change has a time stamp that does not follow the version it was made on.',
  },
  stamp_ahead: {spec: 'failures', reads: 'This change has a time stamp from the future.'},
  offline: {spec: 'status', reads: 'This device has no network.'},
  unreachable: {spec: 'failures', reads: 'The server is not reachable.'},
  timeout: {spec: 'failures', reads: 'The server took too long to answer.'},
  not_aster: {spec: 'failures', reads: 'Something answers at this address, but it is not an Aster server.'},
  login_page: {spec: 'failures', reads: 'A login page is in the way: of a network, or of a proxy before the server.'},
  clock_skew: {spec: 'clock', reads: 'Set the clock that is wrong; sync then goes on by itself'},
  hash_mismatch: {spec: 'repair', reads: 'The notes here and on the server are not the same after syncing.'},
  not_whole: {
    spec: 'repair',
    reads: 'Part of this change is damaged or missing on this device, and the server does not have it.',
  },
  storage_full: {spec: 'storage-failures', reads: 'This device has no room left.'},
  storage_broken: {spec: 'storage-failures', reads: 'The browser’s storage failed.'},
  storage_blocked: {spec: 'storage-failures', reads: 'Another tab keeps an older Aster open.'},
  storage_outdated: {spec: 'storage-failures', reads: 'A newer Aster is open in another tab.'},
  storage_removed: {spec: 'storage-failures', reads: 'This notebook was removed from this browser.'},
  internal_error: {spec: 'storage-failures', reads: 'Something in Aster failed.'},
  damaged_answer: {spec: 'first-sync-failures', reads: 'What the server sent arrived damaged.'},
  not_exported: {spec: 'join', reads: 'Something was changed here since the file was made.'},
  not_set_up: {spec: 'start-page', reads: 'Sync is not set up.'},
};

test.each(
  Object.entries(REACHED_BY_TYPE),
)('%s is reached in a browser, and read there in its words', (type, reached) => {
  const {spec, reads, error} = reached;
  const {what, meaning, cure} = errorWords({type: type as ErrorType, message: '', ...error});
  expect(`${what} ${meaning} ${cure}`).toContain(reads);
  const source = readFileSync(join(import.meta.dirname, `../../e2e/${spec}.spec.ts`), 'utf8');
  expect(source.replaceAll('\\', '')).toContain(reads);
});
