/**
 * `npm test`: installs what is missing, a browser too, then types, lint, imports, unit and contract tests, build, e2e.
 * Goes on after a part that failed; the last line is `N passed, N failed`, and nothing passed counts as failure.
 */
import {mkdtempSync, readFileSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {ensureBrowser} from './browser.mjs';
import {build, markInUse} from './build.mjs';
import {check} from './check.mjs';
import {install} from './install.mjs';
import {ROOT, runNode} from './process.mjs';

/** @typedef {{passed: number, failed: number}} Count */

/** Settings of a server that may be meant for another one; tests bring their own. */
const FOREIGN = /^(PORT|HOST|ASTER_(?!REAL_EXPORT$).*)$/;

const ONE_PASSED = {passed: 1, failed: 0};
const ONE_FAILED = {passed: 0, failed: 1};

for (const name of Object.keys(process.env)) {
  if (FOREIGN.test(name)) delete process.env[name];
}
await install();
const browser = await ensureBrowser();
const reports = mkdtempSync(join(tmpdir(), 'aster-reports-'));
/** @type {Count[]} */
const counts = [];
for (const [title, part] of /** @type {[string, () => Promise<Count>][]} */ ([
  ['types, lint, imports', check],
  ['unit and contract', unit],
  ['build', async () => ((await build()) ? ONE_PASSED : ONE_FAILED)],
  ['end to end', endToEnd],
])) {
  console.log(`\n── ${title}`);
  counts.push(await part());
}
rmSync(reports, {recursive: true, force: true});

const passed = counts.reduce((sum, count) => sum + count.passed, 0);
const failed = counts.reduce((sum, count) => sum + count.failed, 0);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
console.log(`\n${passed} passed, ${failed} failed`);

async function unit() {
  const report = join(reports, 'vitest.json');
  const projects = browser ? [] : ['--project', 'unit'];
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const code = await runNode([bin('vitest', 'vitest.mjs'), 'run', ...projects, ...reporters]);
  const counted = readReport(report, (json) => ({passed: json.numPassedTests, failed: json.numFailedTests}));
  return withFailure(counted, code !== 0 || !browser);
}

async function endToEnd() {
  if (!browser) return ONE_FAILED;
  markInUse();
  const report = join(reports, 'playwright.json');
  const env = {...process.env, PLAYWRIGHT_JSON_OUTPUT_FILE: report};
  const code = await runNode([bin('@playwright/test', 'cli.js'), 'test', '--reporter=list,json'], {env});
  const counted = readReport(report, ({stats}) => ({passed: stats.expected + stats.flaky, failed: stats.unexpected}));
  return withFailure(counted, code !== 0);
}

/**
 * A runner that failed without a failed test (a file that doesn't load, say) is one failure.
 * @param {Count} count
 * @param {boolean} hasFailed
 */
function withFailure(count, hasFailed) {
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
