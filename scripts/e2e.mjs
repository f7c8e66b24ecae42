/** `npm run test:e2e -- …`: the built app in a real browser; what follows `--` goes to Playwright. */
import {join} from 'node:path';
import {ensureBrowser} from './browser.mjs';
import {build, markInUse} from './build.mjs';
import {install} from './install.mjs';
import {ROOT, runNode} from './process.mjs';

await install();
if ((await ensureBrowser()) && (await build())) {
  markInUse();
  const cli = join(ROOT, 'node_modules', '@playwright', 'test', 'cli.js');
  process.exitCode = await runNode([cli, 'test', ...process.argv.slice(2)]);
} else {
  process.exitCode = 1;
}
