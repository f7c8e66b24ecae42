/**
 * `npm run dev`: the server, and Vite with hot reload in front of it, which passes `/api` on.
 * PORT is the server's; the app is on the address that Vite prints.
 */
import {build, markInUse} from './build.mjs';
import {install} from './install.mjs';
import {ROOT, runNode} from './process.mjs';

await install();
if (!(await build())) process.exit(1);
markInUse();
const server = runNode(['--watch', '--watch-preserve-output', 'cli/main.ts', 'serve']);
const vite = runNode([`${ROOT}/node_modules/vite/bin/vite.js`, ...process.argv.slice(2)]);
process.exitCode = await Promise.race([server, vite]);
process.kill(process.pid, 'SIGTERM');
