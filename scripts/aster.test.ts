/** `npm run aster` on a clone where nothing is installed yet, with an npm that only pretends. */
import {execFile} from 'node:child_process';
import {cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import {ROOT} from './process.mjs';

let clone: string;
let npm: string;

beforeEach(() => {
  clone = mkdtempSync(join(tmpdir(), 'aster-clone-'));
  npm = join(clone, 'npm-cli.mjs');
  for (const folder of ['scripts', 'cli', 'elsewhere']) mkdirSync(join(clone, folder));
  for (const name of ['aster', 'install', 'lock', 'process']) {
    cpSync(join(ROOT, 'scripts', `${name}.mjs`), join(clone, 'scripts', `${name}.mjs`));
  }
  writeFileSync(join(clone, 'package-lock.json'), '{}');
  writeFileSync(
    join(clone, 'cli', 'main.ts'),
    [
      "const said: string = [process.argv.slice(2).join(' '), 'in', process.cwd()].join(' ');",
      'console.log(said);',
      'process.exitCode = 7;',
    ].join('\n'),
  );
  npmThat(
    "import {mkdirSync} from 'node:fs';\nmkdirSync('node_modules', {recursive: true});\nconsole.log('added packages');",
  );
});
afterEach(() => rmSync(clone, {recursive: true, force: true}));

const npmThat = (source: string) => writeFileSync(npm, source);

function aster(...args: string[]): Promise<{exitCode: unknown; stdout: string; stderr: string}> {
  const options = {cwd: join(clone, 'elsewhere'), env: {...process.env, npm_execpath: npm}};
  return new Promise((resolve) => {
    execFile(process.execPath, [join(clone, 'scripts', 'aster.mjs'), ...args], options, (error, stdout, stderr) =>
      resolve({exitCode: error?.code ?? 0, stdout, stderr}),
    );
  });
}

describe('npm run aster', () => {
  it('installs what is missing, once, and leaves output, folder and exit code to the command', async () => {
    const stdout = `backup a b.db in ${join(clone, 'elsewhere')}\n`;
    const first = await aster('backup', 'a b.db');
    expect(first).toMatchObject({exitCode: 7, stdout});
    expect(first.stderr).toContain('installing packages\nadded packages\n');
    npmThat("throw new Error('asked again')");
    expect(await aster('backup', 'a b.db')).toEqual({exitCode: 7, stdout, stderr: ''});
  });

  it('ends as a command that could not do its work where nothing can be installed', async () => {
    npmThat('process.exitCode = 3;');
    expect(await aster('backup', 'a.db')).toMatchObject({exitCode: 1, stdout: ''});
    const {exitCode, stdout, stderr} = await aster('verify');
    expect({exitCode, stdout}).toEqual({exitCode: 2, stdout: ''}); // 1 would say that there are differences
    expect(stderr).toContain('npm ci failed (exit code 3)');
  });
});
