/**
 * `npm start`: installs what is missing, builds if stale, runs the server. Signals go on to the server, whose exit code
 * is this command's.
 */
import {build, markInUse} from './build.mjs';
import {install} from './install.mjs';
import {runNode, stopWithParent} from './process.mjs';

await install();
if (await build()) {
  markInUse();
  if (process.env.npm_lifecycle_event !== undefined) stopWithParent();
  process.exitCode = await runNode(['cli/main.ts', 'serve', ...process.argv.slice(2)]);
} else {
  process.exitCode = 1;
}
