/**
 * The files of the app, one cache for each build (ADR 12). A build is there whole or not at all, is never changed, and goes
 * when a newer one is active and no page of it is left: an open tab finds its own files whatever the server has by now.
 */

import {utf8Bytes} from '../../protocol/bytes.ts';
import {hashOf} from '../../protocol/hash.ts';
import {pageLock} from './messages.ts';

export interface ShellFile {
  readonly url: string;
  /** Null where the name changes with the content. */
  readonly revision: string | null;
}

/** What the shell needs of the worker's global scope. */
export interface ShellScope {
  readonly caches: CacheStorage;
  readonly locks: LockManager | undefined;
  readonly fetch: (request: Request) => Promise<Response>;
  /** Whether a newer worker is on its way: its cache isn't used by any page yet. */
  hasSuccessor(): boolean;
  /** How many pages are open. */
  pages(): Promise<number>;
}

export interface AppShell {
  /** Gets every file. Rejects, and leaves nothing behind, where one of them isn't what it should be. */
  install(): Promise<void>;
  /** Undefined: not a file of the app. */
  answer(request: Request): Promise<Response> | undefined;
  /** Removes the builds that no page needs. */
  tidy(): Promise<void>;
}

const START_PAGE = 'index.html';
/** A login page in the way answers everything with HTML. */
const TYPE_BY_EXTENSION: Readonly<Record<string, RegExp>> = {
  js: /javascript/i,
  css: /text\/css/i,
  html: /text\/html/i,
  svg: /image\/svg/i,
};
const MARK_OF_START_PAGE = 'id="root"';

/** `base`: the address that the app is served under, with a slash at the end. */
export function createAppShell(base: string, files: readonly ShellFile[], scope: ShellScope): AppShell {
  const {caches} = scope;
  const basePath = new URL(base).pathname;
  const prefix = `aster files ${basePath} `;
  const own = prefix + hashOf(utf8Bytes(JSON.stringify(files))).slice(0, 16);
  const isApi = new RegExp(`^${escaped(basePath)}(api/|metrics$)`);

  async function find(request: Request): Promise<Response> {
    const here = await (await caches.open(own)).match(request);
    if (here !== undefined) return here;
    for (const name of await builds()) {
      const older = await (await caches.open(name)).match(request);
      if (older !== undefined) return older;
    }
    return scope.fetch(request);
  }

  async function startPage(request: Request): Promise<Response> {
    const kept = await (await caches.open(own)).match(new URL(START_PAGE, base));
    return kept ?? scope.fetch(request);
  }

  /** Caches of this app, the first version's included. */
  async function builds(): Promise<string[]> {
    const legacy = `workbox-precache-v2-${base}`;
    return (await caches.keys()).filter((name) => name.startsWith(prefix) || name === legacy);
  }

  return {
    async install() {
      try {
        const cache = await caches.open(own);
        await Promise.all(files.map((file) => keep(cache, requestOf(base, file), scope)));
      } catch (error) {
        await caches.delete(own);
        throw error;
      }
    },
    answer(request) {
      const {origin, pathname} = new URL(request.url);
      const isOurs = origin === new URL(base).origin && pathname.startsWith(basePath) && !isApi.test(pathname);
      if (request.method !== 'GET' || !isOurs) return undefined;
      return request.mode === 'navigate' ? startPage(request) : find(request);
    },
    async tidy() {
      const older = (await builds()).filter((name) => name !== own);
      if (older.length === 0 || scope.hasSuccessor()) return;
      const entries = await entriesInUse(scope, basePath);
      if (entries === 'unknown') return;
      for (const name of older) {
        const cache = await caches.open(name);
        const uses = await Promise.all(entries.map((entry) => cache.match(entry)));
        if (uses.every((use) => use === undefined)) await caches.delete(name);
      }
    },
  };
}

/** Each page holds a lock that names the script it was started with. `unknown`: some page holds none. */
async function entriesInUse({locks, pages}: ShellScope, basePath: string): Promise<string[] | 'unknown'> {
  if (locks === undefined) return 'unknown';
  const prefix = pageLock(basePath, '');
  const {held = []} = await locks.query();
  const names = held.flatMap(({name}) => (name?.startsWith(prefix) ? [name.slice(prefix.length)] : []));
  return names.length < (await pages()) ? 'unknown' : names;
}

async function keep(cache: Cache, request: Request, {fetch}: ShellScope): Promise<void> {
  const response = await fetch(request);
  const extension = /\.(\w+)$/.exec(new URL(request.url).pathname)?.[1] ?? '';
  const type = TYPE_BY_EXTENSION[extension];
  const isWrong = type !== undefined && !type.test(response.headers.get('content-type') ?? '');
  if (!response.ok || response.redirected || isWrong)
    throw new Error(`${request.url} can't be kept: ${response.status}`);
  if (extension === 'html' && !(await response.clone().text()).includes(MARK_OF_START_PAGE)) {
    throw new Error(`${request.url} is another page`);
  }
  await cache.put(request, response);
}

function requestOf(base: string, {url, revision}: ShellFile): Request {
  return new Request(new URL(url, base), {cache: revision === null ? 'default' : 'reload', credentials: 'same-origin'});
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
