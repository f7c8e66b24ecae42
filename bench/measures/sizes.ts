/** What a first visit loads before it shows anything: what index.html names, and the service worker. Gzip, as on the wire. */
import {readFile} from 'node:fs/promises';
import {join} from 'node:path';
import {gzipSync} from 'node:zlib';
import type {Family} from '../measure.ts';

const APP = join(import.meta.dirname, '..', '..', 'dist', 'app');
const LOADED = /<(?:script[^>]+src|link[^>]+rel="(?:stylesheet|modulepreload)"[^>]+href)="\.\/([^"]+)"/g;

export const sizes: Family = {
  name: 'sizes',
  async take() {
    const html = await readFile(join(APP, 'index.html'), 'utf8');
    const files = ['index.html', ...[...html.matchAll(LOADED)].map(([, file]) => file ?? '')];
    const shell = await Promise.all(files.map(gzipKilobytes));
    return [
      {name: 'shell-size', notes: null, samples: [shell.reduce((sum, size) => sum + size, 0)]},
      {name: 'worker-size', notes: null, samples: [await gzipKilobytes('sw.js')]},
    ];
  },
};

async function gzipKilobytes(file: string): Promise<number> {
  return gzipSync(await readFile(join(APP, file))).length / 1024;
}
