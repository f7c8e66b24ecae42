/** Composition root of the server: options in, a running server out. Signals and the environment are the caller's. */

import {randomFillSync} from 'node:crypto';
import {existsSync, readFileSync, realpathSync} from 'node:fs';
import type {AddressInfo} from 'node:net';
import {join} from 'node:path';
import {setImmediate} from 'node:timers/promises';
import {type Core, createCore} from './core/core.ts';
import type {Log} from './core/ports.ts';
import {startScrubbing, type Timers} from './core/scrubbing.ts';
import {type DataFolder, openDataFolder} from './data-folder.ts';
import {createHttp} from './http/http.ts';
import {asListenError} from './listen-error.ts';
import type {Options} from './options.ts';
import {openOwnStorage} from './storage/own-storage.ts';
import type {Storage} from './storage/port.ts';
import type {Finished} from './storage/replacement.ts';

export interface RunningServer {
  /** Where it can be reached, base path and closing slash included. */
  readonly url: string;
  /** For the first account; undefined once there is one. */
  readonly setupLink: string | undefined;
  /** Ends event streams, finishes running requests, closes the data. */
  close(): Promise<void>;
}

export interface ServerPorts {
  /** A line for the person who started the server. */
  readonly print: (line: string) => void;
  readonly log?: Log;
}

const ROOT = join(import.meta.dirname, '..');
const ERASE_EVERY_MS = 3_600_000;

/** Rejects with DataFolderError, DataFileError, SchemaTooNewError or ListenError, whose messages are for people. */
export async function startServer(options: Options, {print, log = logToStderr}: ServerPorts): Promise<RunningServer> {
  const folder = openDataFolder(options.dataDir);
  if (folder.finished !== undefined) print(finishedWords(folder.finished));
  let storage: Storage | undefined;
  try {
    storage = openOwnStorage(folder.databaseFile);
    return await serve({options, print, log, folder, storage});
  } catch (error) {
    await storage?.close();
    folder.release();
    throw error;
  }
}

interface Parts extends Required<ServerPorts> {
  readonly options: Options;
  readonly folder: DataFolder;
  readonly storage: Storage;
}

async function serve({options, print, log, folder, storage}: Parts): Promise<RunningServer> {
  const version = readVersion();
  const random = (count: number) => randomFillSync(new Uint8Array(count));
  const core = createCore({storage, now: Date.now, random, log, version, breathe: () => setImmediate()});
  const {setupCode} = await core.start(options.setupCode);
  const http = await createHttp({core, options, version, appDir: findApp(), now: Date.now, log});
  try {
    await http.app.listen({host: options.host, port: options.port});
  } catch (error) {
    await http.close();
    throw asListenError(error, options);
  }
  const erasing = eraseRegularly(core, log);
  const scrubbing = startScrubbing(core, TIMERS, log);
  const url = urlOf(http.app.server.address() as AddressInfo, options);
  const setupLink = setupCode === undefined ? undefined : `${url}setup#code=${encodeURIComponent(setupCode)}`;
  print(`Aster runs at ${url}`);
  if (setupLink !== undefined) print(`Set up this server: ${setupLink}`);

  let closing: Promise<void> | undefined;
  const close = async () => {
    await scrubbing.stop();
    await erasing.stop();
    await http.close();
    await storage.close();
    folder.release();
  };
  return {
    url,
    setupLink,
    close: () => {
      closing ??= close();
      return closing;
    },
  };
}

const TIMERS: Timers = {
  monotonicMs: () => performance.now(),
  after(delayMs, action) {
    const timer = setTimeout(action, delayMs).unref();
    return () => clearTimeout(timer);
  },
};

function eraseRegularly(core: Core, log: Log): {stop: () => Promise<void>} {
  let running = Promise.resolve();
  const erase = () => {
    running = eraseByTrustedTime(core).catch((error: unknown) =>
      log('error', 'erasing failed', {error: String(error)}),
    );
  };
  erase();
  const timer = setInterval(erase, ERASE_EVERY_MS);
  timer.unref();
  return {
    stop: () => {
      clearInterval(timer);
      return running;
    },
  };
}

async function eraseByTrustedTime(core: Core): Promise<void> {
  await core.erase(await core.trustedTime());
}

function finishedWords({keptIn}: Finished): string {
  const kept = keptIn === undefined ? '' : ` What was there before is kept in ${keptIn}.`;
  return `Putting a backup back was interrupted; it is finished now.${kept}`;
}

/** The build's own folder behind the link, so that a build made meanwhile doesn't mix with this one. */
function findApp(): string | undefined {
  const link = join(ROOT, 'dist', 'app');
  return existsSync(link) ? realpathSync(link) : undefined;
}

function readVersion(): string {
  const parsed: unknown = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  const version = typeof parsed === 'object' && parsed !== null && 'version' in parsed ? parsed.version : undefined;
  return typeof version === 'string' ? version : 'unknown';
}

/** An address that listens everywhere is no address to open: this machine's name for itself is. */
function urlOf({address, family, port}: AddressInfo, {basePath}: Options): string {
  const isEverywhere = address === '0.0.0.0' || address === '::';
  const host = isEverywhere ? 'localhost' : family === 'IPv6' ? `[${address}]` : address;
  return `http://${host}:${port}${basePath}`;
}

function logToStderr(level: 'info' | 'error', message: string, details: Readonly<Record<string, unknown>> = {}): void {
  process.stderr.write(`${JSON.stringify({time: new Date().toISOString(), level, message, ...details})}\n`);
}
