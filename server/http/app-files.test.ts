import {afterAll, afterEach, describe, expect, it} from 'vitest';
import {createAppDir, createHttpWorld, type HttpWorld, type HttpWorldOptions} from '../testing/http-world.ts';

const PAGE = {headers: {accept: 'text/html,application/xhtml+xml,*/*;q=0.8'}};
const {appDir, remove} = createAppDir();
afterAll(remove);

let world: HttpWorld | undefined;
afterEach(() => world?.close());

async function serve(options: HttpWorldOptions): Promise<HttpWorld> {
  world = await createHttpWorld(options);
  return world;
}

describe.each(['/', '/notes/', '/deep/er/'])('the app under %s', (basePath) => {
  it('is served with the base path in its page, for every navigation', async () => {
    const {call} = await serve({appDir, basePath});
    for (const path of ['', 'index.html', 'note/abc', 'setup', 'setup?x=a.b', 'options/sync']) {
      const response = await call(path, PAGE);
      expect([
        path,
        response.status,
        response.headers.get('content-type'),
        response.headers.get('cache-control'),
      ]).toEqual([path, 200, 'text/html; charset=utf-8', 'no-cache']);
      expect(await response.text()).toContain(`<base href="${basePath}"`);
    }
  });

  it('has its files, the hashed ones forever', async () => {
    const {call} = await serve({appDir, basePath});
    const cacheOf = async (path: string) => {
      const response = await call(path);
      return [response.status, response.headers.get('cache-control')];
    };
    expect(await cacheOf('assets/main-abc123.js')).toEqual([200, 'public, max-age=31536000, immutable']);
    expect(await cacheOf('sw.js')).toEqual([200, 'no-cache']);
    expect(await cacheOf('manifest.webmanifest')).toEqual([200, 'no-cache']);
  });

  it('tells a missing file, a missing API and other methods apart from a page', async () => {
    const {call} = await serve({appDir, basePath});
    const typeOf = async (path: string, init?: RequestInit) => {
      const response = await call(path, init);
      expect(response.headers.get('content-type')).toMatch(/^application\/json/);
      return ((await response.json()) as {error: {type: string}}).error.type;
    };
    expect(await typeOf('assets/missing.js')).toBe('not_found');
    expect(await typeOf('assets/missing.js', PAGE)).toBe('not_found');
    expect(await typeOf('api/missing', PAGE)).toBe('not_found');
    expect(await typeOf('api', PAGE)).toBe('not_found');
    expect(await typeOf('note/abc')).toBe('not_found');
    expect(await typeOf('note/abc', {...PAGE, method: 'POST'})).toBe('not_found');
    expect(await typeOf('..%2f..%2fetc%2fpasswd', PAGE)).toMatch(/not_found|malformed/);
  });

  it('has the API beside it', async () => {
    const {call} = await serve({appDir, basePath});
    expect(await (await call('api/status')).json()).toMatchObject({app: 'aster'});
  });
});

describe('a base path', () => {
  it('is where the root, and the path without its slash, lead', async () => {
    const {call} = await serve({appDir, basePath: '/notes/'});
    for (const path of ['/', '/notes']) {
      const response = await call(path, PAGE);
      expect([response.status, response.headers.get('location')]).toEqual([302, '/notes/']);
    }
  });

  it('leaves what is beside it alone', async () => {
    const {call} = await serve({appDir, basePath: '/notes/'});
    for (const path of ['/api/status', '/other', '/notesque']) expect((await call(path, PAGE)).status).toBe(404);
  });
});

describe('without a build', () => {
  it('the API works, and pages are not found', async () => {
    const {call} = await serve({appDir: '/nowhere'});
    expect((await call('api/status')).status).toBe(200);
    expect(await (await call('', PAGE)).json()).toMatchObject({error: {type: 'not_found'}});
  });
});

describe('headers', () => {
  it('keep strangers’ scripts, frames and sniffing out, on pages and errors alike', async () => {
    const {call} = await serve({appDir});
    for (const path of ['', 'api/missing', 'assets/main-abc123.js']) {
      const {headers} = await call(path, PAGE);
      expect(headers.get('content-security-policy')).toContain("script-src 'self'; style-src 'self' 'unsafe-inline'");
      expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('referrer-policy')).toBe('no-referrer');
      expect(headers.get('cross-origin-opener-policy')).toBe('same-origin');
      expect(headers.get('set-cookie')).toBeNull();
    }
  });

  it('let an allowed origin call, and no other', async () => {
    const {call} = await serve({appDir, allowedOrigins: ['https://app.example']});
    const preflight = (origin: string) =>
      call('api/sync/push', {
        method: 'OPTIONS',
        headers: {origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization'},
      });
    const allowed = await preflight('https://app.example');
    expect([allowed.status, allowed.headers.get('access-control-allow-origin')]).toEqual([204, 'https://app.example']);
    expect(allowed.headers.get('access-control-allow-headers')).toContain('authorization');
    expect((await preflight('https://evil.example')).headers.get('access-control-allow-origin')).toBeNull();
    const error = await call('api/sync/push', {method: 'POST', headers: {origin: 'https://app.example'}});
    expect([error.status, error.headers.get('access-control-allow-origin')]).toEqual([401, 'https://app.example']);
    expect(
      (await call('api/status', {headers: {origin: 'https://evil.example'}})).headers.get(
        'access-control-allow-origin',
      ),
    ).toBeNull();
  });
});
