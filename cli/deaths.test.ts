import {cpSync, existsSync, mkdirSync, readdirSync} from 'node:fs';
import {join} from 'node:path';
import {afterEach, describe, expect, it} from 'vitest';
import {openDataFolder} from '../server/data-folder.ts';
import {restoreBackup} from '../server/restore.ts';
import {writeBackup} from '../server/storage/backup.ts';
import {at, createRandom, note, START_MS} from '../server/testing/world.ts';
import {verifyDatabase} from '../server/verify.ts';
import {createData, epochOf, noteIdsIn, pushNote, runAster, temporaryFolders, withData} from './testing/cli.ts';
import {atEveryStep} from './testing/death-images.ts';

const folders = temporaryFolders();
afterEach(() => folders.removeAll());

const DECIDED = /^restore-.*\.db$/;

/** A folder as a server leaves it that was killed: its last changes are only in the log beside the database. */
async function createKilledData(): Promise<string> {
  const dataDir = join(folders.create(), 'data');
  const running = folders.create();
  mkdirSync(dataDir, {mode: 0o700});
  await withData(running, async (world) => {
    await pushNote(world, note({id: 'note-old', stamp: at(1)}));
    cpSync(running, dataDir, {recursive: true, filter: (file) => !file.endsWith('server.lock')});
  });
  expect(readdirSync(dataDir)).toContain('aster.db-wal');
  return dataDir;
}

async function createBackup(): Promise<{file: string; epoch: string}> {
  const source = join(folders.create(), 'data');
  await createData(source, ['note-backup']);
  const file = join(folders.create(), 'backup.db');
  writeBackup(join(source, 'aster.db'), file);
  return {file, epoch: epochOf(file)};
}

/** The folder as every kill during `work` would leave it. */
async function imagesOf(dataDir: string, work: () => Promise<unknown>): Promise<string[]> {
  const images: string[] = [];
  const copy = () => {
    const image = join(folders.create(), 'data');
    cpSync(dataDir, image, {recursive: true, filter: (file) => !file.endsWith('server.lock')});
    images.push(image);
  };
  await atEveryStep(copy, work);
  return images;
}

const restoreInto = (dataDir: string, backup: string) =>
  restoreBackup({dataDir, backup, now: () => START_MS, random: createRandom(7)});

async function open(dataDir: string): Promise<void> {
  openDataFolder(dataDir).release();
}

/** Opens the folder as the next server does, and says which data it finds. */
async function dataAfterOpening(dataDir: string): Promise<string> {
  await open(dataDir);
  const file = join(dataDir, 'aster.db');
  const found = noteIdsIn(file);
  expect([['note-old'], ['note-backup']]).toContainEqual(found);
  expect(isEqual(file)).toBe(true);
  expect(databasesWith(dataDir, 'note-old')).toHaveLength(1);
  expect(readdirSync(dataDir).filter((name) => name.startsWith('restore-'))).toEqual([]);
  return found[0] ?? '';
}

function isEqual(file: string): boolean {
  const {faults, differences, accounts} = verifyDatabase(file);
  return faults.length + differences.length === 0 && accounts.every((account) => account.differences.length === 0);
}

/** Wherever in the folder they are. */
function databasesWith(dataDir: string, noteId: string): string[] {
  const asides = readdirSync(dataDir).filter((name) => name.startsWith('replaced-'));
  const files = ['', ...asides].map((place) => join(dataDir, place, 'aster.db'));
  return files.filter((file) => existsSync(file) && noteIdsIn(file).includes(noteId));
}

describe('a restore that is killed', () => {
  it('at any step leaves the old data or the backup, whole, and never loses the old', async () => {
    const {file, epoch} = await createBackup();
    const dataDir = await createKilledData();
    const found: string[] = [];
    const images = await imagesOf(dataDir, () => restoreInto(dataDir, file));
    for (const image of images) {
      found.push(await dataAfterOpening(image));
      if (found.at(-1) === 'note-backup') expect(epochOf(join(image, 'aster.db'))).not.toBe(epoch);
    }
    const decided = found.indexOf('note-backup');
    expect(decided).toBeGreaterThan(10);
    expect(found.length - decided).toBeGreaterThan(8); // so deaths after the decision were among them
    expect(new Set(found.slice(decided))).toEqual(new Set(['note-backup']));
  });

  it('is finished by whoever opens the folder next, who may be killed in that as well', async () => {
    const {file} = await createBackup();
    const dataDir = await createKilledData();
    const images = await imagesOf(dataDir, () => restoreInto(dataDir, file));
    const decided = images.find((image) => readdirSync(image).some((name) => DECIDED.test(name))) ?? '';
    const again = await imagesOf(decided, () => open(decided));
    expect(again.length).toBeGreaterThan(8);
    for (const image of again) expect(await dataAfterOpening(image)).toBe('note-backup');
  });

  it('lets nobody read the folder who would find it between the two', async () => {
    const {file} = await createBackup();
    const dataDir = await createKilledData();
    const killed = await runAster(['restore', file], {ASTER_DATA_DIR: dataDir, DIE_BEFORE: '/aster.db'}, [
      join(import.meta.dirname, 'testing', 'die-before.ts'),
    ]);
    expect(killed.signal).toBe('SIGKILL');
    const looked = await runAster(['verify'], {ASTER_DATA_DIR: dataDir});
    expect(looked).toMatchObject({exitCode: 2, stderr: expect.stringContaining('Start the server')});
    expect(await dataAfterOpening(dataDir)).toBe('note-backup');
  });
});

it('a backup that is killed at any step leaves no file of that name or a whole one, and the data as they were', async () => {
  const dataDir = join(folders.create(), 'data');
  await createData(dataDir, ['note-old']);
  const target = join(dataDir, 'backup.db');
  const images = await imagesOf(dataDir, async () => writeBackup(join(dataDir, 'aster.db'), target));
  expect(images.length).toBeGreaterThan(8);
  const made = images.filter((image) => existsSync(join(image, 'backup.db')));
  expect(made.length).toBeGreaterThan(0);
  for (const image of made) expect(isEqual(join(image, 'backup.db'))).toBe(true);
  for (const image of images) expect(await dataAfterOpening(image)).toBe('note-old');
});

it('the log of the old database is kept with it, and never replayed into the backup', async () => {
  const {file} = await createBackup();
  const dataDir = await createKilledData();
  const {keptIn = ''} = await restoreInto(dataDir, file);
  expect(readdirSync(dataDir)).not.toContain('aster.db-wal');
  expect(readdirSync(keptIn)).toContain('aster.db-wal');
  expect(noteIdsIn(join(keptIn, 'aster.db'))).toEqual(['note-old']);
});
