/**
 * The real server as a child process, on a free port, with a temporary data folder that may begin as a copy of a filled one.
 * Whoever starts it removes it.
 */
import {type ChildProcess, spawn} from 'node:child_process';
import {once} from 'node:events';
import {cp, readFile, rm} from 'node:fs/promises';
import {createServer} from 'node:net';
import {join} from 'node:path';
import {temporaryFolder} from './temporary.ts';

const ROOT = join(import.meta.dirname, '..');
const NODE = join(ROOT, 'node_modules', 'node', 'bin', 'node');
const START_LIMIT_MS = 60_000;
/** Browsers block none of these, and no system gives them to outgoing connections. */
const FIRST_PORT = 20_000;
const PORTS = 12_000;

const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

export const SETUP_CODE = 'setup-code-of-benchmarks';

export interface Server {
  /** With a slash at the end. */
  readonly address: string;
  readonly port: number;
  readonly pid: number;
  readonly dataDir: string;
  /** In order: what it has is in its folder. */
  stop(): Promise<void>;
  /** Stops it and removes its folder. */
  remove(): Promise<void>;
}

/** `from`: the data folder to begin with a copy of. */
export async function startServer(from?: string): Promise<Server> {
  const folder = await temporaryFolder('server');
  const dataDir = join(folder, 'data');
  if (from !== undefined) await cp(from, dataDir, {recursive: true});
  const port = await freePort();
  const address = `http://127.0.0.1:${port}/`;
  const env = {...ownEnv(), PORT: String(port), ASTER_DATA_DIR: dataDir, ASTER_SETUP_CODE: SETUP_CODE};
  const child = spawn(NODE, ['cli/main.ts', 'serve'], {cwd: ROOT, env, stdio: ['ignore', 'pipe', 'pipe']});
  running.add(child);
  child.once('close', () => running.delete(child));
  let said = '';
  const hear = (chunk: Buffer): void => {
    said += chunk.toString();
  };
  child.stdout.on('data', hear);
  child.stderr.on('data', hear);
  const stop = async (): Promise<void> => {
    if (hasEnded(child)) return;
    const closed = once(child, 'close');
    child.kill('SIGTERM');
    await closed;
  };
  const remove = async (): Promise<void> => {
    await stop();
    await rm(folder, {recursive: true, force: true});
  };
  if (!(await isUp(`${address}api/status`, child))) {
    await remove();
    throw new Error(`the server did not start:\n${said}`);
  }
  return {address, port, pid: child.pid ?? 0, dataDir, stop, remove};
}

/** Memory that a process has in use, in bytes; undefined where the system doesn't tell (no /proc). */
export async function residentBytes(pid: number): Promise<number | undefined> {
  try {
    const [, kilobytes] = /^VmRSS:\s+(\d+) kB$/m.exec(await readFile(`/proc/${pid}/status`, 'utf8')) ?? [];
    return kilobytes === undefined ? undefined : Number(kilobytes) * 1024;
  } catch {
    return undefined;
  }
}

export async function freePort(): Promise<number> {
  for (;;) {
    const port = FIRST_PORT + Math.floor(Math.random() * PORTS);
    if (await isFree(port)) return port;
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
  });
}

/** Without settings that are meant for another server. */
function ownEnv(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(PORT|HOST|ASTER_.*)$/.test(name)));
}

/** Whether it answers before its time is up. */
async function isUp(url: string, child: ChildProcess): Promise<boolean> {
  const limit = AbortSignal.timeout(START_LIMIT_MS);
  while (!limit.aborted && !hasEnded(child)) {
    if (await answers(url)) return true;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return false;
}

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(url)).ok;
  } catch {
    return false;
  }
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}
