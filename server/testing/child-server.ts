/** A server as a process of its own, for tests that kill it: settings from the environment, its address to stdout. */

import {startServer} from '../main.ts';
import {readOptions} from '../options.ts';

await startServer(readOptions(process.env), {print: (line) => void process.stdout.write(`${line}\n`)});
