/** What "Test sync" finds, in words for people: what it means, and the cure. */

import type {TestCheck, TestFinding, TestFindingType, TestLine} from '../../sync/api.ts';
import {errorWords} from '../words.ts';

export const NAME_BY_CHECK: Record<TestCheck, string> = {
  address: 'Address',
  reachable: 'Server reachable',
  tls: 'TLS',
  way: 'No redirect or login page in the way',
  aster: 'An Aster server',
  protocol: 'Protocol version',
  same_server: 'The same server as before',
  clock: 'Clock difference',
  body_size: 'Body size limit',
  pokes: 'Streaming (pokes)',
  storage: 'Storage persisted',
  room: 'Storage room',
  offline_start: 'Service worker',
  signed_in: 'Signed in',
};

export const WORD_BY_RESULT: Record<TestLine['result'], string> = {
  passed: 'Passed',
  failed: 'Failed',
  warned: 'Works, but',
  skipped: 'Not tested',
};

const WORDS_BY_FINDING: Record<TestFindingType, string> = {
  not_encrypted:
    'Others on the network can read what is sent, the password too. Put a reverse proxy with TLS before the server, like Caddy: “Self-hosting” in the documentation says how.',
  requests_refused:
    'Something between here and the server refuses requests of this size, so changes with long texts wait here. Raise the limit for request bodies in the proxy: client_max_body_size 24m in nginx, LimitRequestBody in Apache.',
  pokes_held:
    'A proxy holds the stream of changes back, so they come with the next round instead of at once. Switch its buffering off for /api/pokes: proxy_buffering off in nginx.',
  not_persisted:
    'Sync often, or install Aster as an app: browsers then keep its notes. What the server has can always come back.',
  nearly_full: 'Free some space on the device soon: when it is full, changes can’t be stored.',
  insecure_page:
    'Notes are stored and synced, but the browser starts Aster offline only from a page with TLS, or from http://localhost.',
  no_worker:
    'Notes are stored and synced, but Aster doesn’t start without a network here. Private windows and some settings of browsers refuse service workers: use an ordinary window, or allow them for this address.',
};

/** Null where there is nothing to do. */
export function wordsOf({error}: TestLine): string | null {
  if (error === null) return null;
  if (isFinding(error)) return WORDS_BY_FINDING[error.type];
  const {what, cure} = errorWords(error);
  return `${what} ${cure}`;
}

function isFinding(error: NonNullable<TestLine['error']>): error is TestFinding {
  return Object.hasOwn(WORDS_BY_FINDING, error.type);
}

/** In one sentence. */
export function summaryOf(lines: readonly TestLine[]): string {
  if (lines.some(({result}) => result === 'failed')) return 'Not everything is in order: see below.';
  if (lines.some(({result}) => result === 'warned')) return 'Sync works here; see below what could be better.';
  return 'Everything tested is in order.';
}

/** For whoever is asked for help: nothing in it but what the lines say. */
export function reportOf(lines: readonly TestLine[], head: readonly string[]): string {
  const told = lines.map((line) => {
    const parts = [line.value, wordsOf(line) ?? ''].filter((part) => part !== '');
    return `${NAME_BY_CHECK[line.check]}: ${WORD_BY_RESULT[line.result]}${parts.length === 0 ? '' : ` (${parts.join(' – ')})`}`;
  });
  return [...head, ...told].join('\n');
}
