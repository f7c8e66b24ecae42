/**
 * `npm run test:kill -- --minutes N`: people write on three devices while pages, workers, browsers and the server are killed
 * at random, for so long; one minute unless told otherwise. `SEED=` draws the decisions of a failed run again.
 */
import {join} from 'node:path';
import {parseArgs} from 'node:util';
import {ensureBrowser} from './browser.mjs';
import {build, markInUse} from './build.mjs';
import {install} from './install.mjs';
import {childEnv, ROOT, runNode} from './process.mjs';

const USAGE = 'npm run test:kill -- --minutes 30';

const minutes = readMinutes(process.argv.slice(2));
if (minutes === undefined) {
  process.exitCode = 1;
} else {
  await install();
  if ((await ensureBrowser()) && (await build())) {
    markInUse();
    const cli = join(ROOT, 'node_modules', '@playwright', 'test', 'cli.js');
    const env = {...childEnv(), KILL_MINUTES: minutes};
    process.exitCode = await runNode([cli, 'test', 'random-kills.spec.ts'], {env});
  } else {
    process.exitCode = 1;
  }
}

/**
 * Undefined where they can't be read, which is said.
 * @param {string[]} args
 */
function readMinutes(args) {
  try {
    const {minutes = '1'} = parseArgs({args, options: {minutes: {type: 'string'}}}).values;
    if (Number(minutes) > 0 && Number.isFinite(Number(minutes))) return minutes;
    console.error(`--minutes is "${minutes}": a number above 0 is wanted, as in "${USAGE}"`);
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\nOnly --minutes is understood, as in "${USAGE}"`);
  }
  return undefined;
}
