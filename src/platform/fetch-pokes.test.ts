import {once} from 'node:events';
import type {IncomingMessage, ServerResponse} from 'node:http';
import {afterEach, beforeEach, describe, expect, it, vi} from 'vitest';
import type {SyncError} from '../../protocol/errors.ts';
import {EMPTY_HASH} from '../../protocol/hash.ts';
import type {Poke} from '../../protocol/messages.ts';
import {SILENCE_MS} from './fetch-pokes.ts';
import {createFetchTransport} from './fetch-transport.ts';
import {startHttpServer, type TestServer} from './testing/http-server.ts';
import {createManualTime, type ManualTime} from './testing/manual-time.ts';

const POKE: Poke = {account: 'account', epoch: 'epoch-01', head: {seq: 3, mark: 'mark-003'}, root: EMPTY_HASH};
const EVENT = `data: ${JSON.stringify(POKE)}\n\n`;

describe('the stream of pokes', () => {
  let server: TestServer;
  let time: ManualTime;
  let answer: (request: IncomingMessage, response: ServerResponse) => void;
  const onPoke = vi.fn<(poke: Poke) => void>();
  const onEnd = vi.fn<(error: SyncError) => void>();

  beforeEach(async () => {
    vi.clearAllMocks();
    time = createManualTime();
    server = await startHttpServer((request, response) => answer(request, response));
  });
  afterEach(() => server.close());

  function open(address = `${server.address}/notes`): () => void {
    const transport = createFetchTransport({time, connectivity: {isOnline: () => true}});
    return transport.openPokes({address, token: 'token-1', timeoutMs: 5000}, onPoke, onEnd);
  }

  function streaming(): Promise<ServerResponse> {
    return new Promise((resolve) => {
      answer = (_, response) => {
        response.writeHead(200, {'content-type': 'text/event-stream; charset=utf-8'}).flushHeaders();
        resolve(response);
      };
    });
  }

  const told = () => vi.waitFor(() => expect(onEnd).toHaveBeenCalledOnce());
  const endType = () => onEnd.mock.lastCall?.[0].type;

  it('is asked for with the token, and tells each poke', async () => {
    const seen = new Promise<IncomingMessage>((resolve) => {
      answer = (request, response) => {
        response.writeHead(200, {'content-type': 'text/event-stream'});
        response.write(`: hello\n\n${EVENT}`);
        response.write(EVENT);
        resolve(request);
      };
    });
    const close = open();
    const {url, headers} = await seen;
    expect(url).toBe('/notes/api/pokes');
    expect(headers.authorization).toBe('Bearer token-1');
    expect(headers.accept).toBe('text/event-stream');
    await vi.waitFor(() => expect(onPoke).toHaveBeenCalledTimes(2));
    expect(onPoke).toHaveBeenLastCalledWith(POKE);
    close();
  });

  it('passes over what is no poke', async () => {
    const response = streaming();
    const close = open();
    (await response).write(`data: {"app":1}\n\ndata: not json\n\n${EVENT}`);
    await vi.waitFor(() => expect(onPoke).toHaveBeenCalledOnce());
    expect(onEnd).not.toHaveBeenCalled();
    close();
  });

  it('ends once when the server ends it, and does not stay in time', async () => {
    const response = streaming();
    open();
    (await response).end();
    await told();
    expect(endType()).toBe('unreachable');
    time.advance(10 * SILENCE_MS);
    expect(onEnd).toHaveBeenCalledOnce();
  });

  it('ends when the connection breaks', async () => {
    const response = streaming();
    open();
    (await response).destroy();
    await told();
    expect(endType()).toBe('unreachable');
  });

  it('ends after a minute without a byte; heartbeats put that off', async () => {
    const pending = streaming();
    open();
    const response = await pending;
    response.write(EVENT);
    await vi.waitFor(() => expect(onPoke).toHaveBeenCalledTimes(1));
    time.advance(SILENCE_MS - 1);
    response.write(`: heartbeat\n\n${EVENT}`);
    await vi.waitFor(() => expect(onPoke).toHaveBeenCalledTimes(2));
    time.advance(SILENCE_MS - 1);
    expect(onEnd).not.toHaveBeenCalled();
    const closed = once(response, 'close');
    time.advance(1);
    expect(onEnd).toHaveBeenCalledOnce();
    expect(endType()).toBe('timeout');
    await closed;
  });

  it('ends when no answer comes within the time limit', async () => {
    const asked = new Promise<void>((resolve) => {
      answer = () => resolve();
    });
    open();
    await asked;
    time.advance(4999);
    expect(onEnd).not.toHaveBeenCalled();
    time.advance(1);
    expect(endType()).toBe('timeout');
  });

  it('closed here, the request is dropped and nothing is told', async () => {
    const pending = streaming();
    const close = open();
    const response = await pending;
    const closed = once(response, 'close');
    close();
    await closed;
    time.advance(10 * SILENCE_MS);
    expect(onEnd).not.toHaveBeenCalled();
  });

  it.each([
    [401, 'application/json', '{"error":{"type":"signed_out","message":"no"}}', 'signed_out'],
    [200, 'text/html', '<html><input type="password"></html>', 'login_page'],
    [200, 'application/json', '{}', 'not_aster'],
    [503, 'text/plain', '', 'busy'],
  ])('an answer that is no stream (%i %s) is told as what it is', async (code, contentType, body, type) => {
    answer = (_, response) => response.writeHead(code, {'content-type': contentType}).end(body);
    open();
    await told();
    expect(endType()).toBe(type);
  });

  it('a stream that is not made of lines is given up', async () => {
    const response = streaming();
    open();
    (await response).write('x'.repeat(200_000));
    await told();
    expect(endType()).toBe('not_aster');
  });

  it('an address that is none is told, once, and not before open returned', async () => {
    open('example.org');
    expect(onEnd).not.toHaveBeenCalled();
    await told();
    expect(endType()).toBe('not_aster');
  });
});
