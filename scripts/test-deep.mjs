/**
 * `npm run test:deep`: what takes longer than `npm test` may: many more random schedules (`SEED=` of a failure replays it),
 * and every way to be killed, and to lose a request, in a real browser. Installs what is missing; the last line is `N passed, N failed`.
 */
import {ensureBrowser} from './browser.mjs';
import {build, markInUse} from './build.mjs';
import {install} from './install.mjs';
import {ONE_FAILED, ONE_PASSED, runParts, runPlaywright, runVitest} from './tally.mjs';

const SCHEDULES = ['src/sync/schedule.test.ts', 'src/sync/repair.schedule.test.ts'];
const RUNS = '2000';

await install();
const browser = await ensureBrowser();
await runParts([
  ['random schedules', () => runVitest(['--project', 'unit', ...SCHEDULES], {RUNS})],
  ['build', async () => ((await build()) ? ONE_PASSED : ONE_FAILED)],
  ['end to end, deep', endToEnd],
]);

async function endToEnd() {
  if (!browser) return ONE_FAILED;
  markInUse();
  return runPlaywright(['--grep', '@deep'], {E2E_DEEP: '1'});
}
