/** From fetch's answers and exceptions to what protocol/answer.ts reads and to SyncErrors. */

import type {HttpAnswer} from '../../protocol/answer.ts';
import type {SyncError} from '../../protocol/errors.ts';
import type {Connectivity} from '../sync/ports.ts';

/** Rejects where the body breaks off or the time is up. */
export async function readHttpAnswer(response: Response, wallMs: number): Promise<HttpAnswer> {
  return {
    status: response.status,
    contentType: response.headers.get('content-type') ?? '',
    text: await response.text(),
    retryAfterMs: retryAfterMs(response.headers.get('retry-after'), wallMs),
  };
}

/**
 * JSON that doesn't end: a connection closed in the middle of an answer whose length nobody told. A page of HTML that calls
 * itself JSON isn't one: it doesn't begin as an answer of ours does.
 */
export function isCutOff({contentType, text}: HttpAnswer): boolean {
  if (!/^application\/json/i.test(contentType) || !/^\s*(\{|$)/.test(text)) return false;
  try {
    JSON.parse(text);
    return false;
  } catch {
    return true;
  }
}

/** What fetch rejects with tells nothing reliable but that there is no answer. */
export function networkError(error: unknown, connectivity: Pick<Connectivity, 'isOnline'>): SyncError {
  if (!connectivity.isOnline()) return {type: 'offline', message: 'this device has no network'};
  return {type: 'unreachable', message: `no answer from the server: ${error instanceof Error ? error.message : error}`};
}

/** Seconds or a date (RFC 9110, 10.2.3). */
function retryAfterMs(header: string | null, wallMs: number): number | undefined {
  if (header === null) return undefined;
  const ms = /^\d+$/.test(header.trim()) ? Number(header) * 1000 : Date.parse(header) - wallMs;
  return Number.isNaN(ms) ? undefined : Math.max(0, ms);
}
