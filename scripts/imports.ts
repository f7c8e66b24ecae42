/** Checks the imports of every source file against `import-rules.ts`; part of `npm run check`. */
import {existsSync, readdirSync, readFileSync} from 'node:fs';
import {AREAS, forbiddenImports} from './import-rules.ts';

const SOURCE = /\.(ts|tsx|mjs)$/;
const TOP_FOLDERS = new Set(AREAS.flatMap(({at}) => at.split('/')[0] || []));

const files = [...TOP_FOLDERS].filter((folder) => existsSync(folder)).flatMap(sourcesIn);
const problems = files.flatMap((file) => forbiddenImports(file, readFileSync(file, 'utf8')));
for (const problem of problems) console.error(problem);
console.log(`imports of ${files.length} files: ${problems.length} forbidden`);
process.exitCode = problems.length === 0 ? 0 : 1;

function sourcesIn(folder: string): string[] {
  return readdirSync(folder, {recursive: true, encoding: 'utf8'})
    .map((name) => `${folder}/${name.replaceAll('\\', '/')}`)
    .filter((file) => SOURCE.test(file));
}
