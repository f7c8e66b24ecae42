/**
 * Every failure of sync, and what the notebook refuses, in words for people: what happened, what it means for the notes, what to do. The table is
 * exhaustive by type: a new kind of error doesn't compile without its words. Short, plain, without blame.
 */

import type {ErrorType, SyncError} from '../../protocol/errors.ts';
import type {NotebookErrorType} from '../db/notebook-error.ts';
import type {AddressError, AddressErrorType} from '../sync/address-error.ts';
import {formatDuration} from './formats.ts';
import type {Refusal, ToldError} from './told-error.ts';

export interface Words {
  readonly what: string;
  readonly meaning: string;
  readonly cure: string;
}

type Wording = Words | ((error: SyncError) => Words);

export function errorWords(error: ToldError): Words {
  if (isRefusal(error)) return WORDS_BY_REFUSAL[error.type];
  if (isOfAddress(error)) return wordsOfAddress(error);
  const wording = WORDING_BY_TYPE[error.type];
  return typeof wording === 'function' ? wording(error) : wording;
}

function isRefusal(error: ToldError): error is Refusal {
  return Object.hasOwn(WORDS_BY_REFUSAL, error.type);
}

function isOfAddress(error: SyncError | AddressError): error is AddressError {
  return Object.hasOwn(WORDING_BY_ADDRESS_ERROR, error.type);
}

const WORDS_BY_REFUSAL: Record<NotebookErrorType, Words> = {
  missing: {
    what: 'This is no longer here.',
    meaning: 'It was removed meanwhile, in another tab or on another device. Nothing was changed.',
    cure: 'Copy what you still need of it into another note.',
  },
  body_missing: {
    what: 'The text is not on this device yet.',
    meaning: 'Nothing was changed.',
    cure: 'It comes with the next sync. Then try again.',
  },
  below_itself: {
    what: 'A note can’t be placed below itself.',
    meaning: 'Nothing was moved.',
    cure: 'Choose another place.',
  },
  arriving: {
    what: 'This waits for the whole notebook.',
    meaning: 'Nothing was changed: notes are still on their way to this device.',
    cure: 'Try again when “Sync in progress” has ended.',
  },
};

const KEPT = 'All changes are kept on this device.';
const UNHARMED = 'Your notes are not affected.';
const PARKED = 'This change is kept on this device; everything else goes on syncing.';

