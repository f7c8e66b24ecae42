/** A real server on a free port over a core in memory, for tests of what goes over HTTP. */

import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import type {AddressInfo} from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {createHttp, type Http} from '../http/http.ts';
import type {Options} from '../options.ts';
import {createMemoryStorage, type MemoryStorage} from '../storage/memory-storage.ts';
import {createWorld, valueIn, type World} from './world.ts';

export interface HttpWorld extends World {
  readonly http: Http;
  /** Of the base path, with its slash. */
  readonly url: string;
  readonly token: string;
  readonly call: (path: string, init?: RequestInit) => Promise<Response>;
  /** POST of JSON with the token. */
  readonly post: (path: string, body: unknown, headers?: Record<string, string>) => Promise<Response>;
  readonly close: () => Promise<void>;
}

export interface HttpWorldOptions extends Partial<Pick<Options, 'basePath' | 'allowedOrigins' | 'trustProxy'>> {
  readonly appDir?: string;
  readonly storage?: MemoryStorage;
}

export async function createHttpWorld({appDir, storage, ...more}: HttpWorldOptions = {}): Promise<HttpWorld> {
  const world = await createWorld(storage ?? createMemoryStorage());
  const options = {basePath: '/', allowedOrigins: [], trustProxy: false, ...more};
  const log = (level: string, message: string) => void (level === 'error' && world.errors.push(message));
  const http = await createHttp({core: world.core, options, version: '1.2.3', appDir, now: () => world.clock.ms, log});
  await http.app.listen({host: '127.0.0.1', port: 0});
  const {port} = http.app.server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}${options.basePath}`;
  const {token} = valueIn(
    await world.core.login({username: 'Ann', password: 'long enough', deviceName: 'Browser'}, null),
  );
  const call = (path: string, init?: RequestInit) => fetch(new URL(path, url), {redirect: 'manual', ...init});
  const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
    call(path, {
      method: 'POST',
      headers: {authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers},
      body: typeof body === 'string' || body instanceof Uint8Array ? (body as BodyInit) : JSON.stringify(body),
    });
  return {...world, http, url, token, call, post, close: () => http.close()};
}

/** A built app of three files. */
export function createAppDir(): {appDir: string; remove: () => void} {
  const appDir = mkdtempSync(join(tmpdir(), 'aster-app-'));
  mkdirSync(join(appDir, 'assets'));
  writeFileSync(join(appDir, 'index.html'), '<!doctype html><base href="/" /><title>Aster</title>');
  writeFileSync(join(appDir, 'assets', 'main-abc123.js'), `console.log('${'x'.repeat(5000)}')`);
  writeFileSync(join(appDir, 'sw.js'), '// worker');
  writeFileSync(join(appDir, 'manifest.webmanifest'), '{}');
  return {appDir, remove: () => rmSync(appDir, {recursive: true, force: true})};
}
