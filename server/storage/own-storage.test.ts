import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import {DataFileError} from './data-file.ts';
import {openOwnStorage} from './own-storage.ts';
import type {Storage} from './port.ts';

let folder: string;
let file: string;
let storage: Storage;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'aster-own-'));
  file = join(folder, 'aster.db');
  storage = openOwnStorage(file);
});
afterEach(async () => {
  await storage.close();
  rmSync(folder, {recursive: true, force: true});
});

const failing = (code: string) => () => Promise.reject(Object.assign(new Error('x'), {code}));

describe('the database of a server', () => {
  it.each([
    ['SQLITE_CORRUPT_VTAB', 'is damaged. Stop the server.', 'aster -- verify'],
    ['SQLITE_NOTADB', 'is not an Aster database.', 'aster -- restore'],
    ['SQLITE_FULL', 'has no room left', 'Make room'],
    ['SQLITE_IOERR_WRITE', 'by its disk', 'Look at the disk'],
    ['SQLITE_READONLY_DBMOVED', 'by this user', 'ASTER_DATA_DIR'],
  ])('that fails by %s says what it means and what to do, reading and writing', async (code, meaning, cure) => {
    for (const work of [storage.read(failing(code)), storage.write(null, failing(code))]) {
      const error: unknown = await work.catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(DataFileError);
      expect(String(error)).toContain(`${file} `);
      expect(String(error)).toContain(meaning);
      expect(String(error)).toContain(cure);
      expect(error).toMatchObject({cause: {code}});
    }
  });

  it('lets pass what is no fault of the file', async () => {
    const bug = new TypeError('a bug');
    await expect(storage.read(() => Promise.reject(bug))).rejects.toBe(bug);
    await expect(storage.write(null, failing('SQLITE_CONSTRAINT'))).rejects.toMatchObject({code: 'SQLITE_CONSTRAINT'});
  });
});
