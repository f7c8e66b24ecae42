import type {IncomingMessage, ServerResponse} from 'node:http';
import {gunzipSync} from 'node:zlib';
import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import type {CallRequest} from '../../protocol/messages.ts';
import type {CallOptions} from '../sync/ports.ts';
import {createFetchTransport} from './fetch-transport.ts';
import {readBytes, startHttpServer, type TestServer} from './testing/http-server.ts';
import {createManualTime} from './testing/manual-time.ts';

const STATUS = {app: 'aster', version: '1', initialized: true, protocol: {min: 1, max: 1}, timeMs: 5};
const LOGIN: CallRequest<'login'> = {username: 'ann', password: 'secret', deviceName: 'phone'};

describe('the transport over fetch', () => {
  let server: TestServer;
  let answer: (request: IncomingMessage, response: ServerResponse) => void;
  let isOnline = true;
  const time = createManualTime(Date.UTC(2026, 0, 1));
  const transport = createFetchTransport({time, connectivity: {isOnline: () => isOnline}});
  const options = (parts: Partial<CallOptions> = {}) => ({
    address: server.address,
    token: null,
    timeoutMs: 5_000,
    ...parts,
  });
  const status = (parts?: Partial<CallOptions>) => transport.call('status', null, options(parts));

  beforeEach(async () => {
    isOnline = true;
    server = await startHttpServer((request, response) => answer(request, response));
  });
  afterEach(() => server.close());

  function answerWith(code: number, contentType: string, body: string, headers: Record<string, string> = {}): void {
    answer = (_, response) => response.writeHead(code, {'content-type': contentType, ...headers}).end(body);
  }

  it('gives an answer that is Aster’s', async () => {
    answerWith(200, 'application/json; charset=utf-8', JSON.stringify(STATUS));
    expect(await status()).toEqual({ok: true, value: STATUS});
  });

  it('sends method, path below the address, token and JSON, and no cookie', async () => {
    let seen: unknown;
    answer = async (request, response) => {
      const {method, url, headers} = request;
      const body = JSON.parse((await readBytes(request)).toString());
      seen = {method, url, token: headers.authorization, type: headers['content-type'], cookie: headers.cookie, body};
      response.writeHead(200, {'content-type': 'application/json'}).end('{}');
    };
    await transport.call('login', LOGIN, options({address: `${server.address}/notes/`, token: 'token-1'}));
    expect(seen).toEqual({
      method: 'POST',
      url: '/notes/api/login',
      token: 'Bearer token-1',
      type: 'application/json',
      cookie: undefined,
      body: LOGIN,
    });
  });

  it('sends a GET without a body or a token', async () => {
    let seen: IncomingMessage['headers'] = {};
    answer = (request, response) => {
      seen = request.headers;
      response.writeHead(200, {'content-type': 'application/json'}).end(JSON.stringify(STATUS));
    };
    expect((await status()).ok).toBe(true);
    expect(seen).not.toHaveProperty('authorization');
    expect(seen).not.toHaveProperty('content-length');
  });

  it('compresses what is large', async () => {
    const deviceName = 'x'.repeat(5000);
    let seen: {encoding: string | undefined; bytes: Buffer} | undefined;
    answer = async (request, response) => {
      seen = {encoding: request.headers['content-encoding'], bytes: await readBytes(request)};
      response.writeHead(200, {'content-type': 'application/json'}).end('{}');
    };
    await transport.call('login', {...LOGIN, deviceName}, options());
    expect(seen?.encoding).toBe('gzip');
    expect(seen?.bytes.length).toBeLessThan(500);
    expect(JSON.parse(gunzipSync(seen!.bytes).toString())).toEqual({...LOGIN, deviceName});
  });

  it('gives the server’s own error', async () => {
    answerWith(401, 'application/json', '{"error":{"type":"wrong_credentials","message":"no"}}');
    expect(await status()).toMatchObject({ok: false, error: {type: 'wrong_credentials', status: 401}});
  });

  it.each([
    ['a web page', 200, 'text/html', '<!doctype html><h1>Welcome</h1>', 'not_aster'],
    ['a login page', 200, 'text/html', '<html><input type="password"></html>', 'login_page'],
    ['a page behind a wall', 403, 'text/html', '<html>Stop</html>', 'login_page'],
    ['another JSON server', 200, 'application/json', '{"hello":1}', 'not_aster'],
    ['not found', 404, 'text/plain', 'no', 'not_aster'],
    ['a bad gateway', 502, 'text/html', '<html>Bad gateway</html>', 'unreachable'],
    ['a gateway that waited', 504, 'text/html', '', 'unreachable'],
    ['a server error', 500, 'text/plain', 'oops', 'server_error'],
    ['a proxy with a limit', 413, 'text/html', '<html>too large</html>', 'too_large'],
  ])('%s is told as what it is', async (_, code, contentType, body, type) => {
    answerWith(code, contentType, body);
    expect(await status()).toMatchObject({ok: false, error: {type}});
  });

  it('reads how long to wait, in seconds or as a date', async () => {
    answerWith(503, 'text/html', 'busy', {'retry-after': '7'});
    expect(await status()).toMatchObject({ok: false, error: {type: 'busy', retryAfterMs: 7000}});
    answerWith(503, 'text/html', 'busy', {'retry-after': new Date(time.wallMs() + 30_000).toUTCString()});
    expect(await status()).toMatchObject({ok: false, error: {type: 'busy', retryAfterMs: 30_000}});
    answerWith(503, 'text/html', 'busy', {'retry-after': 'soon'});
    expect(await status()).toMatchObject({ok: false, error: {type: 'busy', retryAfterMs: undefined}});
  });

  it('a body that breaks off is unreachable, with or without a told length', async () => {
    answer = (_, response) => {
      response.writeHead(200, {'content-type': 'application/json', 'content-length': '1000'});
      response.write('{"app":"aster"', () => response.destroy());
    };
    expect(await status()).toMatchObject({ok: false, error: {type: 'unreachable'}});
    answer = (_, response) => {
      response.writeHead(200, {'content-type': 'application/json'});
      response.write('{"app":"aster"', () => response.destroy());
    };
    expect(await status()).toMatchObject({ok: false, error: {type: 'unreachable'}});
    answer = ({socket}) =>
      void socket.end('HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\n\r\n{"app":{}');
    expect(await status()).toMatchObject({ok: false, error: {type: 'unreachable'}});
  });

  it('a connection that is closed without an answer is unreachable', async () => {
    answer = ({socket}) => void socket.destroy();
    expect(await status()).toMatchObject({ok: false, error: {type: 'unreachable'}});
  });

  it('no one listening is unreachable, or offline where the browser says so', async () => {
    await server.close();
    expect(await status()).toMatchObject({ok: false, error: {type: 'unreachable'}});
    isOnline = false;
    expect(await status()).toMatchObject({ok: false, error: {type: 'offline'}});
  });

  it('no answer within the limit is a timeout, before and inside the body', async () => {
    answer = () => {};
    expect(await status({timeoutMs: 20})).toMatchObject({ok: false, error: {type: 'timeout'}});
    answer = (_, response) => {
      response.writeHead(200, {'content-type': 'application/json'});
      response.write('{"app":');
    };
    expect(await status({timeoutMs: 50})).toMatchObject({ok: false, error: {type: 'timeout'}});
  });

  it('follows a redirect', async () => {
    answer = ({url}, response) => {
      if (url === '/notes/api/status')
        response.writeHead(200, {'content-type': 'application/json'}).end(JSON.stringify(STATUS));
      else response.writeHead(308, {location: '/notes/api/status'}).end();
    };
    expect(await status()).toEqual({ok: true, value: STATUS});
  });

  it('an address that is none is told without asking anyone', async () => {
    expect(await status({address: 'example.org'})).toMatchObject({ok: false, error: {type: 'not_aster'}});
  });
});
