/** `npm run test:sim -- --runs N`: random schedules of the whole system; what follows `--` is explained in sim/main.ts. */
import {install} from './install.mjs';
import {runNode} from './process.mjs';

await install();
process.exitCode = await runNode(['sim/main.ts', ...process.argv.slice(2)]);
