/**
 * Loaded before a command: kills the process, as a power switch does, before it gives a file the name that ends with
 * `DIE_BEFORE`. Nothing of the product knows of it.
 */

import fs from 'node:fs';
import {syncBuiltinESMExports} from 'node:module';

const end = process.env.DIE_BEFORE ?? '';
const {renameSync} = fs;
fs.renameSync = (from, to) => {
  if (String(to).endsWith(end)) process.kill(process.pid, 'SIGKILL');
  renameSync(from, to);
};
syncBuiltinESMExports();
