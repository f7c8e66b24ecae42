/**
 * One at a time: a lock file in the repository's root that names its holder. The lock of a process that is gone is taken
 * over, so that a killed install doesn't block the next one.
 */
import {readFileSync, rmSync, statSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import {ROOT} from './process.mjs';

const POLL_MS = 200;
const SETTLE_MS = 50;
const UNNAMED_MS = 10_000;

/**
 * @template T
 * @param {string} name
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withLock(name, work) {
  const path = join(ROOT, `.${name}.lock`);
  await take(path);
  try {
    return await work();
  } finally {
    rmSync(path, {force: true});
  }
}

/** @param {string} path */
async function take(path) {
  let told = false;
  while (!tryTake(path)) {
    const holder = readHolder(path);
    if (holder === 'gone') {
      rmSync(path, {force: true});
      continue;
    }
    if (!told) console.error(`waiting for another run to finish (process ${holder ?? 'unknown'}, ${path})`);
    told = true;
    await sleep(POLL_MS);
  }
  // Two that find the same dead lock may each remove it, the slower one the faster one's: the file says who has it.
  await sleep(SETTLE_MS);
  if (readHolder(path) !== process.pid) await take(path);
}

/** @param {string} path */
function tryTake(path) {
  try {
    writeFileSync(path, String(process.pid), {flag: 'wx'});
    return true;
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === 'EEXIST') return false;
    throw error;
  }
}

/**
 * The process that holds the lock, `gone` when it lives no more, undefined while the file is being made or removed.
 * @param {string} path
 */
function readHolder(path) {
  try {
    const pid = Number(readFileSync(path, 'utf8'));
    if (pid > 0) return isAlive(pid) ? pid : 'gone';
    return Date.now() - statSync(path).mtimeMs > UNNAMED_MS ? 'gone' : undefined;
  } catch {
    return undefined;
  }
}

/** @param {number} pid */
export function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return /** @type {NodeJS.ErrnoException} */ (error).code === 'EPERM';
  }
}
