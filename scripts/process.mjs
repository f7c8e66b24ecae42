/**
 * Starting other programs from the scripts, on whatever Node (20 or newer) the machine has.
 * Once installed, everything runs on the Node in node_modules: children find it first on their path.
 */
import {spawn} from 'node:child_process';
import {existsSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {fileURLToPath, pathToFileURL} from 'node:url';

export const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

const WINDOWS = process.platform === 'win32';
const ORPHAN_POLL_MS = 500;

/** The Node of node_modules, else the one that runs this. */
export function nodePath() {
  const own = join(ROOT, 'node_modules', 'node', 'bin', WINDOWS ? 'node.exe' : 'node');
  return existsSync(own) ? own : process.execPath;
}

/**
 * Runs a program in the repository's root; signals that reach this process meanwhile are passed on.
 * @param {string} command
 * @param {string[]} args
 * @param {import('node:child_process').SpawnOptions} [options]
 * @returns {Promise<number>} the exit code; 127 when it can't be started, 128 + the signal's number when a signal ended it
 */
export function run(command, args, options = {}) {
  const child = spawn(command, args, {cwd: ROOT, stdio: 'inherit', env: childEnv(), ...options});
  const pass = (/** @type {NodeJS.Signals} */ signal) => void child.kill(signal);
  process.on('SIGINT', pass).on('SIGTERM', pass);
  return new Promise((resolve) => {
    child.on('error', () => resolve(127));
    child.on('close', (code, signal) => resolve(code ?? 128 + signalNumber(signal)));
  }).then((code) => {
    process.off('SIGINT', pass).off('SIGTERM', pass);
    return /** @type {number} */ (code);
  });
}

/**
 * Runs a script on the project's Node.
 * @param {string[]} args
 * @param {import('node:child_process').SpawnOptions} [options]
 */
export function runNode(args, options = {}) {
  return run(nodePath(), args, options);
}

/** npm hands a SIGTERM to its shell, which dies of it without a word to us: being orphaned is then the only sign. */
export function stopWithParent() {
  const parent = process.ppid;
  const poll = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(poll);
    process.kill(process.pid, 'SIGTERM');
  }, ORPHAN_POLL_MS);
  poll.unref();
}

/** The environment for children, with the programs of node_modules first. */
export function childEnv() {
  const key = Object.keys(process.env).find((name) => name.toUpperCase() === 'PATH') ?? 'PATH';
  const bin = join(ROOT, 'node_modules', '.bin');
  return {...process.env, [key]: `${bin}${WINDOWS ? ';' : ':'}${process.env[key] ?? ''}`};
}

/**
 * Whether the module was started by itself rather than imported.
 * @param {string} moduleUrl
 */
export function isMain(moduleUrl) {
  return process.argv[1] !== undefined && pathToFileURL(process.argv[1]).href === moduleUrl;
}

/** @param {NodeJS.Signals | null} signal */
function signalNumber(signal) {
  if (signal === 'SIGINT') return 2;
  if (signal === 'SIGKILL') return 9;
  return 15;
}
