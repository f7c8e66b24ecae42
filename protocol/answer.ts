/**
 * From an HTTP answer to a result: one place that tells Aster's answers from a proxy's login page, another web server and
 * a broken gateway. Pure, so that the browser's and Node's transports read alike.
 */

import * as z from 'zod/mini';
import {failed, ok, type Result, type SyncError} from './errors.ts';
import {CALLS, type CallAnswer, type CallName, errorAnswerSchema} from './messages.ts';

export interface HttpAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly text: string;
  /** Milliseconds of a Retry-After header, where there was one. */
  readonly retryAfterMs?: number | undefined;
}

export function readAnswer<N extends CallName>(name: N, http: HttpAnswer): Result<CallAnswer<N>> {
  const json = parseJson(http);
  if (json === undefined) return failed(notJson(http));
  const told = z.safeParse(errorAnswerSchema, json);
  if (told.success) {
    const {error} = told.data;
    return failed({...error, status: http.status, retryAfterMs: error.retryAfterMs ?? http.retryAfterMs});
  }
  if (http.status < 200 || http.status > 299) return failed(strangerError(http));
  const answer = z.safeParse(CALLS[name].answer as z.ZodMiniType, json);
  if (answer.success) return ok(answer.data as CallAnswer<N>);
  return failed({type: 'not_aster', message: `the answer to ${name} is not Aster's`, status: http.status});
}

function parseJson({contentType, text}: HttpAnswer): unknown {
  if (!/^application\/(.+\+)?json/i.test(contentType.trim())) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function notJson(http: HttpAnswer): SyncError {
  const {status, contentType, text} = http;
  if (status === 413)
    return {type: 'too_large', message: 'something before the server refuses requests of this size', status};
  if (status === 429 || status >= 500) return strangerError(http);
  if (isLoginPage(http)) return {type: 'login_page', message: 'a login page answers instead of Aster', status};
  return {
    type: 'not_aster',
    message: `the answer is not Aster's: ${contentType || 'no content type'}, ${text.length} characters`,
    status,
  };
}

function strangerError({status, retryAfterMs}: HttpAnswer): SyncError {
  if (status === 429 || status === 503) return {type: 'busy', message: `status ${status}`, status, retryAfterMs};
  if (status >= 502 && status <= 504) return {type: 'unreachable', message: `a gateway answered ${status}`, status};
  if (status >= 500) return {type: 'server_error', message: `status ${status}`, status};
  if (status === 413) return {type: 'too_large', message: 'the request is too large for something on the way', status};
  return {type: 'not_aster', message: `status ${status} without Aster's error`, status};
}

function isLoginPage({contentType, text, status}: HttpAnswer): boolean {
  const html = /html/i.test(contentType) || /^\s*<(!doctype|html)/i.test(text);
  return (
    html && (status === 401 || status === 403 || /type=["']?password/i.test(text) || /\b(log|sign)\s?in\b/i.test(text))
  );
}
