import {type ChildProcess, spawn} from 'node:child_process';
import {once} from 'node:events';
import {cpSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync} from 'node:fs';
import {connect} from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {createInterface} from 'node:readline';
import Database from 'better-sqlite3';
import {afterEach, describe, expect, it} from 'vitest';
import {DataFolderError} from './data-folder.ts';
import {type RunningServer, startServer} from './main.ts';
import {readOptions} from './options.ts';
import {ASKED, at, deletionOf, note, pushed} from './testing/world.ts';

const SETUP = {username: 'Ann', password: 'long enough', deviceName: 'Laptop'};
const cleanups: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'aster-main-'));
  cleanups.push(() => rmSync(folder, {recursive: true, force: true}));
  return join(folder, 'data');
}

async function start(
  dataDir: string,
  env: Record<string, string> = {},
): Promise<{server: RunningServer; printed: string[]}> {
  const printed: string[] = [];
  const options = readOptions({PORT: '0', ASTER_DATA_DIR: dataDir, ...env});
  const server = await startServer(options, {print: (line) => void printed.push(line), log: () => {}});
  cleanups.push(() => server.close());
  return {server, printed};
}

async function post(url: string, path: string, body: unknown, token = ''): Promise<{status: number; json: never}> {
  const headers = {'content-type': 'application/json', authorization: `Bearer ${token}`};
  const response = await fetch(new URL(path, url), {method: 'POST', headers, body: JSON.stringify(body)});
  return {status: response.status, json: (await response.json()) as never};
}

async function setUp(url: string, setupLink: string | undefined): Promise<string> {
  const setupCode = new URLSearchParams(new URL(setupLink ?? '').hash.slice(1)).get('code');
  const {json} = await post(url, 'api/setup', {...SETUP, setupCode});
  return (json as {token: string}).token;
}

