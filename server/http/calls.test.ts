import {once} from 'node:events';
import {connect} from 'node:net';
import {text} from 'node:stream/consumers';
import {gzipSync} from 'node:zlib';
import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import {readAnswer} from '../../protocol/answer.ts';
import {makeVersion} from '../../protocol/entity.ts';
import {MAX_REQUEST_BYTES} from '../../protocol/limits.ts';
import type {CallName} from '../../protocol/messages.ts';
import {createHttpWorld, type HttpWorld} from '../testing/http-world.ts';
import {ASKED, at, note, pushed} from '../testing/world.ts';

let world: HttpWorld;
beforeEach(async () => {
  world = await createHttpWorld();
});
afterEach(() => world.close());

const PUSH = {...ASKED, entities: [pushed(note({stamp: at(1)}))]};
const PULL = {...ASKED, lane: 'all', after: 0};

async function told(
  response: Response,
): Promise<{status: number; type: unknown; side?: unknown; retryAfterMs?: unknown}> {
  expect(response.headers.get('content-type')).toMatch(/^application\/json/);
  const {error} = (await response.json()) as {error: {type: string; message: string}};
  expect(error.message).not.toBe('');
  const {message: _, ...rest} = error;
  return {status: response.status, ...rest};
}

async function read(name: CallName, response: Response) {
  return readAnswer(name, {
    status: response.status,
    contentType: response.headers.get('content-type') ?? '',
    text: await response.text(),
  });
}

describe('calls over HTTP', () => {
  it('each answers what the protocol says', async () => {
    const answers = [
      await read('status', await world.call('api/status')),
      await read('login', await world.post('api/login', {username: 'ann', password: 'long enough', deviceName: 'x'})),
      await read('hello', await world.post('api/sync/hello', {...ASKED, protocol: {min: 3, max: 3}, t0: 1})),
      await read('push', await world.post('api/sync/push', PUSH)),
      await read('pull', await world.post('api/sync/pull', PULL)),
      await read('fetch', await world.post('api/sync/fetch', {...ASKED, refs: [{kind: 'note', id: 'note-1'}]})),
      await read('buckets', await world.post('api/sync/buckets', ASKED)),
      await read('items', await world.post('api/sync/items', {...ASKED, buckets: [{bucket: 1, prefixes: []}]})),
    ];
    expect(answers.filter(({ok}) => !ok)).toEqual([]);
    expect(answers[4]).toMatchObject({value: {rows: [{id: 'note-1', body: 'text'}]}});
  });

  it('hello tells the time of arrival and of the answer by the server’s clock', async () => {
    const answer = await read(
      'hello',
      await world.post('api/sync/hello', {...ASKED, protocol: {min: 3, max: 3}, t0: 1}),
    );
    expect(answer).toMatchObject({value: {t1: world.clock.ms, t2: world.clock.ms}});
  });

  it('bytes arrive as they were sent, NUL and what is no UTF-8 included', async () => {
    const version = {...note({stamp: at(1)}), data: Uint8Array.of(0, 65), body: Uint8Array.of(0xff, 0)};
    await world.post('api/sync/push', {...ASKED, entities: [pushed(makeVersion(version))]});
    expect(await read('pull', await world.post('api/sync/pull', PULL))).toMatchObject({
      value: {rows: [{data: '\0A', body: {base64: '_wA'}}]},
    });
  });

  it('answers are never stored by a cache', async () => {
    expect((await world.post('api/sync/pull', PULL)).headers.get('cache-control')).toBe('no-store');
  });
});

