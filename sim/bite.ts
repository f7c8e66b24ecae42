/**
 * `npm run test:bite -- --runs N`: plants each bug of sim/planted.ts in a copy of the code and counts the runs until the
 * simulation catches it. Fails where one isn't caught within N runs. `--only TEXT` plants those whose name has it.
 */

import {spawnSync} from 'node:child_process';
import {cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {parseArgs} from 'node:util';
import {PLANTED, type Planted} from './planted.ts';

const ROOT = join(import.meta.dirname, '..');
const COPIED = ['protocol', 'src', 'server', 'sim', 'package.json'];
const DEFAULT_RUNS = '4000';
/** Where the counting begins: the same every time. */
const SEED = '1';

const {values} = parseArgs({
  options: {runs: {type: 'string', default: DEFAULT_RUNS}, only: {type: 'string', default: ''}},
});

process.exitCode = main();

function main(): number {
  const planted = PLANTED.filter(({name}) => name.includes(values.only));
  console.log('| planted | caught in run | seconds | what it breaks |\n| --- | --- | --- | --- |');
  const missed = planted.filter((bug) => !plant(bug));
  console.log(`${planted.length - missed.length} caught, ${missed.length} missed`);
  return missed.length === 0 ? 0 : 1;
}

function plant({name, edits}: Planted): boolean {
  const copy = mkdtempSync(join(tmpdir(), 'aster-planted-'));
  try {
    for (const part of COPIED) cpSync(join(ROOT, part), join(copy, part), {recursive: true});
    rmSync(join(copy, 'sim', 'regressions'), {recursive: true});
    symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'), 'dir');
    for (const edit of edits) replaceOnce(copy, edit);
    return report(name, copy);
  } finally {
    rmSync(copy, {recursive: true, force: true});
  }
}

function replaceOnce(copy: string, {file, find, put}: Planted['edits'][number]): void {
  const path = join(copy, file);
  const pieces = readFileSync(path, 'utf8').split(find);
  if (pieces.length !== 2) throw new Error(`${file} has this ${pieces.length - 1} times, not once: ${find}`);
  writeFileSync(path, pieces.join(put));
}

function report(name: string, copy: string): boolean {
  const started = Date.now();
  const {stdout, stderr} = spawnSync(process.execPath, ['sim/main.ts', '--runs', values.runs, '--no-shrink'], {
    cwd: copy,
    encoding: 'utf8',
    env: {...process.env, SEED},
  });
  const seconds = Math.round((Date.now() - started) / 1000);
  const caught = /^run (\d+), SEED=\d+, fails: ([^:\n]*)/m.exec(stdout);
  if (caught === null && stderr !== '') throw new Error(`${name}: the simulation didn't run: ${stderr.slice(0, 2000)}`);
  console.log(`| ${name} | ${caught?.[1] ?? `not in ${values.runs}`} | ${seconds} | ${caught?.[2] ?? ''} |`);
  return caught !== null;
}
