/** `npm run check`: types of every runtime, lint and format, and who may import whom. All three, also after a failure. */
import {join} from 'node:path';
import {isMain, ROOT, runNode} from './process.mjs';

const CHECKS = [
  {name: 'types', args: [join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc'), '-b', '--pretty', 'false']},
  {
    name: 'lint',
    args: [
      join(ROOT, 'node_modules', '@biomejs', 'biome', 'bin', 'biome'),
      'check',
      '--error-on-warnings',
      '--max-diagnostics=100',
    ],
  },
  {name: 'imports', args: ['scripts/imports.ts']},
];

/** Runs the checks one after the other and counts them. */
export async function check() {
  const failed = [];
  for (const {name, args} of CHECKS) {
    if ((await runNode(args)) !== 0) failed.push(name);
  }
  console.log(failed.length === 0 ? 'check: all is well' : `check: failed: ${failed.join(', ')}`);
  return {passed: CHECKS.length - failed.length, failed: failed.length};
}

if (isMain(import.meta.url)) process.exitCode = (await check()).failed === 0 ? 0 : 1;
