/**
 * `npm start`: installs what is missing, builds if stale, runs the server. Signals go on to the server, whose exit code
 * is this command's.
 */
import {build, markInUse} from './build.mjs';
import {install} from './install.mjs';
import {runNode} from './process.mjs';

const ORPHAN_POLL_MS = 500;

await install();
if (await build()) {
  markInUse();
  if (process.env.npm_lifecycle_event !== undefined) stopWithParent();
  process.exitCode = await runNode(['cli/main.ts', 'serve', ...process.argv.slice(2)]);
} else {
  process.exitCode = 1;
}

/** npm hands a SIGTERM to its shell, which dies of it without a word to us: being orphaned is then the only sign. */
function stopWithParent() {
  const parent = process.ppid;
  const poll = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(poll);
    process.kill(process.pid, 'SIGTERM');
  }, ORPHAN_POLL_MS);
  poll.unref();
}
