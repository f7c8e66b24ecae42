/** Runs the parts of a test run one after the other, goes on after one that failed, and ends with `N passed, N failed`. */
import {mkdtempSync, readFileSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {childEnv, ROOT, runNode} from './process.mjs';

/** @typedef {{passed: number, failed: number}} Count */
/** @typedef {[title: string, run: () => Promise<Count>]} Part */

export const ONE_PASSED = {passed: 1, failed: 0};
export const ONE_FAILED = {passed: 0, failed: 1};

/** Settings of a server that may be meant for another one; tests bring their own. */
const FOREIGN = /^(PORT|HOST|ASTER_(?!REAL_EXPORT$).*)$/;

const reports = mkdtempSync(join(tmpdir(), 'aster-reports-'));
let reportCount = 0;

/**
 * Sets the exit code; nothing passed counts as failure.
 * @param {readonly Part[]} parts
 */
export async function runParts(parts) {
  /** @type {Count[]} */
  const counts = [];
  for (const [title, part] of parts) {
    console.log(`\n── ${title}`);
    counts.push(await part());
  }
  rmSync(reports, {recursive: true, force: true});
  const passed = counts.reduce((sum, count) => sum + count.passed, 0);
  const failed = counts.reduce((sum, count) => sum + count.failed, 0);
  process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
  console.log(`\n${passed} passed, ${failed} failed`);
}

/**
 * @param {readonly string[]} args
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {Promise<Count>}
 */
export async function runVitest(args, env) {
  const report = nextReport();
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const code = await runNode([bin('vitest', 'vitest.mjs'), 'run', ...args, ...reporters], {env: withoutForeign(env)});
  const counted = readReport(report, (json) => ({passed: json.numPassedTests, failed: json.numFailedTests}));
  return withFailure(counted, code !== 0);
}

/**
 * @param {readonly string[]} args
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {Promise<Count>}
 */
export async function runPlaywright(args, env) {
  const report = nextReport();
  const code = await runNode([bin('@playwright/test', 'cli.js'), 'test', ...args, '--reporter=list,json'], {
    env: {...withoutForeign(env), PLAYWRIGHT_JSON_OUTPUT_FILE: report},
  });
  const counted = readReport(report, ({stats}) => ({passed: stats.expected + stats.flaky, failed: stats.unexpected}));
  return withFailure(counted, code !== 0);
}

/** @param {NodeJS.ProcessEnv} [env] */
function withoutForeign(env) {
  return Object.fromEntries(Object.entries({...childEnv(), ...env}).filter(([name]) => !FOREIGN.test(name)));
}

function nextReport() {
  reportCount += 1;
  return join(reports, `${reportCount}.json`);
}

/**
 * A runner that failed without a failed test (a file that doesn't load, say) is one failure.
 * @param {Count} count
 * @param {boolean} hasFailed
 */
export function withFailure(count, hasFailed) {
  return hasFailed && count.failed === 0 ? {...count, failed: 1} : count;
}

/**
 * @param {string} path
 * @param {(json: any) => Count} toCount
 * @returns {Count}
 */
function readReport(path, toCount) {
  try {
    return toCount(JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    return ONE_FAILED;
  }
}

/**
 * @param {string} name
 * @param {string} file
 */
function bin(name, file) {
  return join(ROOT, 'node_modules', name, file);
}
