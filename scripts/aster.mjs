/**
 * `npm run aster -- <command>`: installs what is missing, then runs the command, whose exit code is this one's. Standard
 * output is the command's alone: what installing says goes to standard error.
 */
import {join} from 'node:path';
import {install} from './install.mjs';
import {ROOT, runNode, stopWithParent} from './process.mjs';

/** As the commands have it: 1 of `verify` means that there are differences. */
const NOT_RUN = process.argv[2] === 'verify' ? 2 : 1;

await install({failed: NOT_RUN});
if (process.env.npm_lifecycle_event !== undefined) stopWithParent();
process.exitCode = await runNode([join(ROOT, 'cli', 'main.ts'), ...process.argv.slice(2)], {cwd: process.cwd()});
