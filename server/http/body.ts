/**
 * Request bodies: JSON, plain or gzip. The limit counts what comes out of the decompression, so that a small bomb is as
 * too large as a large request; reading stops there, and the rest of the upload is let go by unread.
 */

import type {Readable} from 'node:stream';
import {createGunzip} from 'node:zlib';
import type {FastifyInstance, FastifyRequest} from 'fastify';
import {SyncFailure} from '../../protocol/errors.ts';
import {malformed} from './errors.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Of a request's body, decompressed. What a stranger may send unless the route says more. */
    maxBodyBytes?: number;
  }
}

const MAX_STRANGERS_BYTES = 64 * 1024;

/** A body that no route asked for is let go by unread. */
export function readJsonBodies(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', async (request: FastifyRequest, payload: Readable) => {
    if (request.is404) return void payload.resume();
    const bytes = await readBody(request, payload, request.routeOptions.config.maxBodyBytes ?? MAX_STRANGERS_BYTES);
    return parseJson(bytes);
  });
  app.addContentTypeParser('*', async (_request: FastifyRequest, payload: Readable) => {
    payload.resume();
    throw malformed('send application/json', 415);
  });
}

async function readBody({headers}: FastifyRequest, payload: Readable, maxBytes: number): Promise<Buffer> {
  const encoding = headers['content-encoding']?.trim().toLowerCase() ?? 'identity';
  if (encoding === 'identity') return readUpTo(payload, payload, maxBytes);
  if (encoding !== 'gzip')
    throw malformed(`content-encoding ${encoding.slice(0, 50)} is not understood: send gzip or none`, 415);
  const gunzip = createGunzip();
  payload.on('error', (error) => gunzip.destroy(error));
  return readUpTo(payload.pipe(gunzip), payload, maxBytes);
}

/** Listeners rather than `for await`, which would destroy the connection before the answer is sent. */
function readUpTo(stream: Readable, payload: Readable, maxBytes: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const giveUp = (error: SyncFailure) => {
      stream.removeListener('data', take);
      if (stream !== payload) {
        payload.unpipe();
        stream.destroy();
      }
      payload.resume();
      reject(error);
    };
    const take = (chunk: Buffer) => {
      size += chunk.length;
      chunks.push(chunk);
      if (size > maxBytes)
        giveUp(new SyncFailure({type: 'too_large', message: `a request may have ${maxBytes} bytes`}));
    };
    stream.on('data', take);
    stream.on('end', () => resolve(Buffer.concat(chunks)));
    stream.on('error', () => giveUp(malformed('the body can’t be read')));
    payload.on('close', () => {
      if (!payload.readableEnded) reject(malformed('the body ended early'));
    });
  });
}

const decoder = new TextDecoder('utf-8', {fatal: true});

function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(decoder.decode(bytes));
  } catch {
    throw malformed('the body is not JSON');
  }
}
