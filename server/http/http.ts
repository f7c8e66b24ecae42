/** The core behind HTTP: API, pokes and app on one port, all of it under the base path. Not listening yet. */

import type {IncomingMessage} from 'node:http';
import type {Socket} from 'node:net';
import {constants} from 'node:zlib';
import fastifyCompress from '@fastify/compress';
import fastify, {type FastifyInstance} from 'fastify';
import {MAX_REQUEST_BYTES} from '../../protocol/limits.ts';
import type {Core} from '../core/core.ts';
import {type CorePorts, wireError} from '../core/ports.ts';
import type {Options} from '../options.ts';
import {createAddressOf} from './address.ts';
import {addAppFiles} from './app-files.ts';
import {readJsonBodies} from './body.ts';
import {addCalls} from './calls.ts';
import {handleErrors, refuseConnection, sendError} from './errors.ts';
import {addHeaders, headersFor} from './headers.ts';
import {openApiDocument} from './openapi.ts';
import {addPokeStreams, type PokeStreams} from './poke-streams.ts';

export interface HttpPorts extends Pick<CorePorts, 'now' | 'log'> {
  readonly core: Core;
  readonly options: Pick<Options, 'basePath' | 'allowedOrigins' | 'trustProxy'>;
  readonly version: string;
  /** The folder of the built app; without it only the API is served. */
  readonly appDir: string | undefined;
}

export interface Http {
  readonly app: FastifyInstance;
  readonly pokeStreams: PokeStreams;
  /** Ends the event streams, lets running requests finish for a while. */
  close(): Promise<void>;
}

/** Slow senders: so long for the headers, so long for a whole request, which may be 24 MB over a poor line. */
const HEADERS_TIMEOUT_MS = 20_000;
const REQUEST_TIMEOUT_MS = 300_000;
const KEEP_ALIVE_MS = 65_000; // longer than a proxy's usual 60 s, which would else meet a closed connection
const MIN_COMPRESSED_BYTES = 1_024;
const CLOSING_GRACE_MS = 5_000;
const SWEEP_EVERY_MS = 20;

export async function createHttp({core, options, version, appDir, now, log}: HttpPorts): Promise<Http> {
  const {basePath, allowedOrigins, trustProxy} = options;
  const apiPath = `${basePath}api/`;
  const app = fastify({
    trustProxy: typeof trustProxy === 'number' ? (_address, hop) => hop < trustProxy : trustProxy,
    bodyLimit: MAX_REQUEST_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    return503OnClosing: false,
    routerOptions: {ignoreDuplicateSlashes: false},
    http: {headersTimeout: HEADERS_TIMEOUT_MS},
    clientErrorHandler: refuseConnection,
    frameworkErrors: (_error, request, reply) => {
      reply.headers(headersFor(request, allowedOrigins));
      return sendError(reply, wireError('malformed', 'the address can’t be read'));
    },
  });
  const closeGently = prepareClosing(app);
  app.decorateRequest('arrivedMs', 0);
  app.decorateRequest('device', null);
  app.decorateRequest('address', null);
  const addressOf = createAddressOf(log);
  app.addHook('onRequest', async (request) => {
    request.arrivedMs = now();
    request.address = addressOf(request);
  });
  handleErrors(app, log);
  addHeaders(app, allowedOrigins);
  readJsonBodies(app);
  await app.register(fastifyCompress, {
    globalDecompression: false,
    threshold: MIN_COMPRESSED_BYTES,
    encodings: ['br', 'zstd', 'gzip'],
    brotliOptions: {params: {[constants.BROTLI_PARAM_QUALITY]: 1}},
    zlibOptions: {level: 1},
  });
  addCalls(app, core, apiPath);
  const pokeStreams = addPokeStreams(app, core, apiPath, allowedOrigins);
  app.get(`${apiPath}health`, async () => ({ok: (await core.status()).ok}));
  const openApi = openApiDocument(version, apiPath);
  app.get(`${apiPath}openapi.json`, async () => openApi);
  await addAppFiles(app, {basePath, apiPath, appDir});
  await app.ready();
  return {
    app,
    pokeStreams,
    async close() {
      pokeStreams.close();
      await closeGently();
    },
  };
}

/**
 * Closing: Node ends the connections that are idle at that moment. Those that become idle a moment later would be kept for
 * the keep-alive time, those that never sent a request, as browsers open them in advance, for the headers' time. What
 * still runs after the grace is cut.
 */
function prepareClosing(app: FastifyInstance): () => Promise<void> {
  const unused = new Set<Socket>();
  app.server.on('connection', (socket: Socket) => {
    unused.add(socket);
    socket.once('close', () => unused.delete(socket));
  });
  app.server.on('request', ({socket}: IncomingMessage) => unused.delete(socket));
  return async () => {
    const deadline = setTimeout(() => app.server.closeAllConnections(), CLOSING_GRACE_MS);
    const sweep = setInterval(() => app.server.closeIdleConnections(), SWEEP_EVERY_MS);
    for (const socket of unused) socket.destroy();
    await app.close();
    clearInterval(sweep);
    clearTimeout(deadline);
  };
}
