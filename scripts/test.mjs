/**
 * `npm test`: installs what is missing, a browser too, then types, lint, imports, unit and contract tests, build, e2e.
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
  ['end to end', endToEnd],
]);

async function endToEnd() {
  if (!browser) return ONE_FAILED;
  markInUse();
  return runPlaywright([]);
}
