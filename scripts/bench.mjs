/**
 * `npm run bench -- --quick`: builds what is stale and measures the app and the server against their limits on this machine
 * (docs/performance.md). The options are read by bench/main.ts. With `--json` nothing else goes to the standard output.
 */
import {ensureBrowser} from './browser.mjs';
import {build, markInUse} from './build.mjs';
import {install} from './install.mjs';
import {runNode} from './process.mjs';

const args = process.argv.slice(2);
if (args.includes('--json')) console.log = console.error;
await install();
if ((await ensureBrowser()) && (await build())) {
  markInUse();
  process.exitCode = await runNode(['bench/main.ts', ...args]);
} else {
  process.exitCode = 1;
}