export const WORDING_BY_TYPE: Record<ErrorType, Wording> = {
  malformed: {
    what: 'The server did not understand a message.',
    meaning: KEPT,
    cure: 'App and server may be of different builds: update both, then try again.',
  },
  too_large: {
    what: 'A message was too large for the server or for a proxy before it.',
    meaning: KEPT,
    cure: 'Raise the limit for request bodies in the proxy to 24 MB or more, then try again.',
  },
  not_found: {
    what: 'The server does not know the address that was asked for.',
    meaning: KEPT,
    cure: 'Check the server address, its path too, in Options → Sync.',
  },
  signed_out: {
    what: 'This device is signed out.',
    meaning: `${KEPT} You can go on writing; nothing is sent until you sign in.`,
    cure: 'Sign in again.',
  },
  device_removed: {
    what: 'This device was removed from the account.',
    meaning: `${KEPT} You can go on writing; nothing is sent until you sign in.`,
    cure: 'Sign in again to make it one of your devices.',
  },
  other_account: {
    what: 'This browser’s notebook belongs to another account.',
    meaning: `${KEPT} Nothing was mixed.`,
    cure: 'Sign in with the account that it belongs to. Or let that one go in Options → Sync, “Disconnect from this server”: then these notes can join the other.',
  },
  wrong_credentials: {
    what: 'Wrong username or password.',
    meaning: UNHARMED,
    cure: 'Check both, capital letters too, and try again.',
  },
  wrong_setup_code: {
    what: 'Wrong setup code.',
    meaning: 'Nothing was set up.',
    cure: 'Open the link that the server printed when it started, or copy its code exactly.',
  },
  too_many_tries: (error) => ({
    what: 'Too many tries.',
    meaning: UNHARMED,
    cure: `Wait ${waitWords(error, 'a few minutes')}, then try again.`,
  }),
  not_initialized: {
    what: 'This server has no account yet.',
    meaning: UNHARMED,
    cure: 'Set it up first, with the link that it printed when it started.',
  },
  already_initialized: {
    what: 'This server is already set up.',
    meaning: 'Nothing was changed on it.',
    cure: 'Sign in with its account instead.',
  },
  upgrade_needed: (error) => ({
    what: error.side === 'server' ? 'The server is too old for this app.' : 'This app is too old for the server.',
    meaning: `${KEPT} Sync waits.`,
    cure:
      error.side === 'server'
        ? 'Update the server, then try again.'
        : 'Press “Restart to update” to get the new app from the server.',
  }),
  other_history: {
    what: 'The server does not know the history that this device has seen. It may have been restored from a backup.',
    meaning: `${KEPT} Nothing is overwritten: both are brought together first, and that has not succeeded yet.`,
    cure: 'Sync tries again by itself in a few minutes. If this stays, ask the person who runs the server; keep this device as it is.',
  },
  busy: (error) => ({
    what: 'The server is busy.',
    meaning: KEPT,
    cure: `Sync tries again by itself in ${waitWords(error, 'a moment')}.`,
  }),
  server_error: (error) => ({
    what: `The server had an error${error.status === undefined ? '' : ` (HTTP ${error.status})`}.`,
    meaning: KEPT,
    cure: 'Sync tries again by itself. If it stays, look into the server’s log.',
  }),

  malformed_entity: {
    what: 'The server could not read this change.',
    meaning: PARKED,
    cure: 'Edit the note or press “Retry”. If it stays, update app and server.',
  },
  wrong_hash: {
    what: 'This change arrived damaged.',
    meaning: PARKED,
    cure: 'Press “Retry”. If it stays, edit the note: that sends it anew.',
  },
  entity_too_large: {
    what: 'This note is larger than the server takes (16 MB).',
    meaning: PARKED,
    cure: 'Split it into smaller notes.',
  },
  stamp_not_after_base: {
    what: 'This change has a time stamp that does not follow the version it was made on.',
    meaning: PARKED,
    cure: 'Edit the note or press “Retry”.',
  },
  stamp_ahead: {
    what: 'This change has a time stamp from the future.',
    meaning: PARKED,
    cure: 'Set this device’s clock, then press “Retry”.',
  },

  offline: {
    what: 'This device has no network.',
    meaning: `${KEPT} You can go on reading and writing.`,
    cure: 'Sync goes on by itself when the network is back.',
  },
  unreachable: {
    what: 'The server is not reachable.',
    meaning: `${KEPT} You can go on reading and writing.`,
    cure: 'Check the address and that the server runs. Sync tries again by itself.',
  },
  timeout: {
    what: 'The server took too long to answer.',
    meaning: KEPT,
    cure: 'Sync tries again by itself. On a slow line, raise “Sync timeout” in Options → Sync.',
  },
  not_aster: {
    what: 'Something answers at this address, but it is not an Aster server.',
    meaning: `${UNHARMED} Nothing was sent there.`,
    cure: 'Check the address: host, port and path.',
  },
  damaged_answer: {
    what: 'What the server sent arrived damaged.',
    meaning: `${KEPT} Nothing damaged is stored.`,
    cure: 'Sync asks for it again by itself. If it stays, something on the way changes what is sent: look at proxies and filters between here and the server.',
  },
  login_page: {
    what: 'A login page is in the way: of a network, or of a proxy before the server.',
    meaning: KEPT,
    cure: 'Open the server address in a tab of its own, log in there, then try again.',
  },
  clock_skew: (error) => ({
    what: `The clocks of this device and of the server differ${offsetWords(error)}.`,
    meaning: `${KEPT} Nothing is sent, so that an older text can’t replace a newer one.`,
    cure: 'Set the clock that is wrong; sync then goes on by itself.',
  }),
  hash_mismatch: {
    what: 'The notes here and on the server are not the same after syncing.',
    meaning: `${KEPT} Nothing was removed on either side.`,
    cure: 'Repairing them was tried three times. Press “Verify everything” in Options → Sync; what it can’t repair is named there.',
  },
  not_whole: {
    what: 'Part of this change is damaged or missing on this device, and the server does not have it.',
    meaning: PARKED,
    cure: 'The sync panel names it under “Could not be repaired”: keep what is here, or remove it.',
  },
  not_exported: {
    what: 'Something was changed here since the file was made.',
    meaning: 'Nothing was replaced: the file does not have that change.',
    cure: 'Export once more, then replace.',
  },
  storage_full: {
    what: 'This device has no room left.',
    meaning: 'What was saved is safe; the last change could not be stored.',
    cure: 'Free some space on the device, then try again.',
  },
  storage_broken: {
    what: 'The browser’s storage failed.',
    meaning: 'What was saved is safe; the last change may not have been stored.',
    cure: 'Reload the page. Copy unsaved text first.',
  },
  storage_blocked: {
    what: 'Another tab keeps an older Aster open.',
    meaning: 'Until that tab is closed, this one can’t open the notebook. Your notes are not affected.',
    cure: 'Close all other tabs of Aster, then reload this one.',
  },
  internal_error: {
    what: 'Something in Aster failed.',
    meaning: `${KEPT} Sync tries again by itself.`,
    cure: 'Reload the page. If it comes back, tell whoever runs the server what you did before.',
  },
  storage_outdated: {
    what: 'A newer Aster is open in another tab.',
    meaning: 'This tab has stopped writing, so that nothing is damaged.',
    cure: 'Reload this tab.',
  },
  storage_removed: {
    what: 'This notebook was removed from this browser.',
    meaning:
      'What the server has is safe there. This tab has stopped writing; what it still shows is nowhere else here.',
    cure: 'Copy what you need from this tab, then reload it.',
  },
  not_set_up: {
    what: 'Sync is not set up.',
    meaning: 'The notes are on this device only.',
    cure: 'Enter a server address in Options → Sync.',
  },
};

