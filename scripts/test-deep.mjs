/**
 * `npm run test:deep`: what takes longer than `npm test` may: a longer simulation, many more
 * random schedules of single parts, and the variants of the end-to-end tests, among them every way to be killed and to lose
 * a request. Installs what is missing; the last line is `N passed, N failed`.
 */
import {ensureBrowser} from './browser.mjs';
import {build, markInUse} from './build.mjs';
import {install} from './install.mjs';
import {childEnv, runNode} from './process.mjs';
import {ONE_FAILED, ONE_PASSED, runParts, runPlaywright, runVitest} from './tally.mjs';

const SCHEDULES = ['src/sync/schedule.test.ts', 'src/sync/repair.schedule.test.ts'];
const RUNS = '1000';
/** Others than those of `npm test`, and the same every time: `npm run test:sim` draws new ones. */
const SIMULATED = {seed: '1000', runs: '1500'};

await install();
const browser = await ensureBrowser();
await runParts([
  ['simulation', simulate],
  ['random schedules', () => runVitest(['--project', 'unit', ...SCHEDULES], {RUNS})],
  ['build', async () => ((await build()) ? ONE_PASSED : ONE_FAILED)],
  ['end to end, deep', endToEnd],
]);

async function simulate() {
  const env = {...childEnv(), SEED: SIMULATED.seed};
  return (await runNode(['sim/main.ts', '--runs', SIMULATED.runs], {env})) === 0 ? ONE_PASSED : ONE_FAILED;
}

async function endToEnd() {
  if (!browser) return ONE_FAILED;
  markInUse();
  return runPlaywright(['--grep', '@deep'], {E2E_DEEP: '1'});
}
