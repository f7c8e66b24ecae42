/**
 * What the limits are measured against: a bare HTTP server on loopback and an empty page. It gives out so many bytes, takes
 * bytes in, and hands the page the rows of generated notes, so that the page can store the same rows raw.
 */
import {randomBytes} from 'node:crypto';
import {once} from 'node:events';
import {createServer, type IncomingMessage, type ServerResponse} from 'node:http';
import type {PushedEntity} from '../protocol/messages.ts';
import type {GeneratedNote} from './notes.ts';
import {entitiesOf} from './replica.ts';
import {freePort} from './server.ts';

export interface RawServer {
  /** With a slash at the end; an empty page. */
  readonly address: string;
  /** Rows of these notes from now on: pages of them by `rows?page=`. */
  offer(notes: readonly GeneratedNote[]): void;
  close(): Promise<void>;
}

export const ROWS_PER_PAGE = 1_000;
const BYTES = randomBytes(4 * 1024 * 1024);

export async function startRawServer(): Promise<RawServer> {
  let offered: readonly GeneratedNote[] = [];
  const pageOf = (page: number): PushedEntity[] =>
    offered
      .slice(page * ROWS_PER_PAGE, (page + 1) * ROWS_PER_PAGE)
      .flatMap((note) => entitiesOf({id: 'rawReplica000000'}, note));

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const {pathname, searchParams} = new URL(request.url ?? '/', 'http://raw');
    for await (const _ of request);
    if (pathname === '/bytes') return send(response, 'application/octet-stream', bytes(searchParams.get('count')));
    if (pathname === '/rows')
      return send(response, 'application/json', JSON.stringify(pageOf(Number(searchParams.get('page')))));
    return send(response, 'text/html', '<!doctype html><title>Raw</title>');
  }

  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => response.destroy(error instanceof Error ? error : undefined));
  });
  const port = await freePort();
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    address: `http://127.0.0.1:${port}/`,
    offer(notes) {
      offered = notes;
    },
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

function bytes(count: string | null): Buffer {
  return BYTES.subarray(0, Number(count));
}

function send(response: ServerResponse, type: string, content: string | Buffer): void {
  response.writeHead(200, {'content-type': type, 'content-length': Buffer.byteLength(content)}).end(content);
}
