/**
 * `npm run test:deep`: what takes longer than `npm test` may: minutes of simulation (`SEED=` of a failure replays it), many more
 * random schedules of single parts, and every way to be killed, and to lose a request, in a real browser. Installs what is
 * missing; the last line is `N passed, N failed`.
 */
import {ensureBrowser} from './browser.mjs';
import {build, markInUse} from './build.mjs';
import {install} from './install.mjs';
import {runNode} from './process.mjs';
import {ONE_FAILED, ONE_PASSED, runParts, runPlaywright, runVitest} from './tally.mjs';

const SCHEDULES = ['src/sync/schedule.test.ts', 'src/sync/repair.schedule.test.ts'];
const RUNS = '1000';
const SIMULATED_MINUTES = '8';

await install();
const browser = await ensureBrowser();
await runParts([
  [
    'simulation',
    async () => ((await runNode(['sim/main.ts', '--minutes', SIMULATED_MINUTES])) === 0 ? ONE_PASSED : ONE_FAILED),
  ],
  ['random schedules', () => runVitest(['--project', 'unit', ...SCHEDULES], {RUNS})],
  ['build', async () => ((await build()) ? ONE_PASSED : ONE_FAILED)],
  ['end to end, deep', endToEnd],
]);

async function endToEnd() {
  if (!browser) return ONE_FAILED;
  markInUse();
  return runPlaywright(['--grep', '@deep'], {E2E_DEEP: '1'});
}
