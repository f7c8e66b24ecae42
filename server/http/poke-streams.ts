/**
 * Pokes as an event stream: one event with the standing when it opens, one after each commit, a comment as a heartbeat, so
 * that proxies keep it open and a dead one is noticed. A reader that doesn't keep up is cut off: it comes back and asks.
 */

import type {ServerResponse} from 'node:http';
import type {FastifyInstance} from 'fastify';
import {POKES_PATH} from '../../protocol/messages.ts';
import type {Core} from '../core/core.ts';
import type {Standing} from '../core/ports.ts';
import {authenticate, deviceOf} from './calls.ts';
import {headersFor} from './headers.ts';

const HEARTBEAT_MS = 25_000;
const MAX_UNREAD_BYTES = 64 * 1024;

export interface PokeStreams {
  readonly count: () => number;
  /** Ends every stream and takes no new ones. */
  close(): void;
}

export function addPokeStreams(
  app: FastifyInstance,
  core: Core,
  apiPath: string,
  allowedOrigins: readonly string[],
): PokeStreams {
  const streams = new Set<ServerResponse>();
  let isClosed = false;
  const heartbeat = setInterval(() => {
    for (const stream of streams) write(stream, ':\n\n');
  }, HEARTBEAT_MS);
  heartbeat.unref();

  app.get(
    `${apiPath}${POKES_PATH}`,
    {onRequest: authenticate(core), exposeHeadRoute: false},
    async (request, reply) => {
      const {accountId} = deviceOf(request);
      reply.hijack();
      const stream = reply.raw;
      if (isClosed) return void stream.destroy();
      stream.writeHead(200, {
        ...headersFor(request, allowedOrigins),
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-store',
        'x-accel-buffering': 'no',
      });
      streams.add(stream);
      const unsubscribe = core.subscribe(accountId, (standing) => write(stream, eventOf(standing)));
      stream.on('close', () => {
        streams.delete(stream);
        unsubscribe();
      });
      stream.on('error', () => stream.destroy());
      write(stream, eventOf(await core.standing(accountId)));
    },
  );

  return {
    count: () => streams.size,
    close() {
      isClosed = true;
      clearInterval(heartbeat);
      for (const stream of streams) stream.end();
    },
  };
}

function write(stream: ServerResponse, text: string): void {
  if (stream.writableLength > MAX_UNREAD_BYTES) stream.destroy();
  else if (stream.writable) stream.write(text);
}

function eventOf(standing: Standing): string {
  return `data: ${JSON.stringify(standing)}\n\n`;
}
