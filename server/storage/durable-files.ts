/** What makes a change of files outlive a power cut: the bytes first, then the names. */

import {closeSync, fsyncSync, openSync} from 'node:fs';

export function syncFile(file: string): void {
  sync(file, 'r+');
}

/** The names in a folder. Windows writes them through by itself and can't open folders. */
export function syncFolder(dir: string): void {
  if (process.platform !== 'win32') sync(dir, 'r');
}

function sync(path: string, flags: 'r' | 'r+'): void {
  const descriptor = openSync(path, flags);
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
