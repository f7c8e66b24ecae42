/** Folders of this run, all in one that goes with the process, however the run ends. */
import {mkdtempSync, rmSync} from 'node:fs';
import {mkdtemp} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';

let base: string | undefined;

/** Empty, and its own for each call. Whoever is done with a large one removes it before the end. */
export function temporaryFolder(name: string): Promise<string> {
  base ??= makeBase();
  return mkdtemp(join(base, `${name}-`));
}

function makeBase(): string {
  const made = mkdtempSync(join(tmpdir(), 'aster-bench-'));
  process.on('exit', () => rmSync(made, {recursive: true, force: true, maxRetries: 5}));
  return made;
}
