import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import Database from 'better-sqlite3';
import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import {at, createWorld, deletionOf, note, pushOne, START_MS} from '../testing/world.ts';
import {writeBackup} from './backup.ts';
import {asDataFileError, inspectDataFile} from './data-file.ts';
import type {Storage} from './port.ts';
import {openSqliteStorage} from './sqlite-storage.ts';

let folder: string;
let file: string;
let target: string;
let storage: Storage;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'aster-backup-'));
  file = join(folder, 'aster.db');
  target = join(folder, 'out', 'backup.db');
  mkdirSync(join(folder, 'out'));
  storage = openSqliteStorage(file);
});

afterEach(async () => {
  await storage.close();
  rmSync(folder, {recursive: true, force: true});
});

const stored = () => readdirSync(join(folder, 'out'));
const harm = (sql: string) => {
  const db = new Database(file);
  db.exec(sql);
  db.close();
};

describe('a backup', () => {
  it('is one file that only its owner can read, with all that was acknowledged, and says what it holds', async () => {
    const world = await createWorld(storage);
    await pushOne(world, note({stamp: at(1)}));
    expect(writeBackup(file, target)).toEqual({accounts: 1, notes: 1, newestMs: START_MS});
    expect(stored()).toEqual(['backup.db']);
    expect(statSync(target).mode & 0o777).toBe(0o600);
    expect(inspectDataFile(target)).toEqual({accounts: 1, notes: 1, newestMs: START_MS});
  });

  it('opens in a folder that nobody may write to', async () => {
    await createWorld(storage);
    writeBackup(file, target);
    chmodSync(join(folder, 'out'), 0o500);
    expect(inspectDataFile(target).accounts).toBe(1);
    chmodSync(join(folder, 'out'), 0o700);
    expect(stored()).toEqual(['backup.db']);
  });

  it('has nothing of a text that was erased, not even in pages that are free', async () => {
    const world = await createWorld(storage);
    const secret = note({stamp: at(1), text: 'A secret of some length. '.repeat(500)});
    await pushOne(world, secret);
    await pushOne(world, deletionOf(secret, at(2)), {base: secret.stamp});
    world.clock.ms += 60_000;
    await world.core.erase();
    writeBackup(file, target);
    expect(readFileSync(target).includes('A secret of some length')).toBe(false);
  });

  it('never overwrites a file', async () => {
    await createWorld(storage);
    writeFileSync(target, 'yesterday’s');
    expect(() => writeBackup(file, target)).toThrow('exists already, and is not overwritten');
    expect(readFileSync(target, 'utf8')).toBe('yesterday’s');
    expect(stored()).toEqual(['backup.db']);
  });

  it('of damaged data is refused, and leaves nothing', async () => {
    const world = await createWorld(storage);
    await pushOne(world, note({stamp: at(1)}));
    harm('PRAGMA foreign_keys = OFF; DELETE FROM accounts');
    expect(() => writeBackup(file, target)).toThrow(`${file} is damaged, so no backup was made.`);
    expect(stored()).toEqual([]);
  });

  it('says where it can’t be written', async () => {
    await createWorld(storage);
    expect(() => writeBackup(file, join(folder, 'nowhere', 'backup.db'))).toThrow('there is no folder');
    expect(() => writeBackup(file, join(file, 'backup.db'))).toThrow('there is no folder');
    expect(existsSync(join(folder, 'nowhere'))).toBe(false);
  });
});

describe('a file', () => {
  it('that is no database, an empty one or another program’s is told from Aster’s', () => {
    writeFileSync(target, '');
    expect(() => inspectDataFile(target)).toThrow(expect.objectContaining({type: 'not_aster'}));
    new Database(join(folder, 'other.db')).exec('CREATE TABLE meta (a)').close();
    expect(() => inspectDataFile(join(folder, 'other.db'))).toThrow(expect.objectContaining({type: 'not_aster'}));
    expect(() => inspectDataFile(folder)).toThrow(expect.objectContaining({type: 'not_aster'}));
    expect(() => inspectDataFile(join(folder, 'none'))).toThrow(expect.objectContaining({type: 'not_found'}));
  });

  it('that lost its end, or a page in the middle, is damaged', async () => {
    const world = await createWorld(storage);
    for (let count = 0; count < 20; count++) {
      await pushOne(world, note({id: `note-${count}`, stamp: at(1), text: 'text '.repeat(2000)}));
    }
    writeBackup(file, target);
    const bytes = readFileSync(target);
    writeFileSync(join(folder, 'short.db'), bytes.subarray(0, bytes.length - 8192));
    expect(() => inspectDataFile(join(folder, 'short.db'))).toThrow(expect.objectContaining({type: 'damaged'}));
    writeFileSync(join(folder, 'holed.db'), bytes.fill(7, 4096 * 4, 4096 * 12));
    expect(() => inspectDataFile(join(folder, 'holed.db'))).toThrow(expect.objectContaining({type: 'damaged'}));
  });

  it('that a disk has no room for, or that can’t be read, is said to be so', () => {
    const say = (code: string) => asDataFileError(Object.assign(new Error('x'), {code}), '/x/backup.db');
    expect(say('ENOSPC')).toMatchObject({
      type: 'no_room',
      message: expect.stringMatching(/^\/x\/backup\.db does not fit/),
    });
    expect(say('SQLITE_FULL')).toMatchObject({type: 'no_room'});
    expect(say('SQLITE_IOERR_READ')).toMatchObject({type: 'unreadable'});
    expect(say('SQLITE_CORRUPT_INDEX')).toMatchObject({type: 'damaged'});
    expect(say('SQLITE_BUSY')).not.toHaveProperty('type');
  });

  it('is looked at without being written to', async () => {
    await createWorld(storage);
    cpSync(file, target);
    cpSync(`${file}-wal`, `${target}-wal`);
    const before = readFileSync(target);
    expect(inspectDataFile(target).accounts).toBe(1);
    expect(readFileSync(target).equals(before)).toBe(true);
  });
});
