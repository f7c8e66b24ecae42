/**
 * The built app. Files under assets/ have their hash in their name and never change; everything else is asked for anew.
 * A navigation to any path of the app gets index.html, with the base path put in; the API never does.
 */

import {existsSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import fastifyStatic from '@fastify/static';
import type {FastifyInstance, FastifyReply, FastifyRequest} from 'fastify';
import {wireError} from '../core/ports.ts';
import {sendError} from './errors.ts';

export interface AppFiles {
  readonly basePath: string;
  readonly apiPath: string;
  /** The folder of the build; undefined, or without an index.html: only the API is served. */
  readonly appDir: string | undefined;
}

export async function addAppFiles(app: FastifyInstance, {basePath, apiPath, appDir}: AppFiles): Promise<void> {
  const index = appDir === undefined ? undefined : readIndex(appDir, basePath);
  const isNavigation = ({method, headers, url}: FastifyRequest) =>
    (method === 'GET' || method === 'HEAD') &&
    /\btext\/html\b/.test(headers.accept ?? '') &&
    isPage(url, basePath, apiPath);

  app.setNotFoundHandler((request, reply) => {
    if (index !== undefined && isNavigation(request)) return sendPage(reply, index);
    return sendError(reply, wireError('not_found', 'there is nothing at this address'));
  });
  if (basePath !== '/') {
    for (const path of ['/', basePath.slice(0, -1)]) app.get(path, (_request, reply) => reply.redirect(basePath));
  }
  if (appDir === undefined || index === undefined) return;
  for (const path of [basePath, `${basePath}index.html`]) app.get(path, (_request, reply) => sendPage(reply, index));
  await app.register(fastifyStatic, {
    root: appDir,
    prefix: basePath,
    index: false,
    cacheControl: false,
    setHeaders: (reply, path) => {
      const isHashed = path.startsWith(join(appDir, 'assets'));
      reply.header('cache-control', isHashed ? 'public, max-age=31536000, immutable' : 'no-cache');
    },
  });
}

function readIndex(appDir: string, basePath: string): string | undefined {
  const file = join(appDir, 'index.html');
  return existsSync(file)
    ? readFileSync(file, 'utf8').replace('<base href="/"', `<base href="${basePath}"`)
    : undefined;
}

function sendPage(reply: FastifyReply, index: string): FastifyReply {
  return reply.code(200).header('cache-control', 'no-cache').type('text/html; charset=utf-8').send(index);
}

function isPage(url: string, basePath: string, apiPath: string): boolean {
  const path = url.split(/[?#]/, 1)[0] ?? '';
  return path.startsWith(basePath) && !`${path}/`.startsWith(apiPath) && !/\.[^/]*$/.test(path);
}
