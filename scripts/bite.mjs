/** `npm run test:bite`: plants bugs in copies and counts the simulated runs until each is caught; see sim/bite.ts. */
import {install} from './install.mjs';
import {runNode} from './process.mjs';

await install();
process.exitCode = await runNode(['sim/bite.ts', ...process.argv.slice(2)]);
