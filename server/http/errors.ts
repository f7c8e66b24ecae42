/** Errors as answers: a status for each type, and a body that tells the type and nothing of the inside. */

import type {Socket} from 'node:net';
import type {FastifyError, FastifyInstance, FastifyReply} from 'fastify';
import {type SyncError, SyncFailure, WIRE_ERROR_TYPES, type WireErrorType} from '../../protocol/errors.ts';
import {type Log, wireError} from '../core/ports.ts';

const STATUS: Readonly<Record<WireErrorType, number>> = {
  malformed: 400,
  too_large: 413,
  not_found: 404,
  signed_out: 401,
  device_removed: 401,
  other_account: 403,
  wrong_credentials: 401,
  wrong_setup_code: 403,
  too_many_tries: 429,
  not_initialized: 409,
  already_initialized: 409,
  upgrade_needed: 426,
  other_history: 409,
  busy: 503,
  server_error: 500,
};

const CLIENT_ERROR_STATUS: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
};

export function sendError(reply: FastifyReply, error: SyncError, status?: number): FastifyReply {
  const type = WIRE_ERROR_TYPES.find((known) => known === error.type) ?? 'server_error';
  const {message, retryAfterMs, side} = error;
  if (retryAfterMs !== undefined) reply.header('retry-after', Math.ceil(retryAfterMs / 1000));
  return reply
    .code(status ?? STATUS[type])
    .header('cache-control', 'no-store')
    .type('application/json; charset=utf-8')
    .send({
      error: {
        type,
        message,
        ...(retryAfterMs === undefined ? {} : {retryAfterMs}),
        ...(side === undefined ? {} : {side}),
      },
    });
}

/** What is thrown while a request is handled: a SyncFailure, an error of Fastify's about the request, or a bug. */
export function handleErrors(app: FastifyInstance, log: Log): void {
  app.setErrorHandler((error: FastifyError, request, reply) => {
    if (error instanceof SyncFailure) return sendError(reply, error.error, error.error.status);
    const status = error.statusCode ?? 500;
    if (status === 413) return sendError(reply, wireError('too_large', 'the request is too large'));
    if (status >= 400 && status < 500)
      return sendError(reply, wireError('malformed', 'the request can’t be read'), status);
    log('error', 'a request failed', {
      method: request.method,
      route: request.routeOptions.url,
      error: error.stack ?? String(error),
      ...(error.cause === undefined ? {} : {cause: String(error.cause)}),
    });
    return sendError(reply, wireError('server_error', 'something went wrong inside the server'));
  });
}

export function malformed(message: string, status = 400): SyncFailure {
  return new SyncFailure({type: 'malformed', message, status});
}

/** For what isn't even HTTP, or has too much of it in its headers: answered past Fastify, and cut. */
export function refuseConnection(error: Error & {code?: string}, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
  const status = CLIENT_ERROR_STATUS[error.code ?? ''] ?? '400 Bad Request';
  const body = JSON.stringify({error: {type: 'malformed', message: 'the request can’t be read'}});
  const head = `content-type: application/json; charset=utf-8\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close`;
  socket.end(`HTTP/1.1 ${status}\r\n${head}\r\n\r\n${body}`, () => socket.destroy());
}
