/**
 * Builds the app when it is stale. A build lies in dist/builds under the hash of what it was made from and never changes;
 * `dist/app` is a link to the newest, swapped in one step. The server resolves the link when it starts, so a build made
 * meanwhile doesn't pull the files from under it; `markInUse` keeps its build from being tidied away.
 */
import {createHash} from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import {basename, join} from 'node:path';
import {install} from './install.mjs';
import {isAlive, withLock} from './lock.mjs';
import {isMain, ROOT, runNode} from './process.mjs';

const INPUTS = ['src', 'protocol', 'public', 'index.html', 'vite.config.ts', 'package.json', 'package-lock.json'];
const TEST_FILE = /\.(test|contract)\.tsx?$/;
const DIST = join(ROOT, 'dist');
const LINK = join(DIST, 'app');
const BUILDS = join(DIST, 'builds');
const IN_USE = join(DIST, 'in-use');

/** Builds if anything that the app is made from has changed; resolves to whether there is a build of the present state. */
export async function build() {
  if (isFresh(inputsHash())) return true;
  return withLock('build', async () => {
    const hash = inputsHash();
    if (isFresh(hash)) return true;
    console.log('building the app');
    if (!existsSync(join(BUILDS, hash)) && !(await makeBuild(hash))) return false;
    swapLink(hash);
    tidy(hash);
    return true;
  });
}

/** Keeps the present build for as long as this process lives. */
export function markInUse() {
  mkdirSync(IN_USE, {recursive: true});
  const mark = join(IN_USE, String(process.pid));
  writeFileSync(mark, currentBuild() ?? '');
  process.on('exit', () => rmSync(mark, {force: true}));
}

/** @param {string} hash */
async function makeBuild(hash) {
  mkdirSync(BUILDS, {recursive: true});
  const unfinished = join(BUILDS, `.${hash}`);
  rmSync(unfinished, {recursive: true, force: true});
  const vite = join(ROOT, 'node_modules', 'vite', 'bin', 'vite.js');
  const code = await runNode([vite, 'build', '--outDir', unfinished, '--emptyOutDir', '--logLevel', 'warn']);
  if (code !== 0) {
    console.error(`the build failed (exit code ${code}); an earlier build, if there is one, was left as it is`);
    rmSync(unfinished, {recursive: true, force: true});
    return false;
  }
  renameSync(join(unfinished, 'service-worker.js'), join(unfinished, 'sw.js'));
  renameSync(unfinished, join(BUILDS, hash));
  return true;
}

/** @param {string} hash */
function swapLink(hash) {
  const next = join(DIST, `.app-${process.pid}`);
  rmSync(next, {recursive: true, force: true});
  if (process.platform === 'win32') {
    // A junction can't be renamed over another one; no server holds it open, as servers hold the build itself.
    rmSync(LINK, {recursive: true, force: true});
    symlinkSync(join(BUILDS, hash), LINK, 'junction');
    return;
  }
  if (existsSync(LINK) && !isLink(LINK)) rmSync(LINK, {recursive: true});
  symlinkSync(join('builds', hash), next);
  renameSync(next, LINK);
}

/**
 * Removes builds that are neither the newest nor held by a living process.
 * @param {string} newest
 */
function tidy(newest) {
  const kept = new Set([newest, ...buildsInUse()]);
  for (const name of readdirSync(BUILDS)) {
    if (!kept.has(name)) rmSync(join(BUILDS, name), {recursive: true, force: true});
  }
}

function buildsInUse() {
  if (!existsSync(IN_USE)) return [];
  const held = [];
  for (const pid of readdirSync(IN_USE)) {
    if (isAlive(Number(pid))) held.push(readFileSync(join(IN_USE, pid), 'utf8'));
    else rmSync(join(IN_USE, pid), {force: true});
  }
  return held;
}

/** @param {string} hash */
function isFresh(hash) {
  return currentBuild() === hash && existsSync(join(LINK, 'index.html'));
}

function currentBuild() {
  return isLink(LINK) ? basename(readlinkSync(LINK)) : undefined;
}

/** @param {string} path */
function isLink(path) {
  try {
    readlinkSync(path);
    return true;
  } catch {
    return false;
  }
}

function inputsHash() {
  const hash = createHash('sha256');
  for (const input of INPUTS) {
    for (const file of filesOf(input))
      hash
        .update(`${file}\0`)
        .update(readFileSync(join(ROOT, file)))
        .update('\0');
  }
  return hash.digest('hex').slice(0, 16);
}

/**
 * @param {string} path
 * @returns {string[]}
 */
function filesOf(path) {
  const full = join(ROOT, path);
  if (!existsSync(full) || TEST_FILE.test(path)) return [];
  if (!statSync(full).isDirectory()) return [path];
  return readdirSync(full)
    .sort()
    .flatMap((name) => filesOf(`${path}/${name}`));
}

if (isMain(import.meta.url)) {
  await install();
  process.exitCode = (await build()) ? 0 : 1;
}