function wordsOfAddress(error: AddressError): Words {
  const [what, cure] = WORDING_BY_ADDRESS_ERROR[error.type](error);
  return {what, meaning: UNHARMED, cure};
}

/** What is wrong, and the cure. */
const WORDING_BY_ADDRESS_ERROR: Record<AddressErrorType, (error: AddressError) => readonly [string, string]> = {
  no_address: () => [
    'This is not the address of a server.',
    'Enter it like https://notes.example.org or 192.168.1.5:8080.',
  ],
  other_scheme: () => [
    'A server address begins with https:// or http://.',
    'Change what it begins with, or leave that out.',
  ],
  mixed_content: () => [
    'No server answers there with TLS, and this page may not ask one without.',
    'Check address and port. A server without TLS can be used only from a page that it serves itself: open its http:// address in a tab.',
  ],
  no_tls: ({address}) => [
    'The server there has no TLS: what is sent to it, the password too, can be read on the way.',
    `Set up TLS for it. If you trust the network, enter ${address}`,
  ],
  origin_refused: () => [
    'Something answers there, but doesn’t let this app read it.',
    `If it is your Aster server, start it with ASTER_ALLOWED_ORIGINS=${location.origin}. If a login page is before it, log in there in a tab of its own.`,
  ],
  own_address: () => [
    'This app comes from there, but no Aster server does.',
    'Enter the address of the server, which here is another one.',
  ],
};

function waitWords(error: SyncError, otherwise: string): string {
  return error.retryAfterMs === undefined ? otherwise : formatDuration(Math.max(1000, error.retryAfterMs));
}

/** `offsetMs` is server minus device. */
function offsetWords({offsetMs}: SyncError): string {
  if (offsetMs === undefined) return '';
  return `: this device is ${formatDuration(offsetMs)} ${offsetMs > 0 ? 'behind' : 'ahead'}`;
}