describe('a server', () => {
  it('prints its address and, until it is set up, the link, under its base path', async () => {
    const dataDir = newFolder();
    const {server, printed} = await start(dataDir, {ASTER_BASE_PATH: '/notes'});
    expect(server.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/notes\/$/);
    expect(server.setupLink).toMatch(/\/notes\/setup#code=[\w-]{22}$/);
    expect(printed).toEqual([`Aster runs at ${server.url}`, `Set up this server: ${server.setupLink}`]);
    await setUp(server.url, server.setupLink);
    await server.close();
    const again = await start(dataDir, {ASTER_BASE_PATH: '/notes'});
    expect(again.server.setupLink).toBeUndefined();
    expect(again.printed).toHaveLength(1);
  });

  it('takes a setup code of one’s own', async () => {
    const {server} = await start(newFolder(), {ASTER_SETUP_CODE: 'a code & more'});
    expect(server.setupLink).toBe(`${server.url}setup#code=a%20code%20%26%20more`);
    expect(await setUp(server.url, server.setupLink)).toMatch(/^[\w-]{43}$/);
  });

  it('makes the data folder for its owner only', async () => {
    const dataDir = newFolder();
    await start(dataDir);
    expect(statSync(dataDir).mode & 0o777).toBe(0o700);
  });

  it('refuses a folder that another one uses, and takes it when that one has closed', async () => {
    const dataDir = newFolder();
    const {server} = await start(dataDir);
    await expect(start(dataDir)).rejects.toThrow(DataFolderError);
    await expect(start(dataDir)).rejects.toThrow('another server uses');
    expect((await fetch(new URL('api/status', server.url))).status).toBe(200);
    await server.close();
    await server.close();
    await start(dataDir);
  });

  it('finishes the restore that another process died in, and says so', async () => {
    const dataDir = newFolder();
    await (await start(dataDir)).server.close();
    cpSync(join(dataDir, 'aster.db'), join(dataDir, 'restore-2026-11-22T12-00-00-000Z.db'));
    const {printed} = await start(dataDir);
    expect(printed[0]).toBe(
      `Putting a backup back was interrupted; it is finished now. What was there before is kept in ${join(dataDir, 'replaced-2026-11-22T12-00-00-000Z')}.`,
    );
  });

  it('says what to do when the port is taken, and leaves the folder free', async () => {
    const {server} = await start(newFolder());
    const dataDir = newFolder();
    await expect(start(dataDir, {PORT: new URL(server.url).port})).rejects.toThrow(/port \d+ is in use/);
    await start(dataDir);
  });

  it('says what to do when the folder can’t be made', async () => {
    const dataDir = newFolder();
    writeFileSync(dataDir, 'a file');
    await expect(start(join(dataDir, 'below'))).rejects.toThrow('ASTER_DATA_DIR');
  });

  it('closes with streams of pokes open', async () => {
    const {server} = await start(newFolder());
    const token = await setUp(server.url, server.setupLink);
    const stream = await fetch(new URL('api/pokes', server.url), {headers: {authorization: `Bearer ${token}`}});
    expect(stream.status).toBe(200);
    await server.close();
    await stream.text();
  });
});

describe('a deletion whose time has passed', () => {
  it.each([
    {isErased: true, clock: 'has gone on', lastLookDays: 0},
    {isErased: false, clock: 'has gone on by weeks that nobody has seen', lastLookDays: 30},
  ])('is erased at the start ($isErased) where the clock $clock', async ({isErased, lastLookDays}) => {
    const dataDir = newFolder();
    const first = await start(dataDir);
    const token = await setUp(first.server.url, first.server.setupLink);
    const deletion = deletionOf(note({stamp: at(1)}), at(2), {eraseAfterMs: 0});
    await post(first.server.url, 'api/sync/push', {...ASKED, entities: [pushed(deletion)]}, token);
    await first.server.close();
    const database = new Database(join(dataDir, 'aster.db'));
    const looked = {clockMs: Date.now() - lastLookDays * 24 * 3_600_000, doubtedMs: 0};
    database.prepare("UPDATE meta SET value = ? WHERE key = 'clock'").run(JSON.stringify(looked));
    database.close();
    const second = await start(dataDir);
    await second.server.close();
    const after = new Database(join(dataDir, 'aster.db'));
    expect(after.prepare("SELECT erased FROM entities WHERE kind = 'note'").get()).toEqual({erased: Number(isErased)});
    after.close();
  });
});

describe('a server whose database is damaged where it has not been read yet', () => {
  const cure = expect.stringMatching(/aster\.db is damaged\. Stop the server\..*aster -- restore <file>/);

  it('says in its log what a request failed of, and what to do', async () => {
    const dataDir = newFolder();
    const first = await start(dataDir);
    const token = await setUp(first.server.url, first.server.setupLink);
    for (let count = 0; count < 5; count++) {
      const version = note({id: `note-${count}`, stamp: at(1), text: 'text '.repeat(2000)});
      await post(first.server.url, 'api/sync/push', {...ASKED, entities: [pushed(version)]}, token);
    }
    await first.server.close();
    damageEntities(join(dataDir, 'aster.db'));
    const logged: unknown[] = [];
    const options = readOptions({PORT: '0', ASTER_DATA_DIR: dataDir});
    const server = await startServer(options, {
      print: () => {},
      log: (_level, message, details) => void logged.push({message, ...details}),
    });
    cleanups.push(() => server.close());
    const {status} = await post(server.url, 'api/sync/pull', {...ASKED, lane: 'all', after: 0}, token);
    expect(status).toBe(500);
    expect(logged).toContainEqual(
      expect.objectContaining({message: 'a request failed', error: cure, cause: expect.stringContaining('malformed')}),
    );
  });

  function damageEntities(file: string): void {
    const database = new Database(file);
    const root = Number(database.prepare("SELECT rootpage FROM sqlite_schema WHERE name = 'entities'").pluck().get());
    const pageBytes = Number(database.pragma('page_size', {simple: true}));
    database.close();
    const bytes = readFileSync(file);
    writeFileSync(file, bytes.fill(7, (root - 1) * pageBytes, root * pageBytes));
  }
});

describe('closing', () => {
  // Waiting for such a connection takes a minute: the test's own limit is the assertion.
  it('does not wait for connections that were opened in advance and never used', {timeout: 30_000}, async () => {
    const {server} = await start(newFolder());
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
    const closed = once(socket.resume(), 'close');
    await once(socket, 'connect');
    await fetch(new URL('api/status', server.url)); // accepted after the other, which is therefore known
    await server.close();
    await closed;
  });
});

describe('a server that is killed', () => {
  it('has every push that it acknowledged, and its folder is free at once', async () => {
    const dataDir = newFolder();
    const first = await spawnServer(dataDir);
    const token = await setUp(first.url, first.setupLink);
    const acknowledged: string[] = [];
    const pushing = (async () => {
      for (let count = 0; ; count++) {
        const id = `note-${count}`;
        const {status} = await post(
          first.url,
          'api/sync/push',
          {...ASKED, entities: [pushed(note({id, stamp: at(1)}))]},
          token,
        );
        if (status === 200) acknowledged.push(id);
        if (acknowledged.length === 25) first.child.kill('SIGKILL');
      }
    })();
    await expect(pushing).rejects.toThrow();
    await first.exited;

    const second = await spawnServer(dataDir);
    const {json} = await post(second.url, 'api/sync/pull', {...ASKED, lane: 'all', after: 0}, token);
    const stored = (json as {rows: {id: string; body: string}[]}).rows;
    expect(acknowledged.length).toBeGreaterThanOrEqual(25);
    expect(stored.map(({id}) => id)).toEqual(expect.arrayContaining(acknowledged));
    expect(stored.every(({body}) => body === 'text')).toBe(true);
  });

  it('is refused its folder by another process while it lives', async () => {
    const dataDir = newFolder();
    await spawnServer(dataDir);
    await expect(start(dataDir)).rejects.toThrow('another server uses');
  });
});

interface SpawnedServer {
  readonly child: ChildProcess;
  readonly exited: Promise<unknown>;
  readonly url: string;
  readonly setupLink: string | undefined;
}

async function spawnServer(dataDir: string): Promise<SpawnedServer> {
  const script = join(import.meta.dirname, 'testing', 'child-server.ts');
  const env = {...process.env, PORT: '0', ASTER_DATA_DIR: dataDir, ASTER_SETUP_CODE: 'killed server'};
  const child = spawn(process.execPath, [script], {env, stdio: ['ignore', 'pipe', 'inherit']});
  const exited = once(child, 'exit');
  cleanups.push(async () => {
    child.kill('SIGKILL');
    await exited;
  });
  const lines = createInterface({input: child.stdout})[Symbol.asyncIterator]();
  const url = String((await lines.next()).value).replace('Aster runs at ', '');
  return {child, exited, url, setupLink: `${url}setup#code=killed+server`};
}
