/**
 * Makes node_modules what the lock file says; does nothing when it already is. A stamp of lock file, platform and
 * architecture, written last into node_modules, says so: a server that runs from this folder is left alone.
 *
 * Install scripts stay off, as better-sqlite3 brings its binary along and would try to compile it all the same; only
 * `node` needs its script, which fetches the Node that runs everything else. So no compiler and no Python are needed.
 */
import {createHash} from 'node:crypto';
import {existsSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {withLock} from './lock.mjs';
import {isMain, ROOT, run} from './process.mjs';

const STAMP = join(ROOT, 'node_modules', '.installed');
const STEPS = [
  ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'],
  ['rebuild', 'node', '--loglevel=error'],
];
/** @type {import('node:child_process').StdioOptions} */
const TO_STDERR = ['inherit', 2, 'inherit'];

/**
 * Installs what is missing; ends the process with a message, and the exit code `failed`, when that fails. Nothing of it goes
 * to standard output, which belongs to what is run afterwards.
 */
export async function install({failed = 1} = {}) {
  if (isInstalled()) return;
  await withLock('install', async () => {
    if (isInstalled()) return;
    console.error('installing packages');
    for (const args of STEPS) await npm(args, failed);
    writeFileSync(STAMP, wantedStamp());
  });
}

function isInstalled() {
  return existsSync(STAMP) && readFileSync(STAMP, 'utf8') === wantedStamp();
}

function wantedStamp() {
  const lock = readFileSync(join(ROOT, 'package-lock.json'));
  return createHash('sha256').update(lock).update(`${process.platform} ${process.arch}`).digest('hex');
}

/**
 * @param {string[]} args
 * @param {number} failed
 */
async function npm(args, failed) {
  const path = process.env.npm_execpath;
  const byPath = path !== undefined && /npm-cli\.[cm]?js$/.test(path);
  const code = byPath
    ? await run(process.execPath, [path, ...args], {stdio: TO_STDERR})
    : await run('npm', args, {stdio: TO_STDERR, shell: process.platform === 'win32'});
  if (code === 0) return;
  console.error(`npm ${args[0]} failed (exit code ${code}). Nothing was started; what it says above is the cause.`);
  process.exit(failed);
}

if (isMain(import.meta.url)) await install();
