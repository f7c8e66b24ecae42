/** The core behind HTTP: API, pokes and app on one port, all of it under the base path. Not listening yet. */

import {constants} from 'node:zlib';
import fastifyCompress from '@fastify/compress';
import fastify, {type FastifyInstance} from 'fastify';
import {MAX_REQUEST_BYTES} from '../../protocol/limits.ts';
import type {Core} from '../core/core.ts';
import type {CorePorts} from '../core/ports.ts';
import type {Options} from '../options.ts';
import {addAppFiles} from './app-files.ts';
import {readJsonBodies} from './body.ts';
import {addCalls} from './calls.ts';
import {handleErrors} from './errors.ts';
import {addHeaders} from './headers.ts';
import {openApiDocument} from './openapi.ts';
import {type PokeStreams, addPokeStreams} from './poke-streams.ts';

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
  /** Ends the event streams, lets running requests finish. */
  close(): Promise<void>;
}

/** Slow senders: so long for the headers, so long for a whole request, which may be 24 MB over a poor line. */
const HEADERS_TIMEOUT_MS = 20_000;
const REQUEST_TIMEOUT_MS = 300_000;
const KEEP_ALIVE_MS = 65_000; // longer than a proxy's usual 60 s, which would else meet a closed connection
const MIN_COMPRESSED_BYTES = 1_024;

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
  });
  app.decorateRequest('arrivedMs', 0);
  app.decorateRequest('device', null);
  app.addHook('onRequest', async (request) => {
    request.arrivedMs = now();
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
  app.get(`${apiPath}openapi.json`, async () => openApiDocument(version, apiPath));
  await addAppFiles(app, {basePath, apiPath, appDir});
  await app.ready();
  return {
    app,
    pokeStreams,
    async close() {
      pokeStreams.close();
      await app.close();
    },
  };
}