describe('requests that go wrong', () => {
  it.each([
    ['what is not JSON', 'api/sync/push', '{"half', {}, {status: 400, type: 'malformed'}],
    ['what is no UTF-8', 'api/sync/push', Uint8Array.of(0x22, 0xff, 0x22), {}, {status: 400, type: 'malformed'}],
    ['JSON of another shape', 'api/sync/push', {...ASKED, entities: 'none'}, {}, {status: 400, type: 'malformed'}],
    ['nothing', 'api/sync/push', '', {}, {status: 400, type: 'malformed'}],
    ['another content type', 'api/sync/push', 'a=b', {'content-type': 'text/plain'}, {status: 415, type: 'malformed'}],
    ['an unknown encoding', 'api/sync/push', 'x', {'content-encoding': 'compress'}, {status: 415, type: 'malformed'}],
    ['gzip that is none', 'api/sync/push', 'x', {'content-encoding': 'gzip'}, {status: 400, type: 'malformed'}],
    [
      'gzip that ends early',
      'api/sync/push',
      gzipSync('{"a": 1}').subarray(0, 12),
      {'content-encoding': 'gzip'},
      {status: 400, type: 'malformed'},
    ],
    [
      'a body that is too large',
      'api/sync/push',
      'x'.repeat(MAX_REQUEST_BYTES + 1),
      {},
      {status: 413, type: 'too_large'},
    ],
    ['a stranger’s body of no use', 'api/nothing', '{"half', {authorization: ''}, {status: 404, type: 'not_found'}],
    [
      'a stranger’s bomb of no use',
      'anywhere',
      gzipSync('x'.repeat(MAX_REQUEST_BYTES + 1)),
      {authorization: '', 'content-encoding': 'gzip'},
      {status: 404, type: 'not_found'},
    ],
    ['a large body without an account', 'api/login', 'x'.repeat(100_000), {}, {status: 413, type: 'too_large'}],
    [
      'a bomb',
      'api/sync/push',
      gzipSync('x'.repeat(MAX_REQUEST_BYTES + 1)),
      {'content-encoding': 'gzip'},
      {status: 413, type: 'too_large'},
    ],
    [
      'an older protocol',
      'api/sync/push',
      {protocol: 0, of: 'another shape'},
      {},
      {status: 426, type: 'upgrade_needed', side: 'app'},
    ],
    [
      'a newer protocol',
      'api/sync/pull',
      {protocol: 4, of: 'another shape'},
      {},
      {status: 426, type: 'upgrade_needed', side: 'server'},
    ],
    [
      'a newer range',
      'api/sync/hello',
      {protocol: {min: 4, max: 5}},
      {},
      {status: 426, type: 'upgrade_needed', side: 'server'},
    ],
    ['a protocol that is none', 'api/sync/push', {...PUSH, protocol: 'one'}, {}, {status: 400, type: 'malformed'}],
    [
      'another history',
      'api/sync/push',
      {...PUSH, history: {...ASKED.history, epoch: 'unknown-epoch'}},
      {},
      {status: 409, type: 'other_history'},
    ],
    ['no token', 'api/sync/push', PUSH, {authorization: ''}, {status: 401, type: 'signed_out'}],
    ['an unknown token', 'api/sync/push', PUSH, {authorization: 'Bearer unknown'}, {status: 401, type: 'signed_out'}],
    ['no token and no JSON', 'api/sync/push', '{', {authorization: ''}, {status: 401, type: 'signed_out'}],
    [
      'a wrong password',
      'api/login',
      {username: 'Ann', password: 'wrong', deviceName: 'x'},
      {},
      {status: 401, type: 'wrong_credentials'},
    ],
    [
      'a second setup',
      'api/setup',
      {setupCode: 'x', username: 'a', password: 'long enough', deviceName: 'x'},
      {},
      {status: 409, type: 'already_initialized'},
    ],
    ['an unknown path', 'api/sync/nothing', PUSH, {}, {status: 404, type: 'not_found'}],
    ['a path with another method', 'api/status', {}, {}, {status: 404, type: 'not_found'}],
  ] as [
    string,
    string,
    unknown,
    Record<string, string>,
    object,
  ][])('%s: a typed error, and the server goes on', async (_name, path, body, headers, expected) => {
    expect(await told(await world.post(path, body, headers))).toEqual(expected);
    expect((await world.post('api/sync/push', PUSH)).status).toBe(200);
    expect(world.errors).toEqual([]);
  });

  it('a username guessed too often is told when to come back', async () => {
    const guess = () => world.post('api/login', {username: 'Ann', password: 'wrong', deviceName: 'x'});
    for (let tries = 0; tries < 5; tries++) await guess();
    const response = await guess();
    expect(response.headers.get('retry-after')).toBe('1');
    expect(await told(response)).toEqual({status: 429, type: 'too_many_tries', retryAfterMs: 1000});
  });

  it('a fault inside is told without its inside, and logged', async () => {
    await world.storage.close();
    const response = await world.post('api/sync/pull', PULL);
    const answer = await response.text();
    expect([response.status, JSON.parse(answer).error.type]).toEqual([500, 'server_error']);
    expect(answer).not.toContain('storage');
    expect(world.errors).toEqual(['a request failed']);
  });

  it('an upload that is cut off is let go', async () => {
    const aborted = new AbortController();
    const body = new ReadableStream({
      start(controller) {
        controller.enqueue(new TextEncoder().encode('{"half'));
        queueMicrotask(() => aborted.abort());
      },
    });
    const init = {
      method: 'POST',
      headers: {authorization: `Bearer ${world.token}`, 'content-type': 'application/json'},
      body,
      duplex: 'half',
      signal: aborted.signal,
    };
    await expect(world.call('api/sync/push', init as RequestInit)).rejects.toThrow();
    expect((await world.post('api/sync/push', PUSH)).status).toBe(200);
  });

  it('an address that can’t be decoded is malformed', async () => {
    expect(await told(await world.call('/api/%zz'))).toEqual({status: 400, type: 'malformed'});
  });

  it.each([
    ['what is no HTTP', 'GARBAGE\r\n\r\n', 400],
    ['headers without an end', `GET / HTTP/1.1\r\nhost: x\r\nx: ${'a'.repeat(40_000)}\r\n\r\n`, 431],
    [
      'two lengths at once',
      'POST /api/login HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
      400,
    ],
  ])('%s is told in our words too', async (_name, request, status) => {
    const socket = connect(Number(new URL(world.url).port), '127.0.0.1');
    socket.write(request);
    const answer = await text(socket);
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(answer).toContain('"type":"malformed"');
    expect((await world.call('api/health')).status).toBe(200);
  });

  it('a malformed entity is rejected alone', async () => {
    const answer = await read('push', await world.post('api/sync/push', {...PUSH, entities: [{}, ...PUSH.entities]}));
    expect(answer).toMatchObject({value: {verdicts: [{type: 'rejected'}, {type: 'applied'}]}});
  });
});

