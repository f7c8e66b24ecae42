/**
 * Makes sure that there is a Chromium for the tests: PW_CHROMIUM, else the system's, else Playwright's own (downloaded when
 * it can be), else, for root on a Debian-like system, a package of the system. Each is tried by asking for its version, as a
 * program that is there may lack its libraries. Sets PW_CHROMIUM for the children when it isn't Playwright's own.
 */
import {spawnSync} from 'node:child_process';
import {existsSync} from 'node:fs';
import {join} from 'node:path';
import {chromiumCandidates} from './chromium.mjs';
import {install} from './install.mjs';
import {isMain, ROOT, run, runNode} from './process.mjs';

const VERSION_TIMEOUT_MS = 20_000;
const DOWNLOAD_TIMEOUT_MS = 60_000;
const PACKAGES = ['chromium-headless-shell', 'chromium'];

const CURE = `The tests need a Chromium and none could be had. Either
  - install one (Debian: apt-get install chromium-headless-shell; macOS: brew install --cask chromium), or
  - set PW_CHROMIUM to the path of one, or
  - run "npx playwright install chromium" where its downloads can be reached
and run this again.`;

/** Whether there is a browser now. Says what it installs before it does; says what to do when it can't. */
export async function ensureBrowser() {
  if (takeSystemChromium()) return true;
  if (process.env.PW_CHROMIUM) return failWith(`PW_CHROMIUM is set to ${process.env.PW_CHROMIUM}, which doesn't run.`);
  if ((await hasPlaywrightsOwn()) || (await download())) return true;
  if (await installPackage()) return true;
  return failWith(CURE);
}

function takeSystemChromium() {
  const found = chromiumCandidates().find(works);
  if (found !== undefined) process.env.PW_CHROMIUM = found;
  return found !== undefined;
}

/** @param {string} path */
function works(path) {
  return spawnSync(path, ['--version'], {stdio: 'ignore', timeout: VERSION_TIMEOUT_MS}).status === 0;
}

async function hasPlaywrightsOwn() {
  const {chromium} = await import('@playwright/test');
  const path = chromium.executablePath();
  return existsSync(path) && works(path);
}

async function download() {
  console.log("no Chromium on this system; trying Playwright's own download");
  const cli = join(ROOT, 'node_modules', '@playwright', 'test', 'cli.js');
  await runNode([cli, 'install', 'chromium'], {stdio: 'ignore', timeout: DOWNLOAD_TIMEOUT_MS, killSignal: 'SIGKILL'});
  return hasPlaywrightsOwn();
}

async function installPackage() {
  if (process.getuid?.() !== 0 || !existsSync('/etc/debian_version') || !existsSync('/usr/bin/apt-get')) return false;
  console.log(`no download either; installing a package (${PACKAGES.join(' or ')}) with apt-get, as this runs as root`);
  const env = {...process.env, DEBIAN_FRONTEND: 'noninteractive'};
  const apt = /** @param {string[]} args */ (...args) =>
    run('apt-get', ['-qq', ...args], {env, stdio: ['ignore', 'ignore', 'inherit']});
  await apt('update');
  for (const name of PACKAGES) {
    await apt('-y', '--no-install-recommends', 'install', name);
    if (takeSystemChromium()) return true;
  }
  return false;
}

/** @param {string} message */
function failWith(message) {
  console.error(message);
  return false;
}

if (isMain(import.meta.url)) {
  await install();
  process.exitCode = (await ensureBrowser()) ? 0 : 1;
}
