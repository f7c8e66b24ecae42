import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {PLANTED} from './planted.ts';

const ROOT = join(import.meta.dirname, '..');

test.each(PLANTED)('where it is planted stands once in the code: $name', ({edits}) => {
  for (const {file, find} of edits) {
    expect(readFileSync(join(ROOT, file), 'utf8').split(find), `${file}: ${find}`).toHaveLength(2);
  }
});
