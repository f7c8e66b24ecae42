/**
 * `npm test`: installs what is missing, a browser too, then types, lint, imports, unit, contract and simulation tests, build,
 * e2e, and a minute of random kills.
 * Goes on after a part that failed; the last line is `N passed, N failed`, and nothing passed counts as failure.
 */
import {ensureBrowser} from './browser.mjs';
import {build, markInUse} from './build.mjs';
import {check} from './check.mjs';
import {install} from './install.mjs';
import {ONE_FAILED, ONE_PASSED, runParts, runPlaywright, runVitest, withFailure} from './tally.mjs';

await install();
const browser = await ensureBrowser();
await runParts([
  ['types, lint, imports', check],
  ['unit and contract', async () => withFailure(await runVitest(browser ? [] : ['--project', 'unit']), !browser)],
  ['build', async () => ((await build()) ? ONE_PASSED : ONE_FAILED)],
  ['end to end', () => endToEnd([])],
  ['killed at random', () => endToEnd(['--grep', '@kill'], {KILL_MINUTES: '1'})],
]);

/**
 * @param {string[]} args
 * @param {NodeJS.ProcessEnv} [env]
 */
async function endToEnd(args, env) {
  if (!browser) return ONE_FAILED;
  markInUse();
  return runPlaywright(args, env);
}