describe('compression', () => {
  it('a gzip body is read', async () => {
    const body = gzipSync(JSON.stringify(PUSH));
    expect((await world.post('api/sync/push', body, {'content-encoding': 'gzip'})).status).toBe(200);
  });

  it.each([
    'br',
    'gzip',
    'zstd',
  ])('a large answer comes as %s to who takes it, a small one as it is', async (encoding) => {
    const headers = {'accept-encoding': encoding};
    await world.post('api/sync/push', {...ASKED, entities: [pushed(note({stamp: at(1), text: 'x'.repeat(10_000)}))]});
    expect((await world.post('api/sync/pull', PULL, headers)).headers.get('content-encoding')).toBe(encoding);
    expect((await world.call('api/status', {headers})).headers.get('content-encoding')).toBeNull();
  });

  it('an error is told to who takes compressed answers too', async () => {
    const response = await world.post('api/sync/push', '{', {'accept-encoding': 'br, gzip'});
    expect(await told(response)).toEqual({status: 400, type: 'malformed'});
  });
});

describe('closing', () => {
  it('lets a running request finish', async () => {
    const gate = Promise.withResolvers<void>();
    const holding = world.storage.write(null, () => gate.promise);
    const arrived = once(world.http.app.server, 'request');
    const answer = world.post('api/sync/push', PUSH);
    await arrived;
    const closed = world.close();
    gate.resolve();
    expect((await answer).status).toBe(200);
    await Promise.all([closed, holding]);
  });
});

describe('public routes', () => {
  it('health, status and the description need no token', async () => {
    expect(await (await world.call('api/health')).json()).toEqual({ok: true});
    expect(await (await world.call('api/status')).json()).toMatchObject({
      app: 'aster',
      version: '1.2.3',
      initialized: true,
    });
    const document = (await (await world.call('api/openapi.json')).json()) as {paths: Record<string, unknown>};
    expect(Object.keys(document.paths).sort()).toEqual([
      '/login',
      '/pokes',
      '/setup',
      '/status',
      '/sync/buckets',
      '/sync/fetch',
      '/sync/hello',
      '/sync/items',
      '/sync/pull',
      '/sync/push',
      '/sync/repair',
    ]);
  });
});
