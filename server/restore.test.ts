import {cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import Database from 'better-sqlite3';
import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import type {History} from '../protocol/messages.ts';
import {createCore} from './core/core.ts';
import {DataFolderError, openDataFolder} from './data-folder.ts';
import {restoreBackup} from './restore.ts';
import {writeBackup} from './storage/backup.ts';
import type {Storage} from './storage/port.ts';
import {openSqliteStorage} from './storage/sqlite-storage.ts';
import {
  ASKED,
  at,
  createRandom,
  createWorld,
  errorIn,
  NO_HISTORY,
  note,
  pushOne,
  START_MS,
  valueIn,
  type World,
} from './testing/world.ts';

let folder: string;
let dataDir: string;
let backup: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'aster-restore-'));
  dataDir = join(folder, 'data');
  backup = join(folder, 'backup.db');
});

afterEach(() => rmSync(folder, {recursive: true, force: true}));

async function serving<T>(use: (world: World<Storage>) => Promise<T>, dir = dataDir): Promise<T> {
  const {databaseFile, release} = openDataFolder(dir);
  const storage = openSqliteStorage(databaseFile);
  try {
    return await use(await createWorld(storage));
  } finally {
    await storage.close();
    release();
  }
}

const restore = (from = backup) => restoreBackup({dataDir, backup: from, now: () => START_MS, random: createRandom(7)});

function noteIds(file = join(dataDir, 'aster.db')): unknown[] {
  const db = new Database(file, {readonly: true});
  const ids = db.prepare("SELECT id FROM entities WHERE kind = 'note' ORDER BY id").pluck().all();
  db.close();
  return ids;
}

/** A backup with note-1, and data with note-2 as well. */
async function backedUpThenWritten(): Promise<void> {
  await serving(async (world) => {
    await pushOne(world, note({id: 'note-1', stamp: at(1)}));
    writeBackup(join(dataDir, 'aster.db'), backup);
    await pushOne(world, note({id: 'note-2', stamp: at(2)}));
  });
}

describe('restoring', () => {
  it('puts the backup in place, keeps what was there, and says where', async () => {
    await backedUpThenWritten();
    const {keptIn = '', ...facts} = await restore();
    expect(facts).toEqual({accounts: 1, notes: 1, newestMs: START_MS, tally: {damagedRows: 0, differences: 0}});
    expect(noteIds()).toEqual(['note-1']);
    expect(keptIn).toBe(join(dataDir, 'replaced-2026-11-22T12-00-00-000Z'));
    expect(noteIds(join(keptIn, 'aster.db'))).toEqual(['note-1', 'note-2']);
    expect(statSync(keptIn).mode & 0o777).toBe(0o700);
    expect(statSync(join(dataDir, 'aster.db')).mode & 0o777).toBe(0o600);
    expect(noteIds(backup)).toEqual(['note-1']);
  });

  it('starts a new history: a device that has seen anything of the old one is told so, even at the same place', async () => {
    const {device, history} = await serving(async ({core, device}) => {
      await pushOne({core, device}, note({stamp: at(1)}));
      writeBackup(join(dataDir, 'aster.db'), backup);
      const {epoch, head} = await core.standing(device.accountId);
      return {device, history: {epoch, cursor: head, seen: head}};
    });
    await restore();
    const storage = openSqliteStorage(join(dataDir, 'aster.db'));
    const core = createCore({storage, now: () => START_MS, random: createRandom(8), log: () => {}});
    const pull = (known: History) => core.pull(device, {...ASKED, history: known, lane: 'all', after: 0});
    expect(errorIn(await pull(history)).type).toBe('other_history');
    expect(valueIn(await pull(NO_HISTORY)).head).toEqual(history.seen);
    await storage.close();
  });

  it('twice in one moment keeps both that were replaced', async () => {
    await backedUpThenWritten();
    const first = await restore();
    const second = await restore();
    expect(second.keptIn).toBe(`${first.keptIn}-2`);
    expect(noteIds(join(first.keptIn ?? '', 'aster.db'))).toEqual(['note-1', 'note-2']);
  });

  it('into a folder that isn’t there makes it, for its owner only', async () => {
    await backedUpThenWritten();
    dataDir = join(folder, 'new', 'data');
    expect((await restore()).keptIn).toBeUndefined();
    expect(noteIds()).toEqual(['note-1']);
    expect(statSync(dataDir).mode & 0o777).toBe(0o700);
  });

  it('in the place of a database that is damaged beyond opening keeps it as it is', async () => {
    await backedUpThenWritten();
    writeFileSync(join(dataDir, 'aster.db'), 'ruins');
    writeFileSync(join(dataDir, 'aster.db-wal'), 'more ruins');
    const {keptIn = ''} = await restore();
    expect(noteIds()).toEqual(['note-1']);
    expect(readdirSync(keptIn)).toEqual(['aster.db', 'aster.db-wal']);
  });

  it('of a copied data folder takes in what lies in the log beside its database', async () => {
    const copy = join(folder, 'copy');
    mkdirSync(copy);
    await serving(async (world) => {
      await pushOne(world, note({id: 'note-1', stamp: at(1)}));
      cpSync(dataDir, copy, {recursive: true});
    });
    await restore(join(copy, 'aster.db'));
    expect(noteIds()).toEqual(['note-1']);
  });

  it('is refused while a server runs, and changes nothing', async () => {
    await backedUpThenWritten();
    const server = openDataFolder(dataDir);
    await expect(restore()).rejects.toThrow(DataFolderError);
    await expect(restore()).rejects.toThrow('a server uses');
    server.release();
    expect(noteIds()).toEqual(['note-1', 'note-2']);
  });

  it('that can’t get its place says so, loses nothing, and is finished when it can', async () => {
    await backedUpThenWritten();
    const inTheWay = join(dataDir, 'replaced-2026-11-22T12-00-00-000Z');
    const random = (count: number) => {
      writeFileSync(inTheWay, '');
      return createRandom(7)(count);
    };
    const restoring = restoreBackup({dataDir, backup, now: () => START_MS, random});
    await expect(restoring).rejects.toThrow('it finishes the restore. All data are there.');
    expect(noteIds()).toEqual(['note-1', 'note-2']);
    expect(() => openDataFolder(dataDir)).toThrow(inTheWay);
    rmSync(inTheWay);
    openDataFolder(dataDir).release();
    expect(noteIds()).toEqual(['note-1']);
    expect(noteIds(join(inTheWay, 'aster.db'))).toEqual(['note-1', 'note-2']);
  });

  it('overwrites nothing that is kept, even where another program began a database while it was unfinished', async () => {
    await backedUpThenWritten();
    const {keptIn = ''} = await restore();
    cpSync(backup, join(dataDir, 'restore-2026-11-22T12-00-00-000Z.db')); // as if it had died just before its end
    openDataFolder(dataDir).release();
    expect(readdirSync(keptIn).sort()).toEqual(['aster.db', 'aster.db.other']);
    expect(noteIds(join(keptIn, 'aster.db'))).toEqual(['note-1', 'note-2']);
  });

  it('leaves alone what somebody else put into the data folder under a name that looks alike', async () => {
    await backedUpThenWritten();
    const theirs = ['restore-monday.db', 'restore-2026-11-22.db', 'restore-monday.part'];
    for (const name of theirs) cpSync(backup, join(dataDir, name));
    openDataFolder(dataDir).release();
    expect(noteIds()).toEqual(['note-1', 'note-2']);
    await restore();
    expect(readdirSync(dataDir)).toEqual(expect.arrayContaining(theirs));
  });

  it('keeps servers away until it is done', async () => {
    await backedUpThenWritten();
    const random = (count: number) => {
      expect(() => openDataFolder(dataDir)).toThrow('a backup is being put back there');
      return createRandom(7)(count);
    };
    await restoreBackup({dataDir, backup, now: () => START_MS, random});
    openDataFolder(dataDir).release();
  });

  it.each([
    ['another program’s file', (file: string) => writeFileSync(file, 'Dear diary'), 'not_aster'],
    ['a damaged one', (file: string) => harm(file, 'PRAGMA foreign_keys = OFF; DELETE FROM accounts'), 'damaged'],
    ['one of a newer Aster', (file: string) => harm(file, 'PRAGMA user_version = 99'), 'too_new'],
    ['one that isn’t there', (file: string) => rmSync(file), 'not_found'],
  ])('refuses %s, and changes nothing', async (_name, spoil, type) => {
    await backedUpThenWritten();
    spoil(backup);
    const before = readdirSync(dataDir);
    await expect(restore()).rejects.toMatchObject({type});
    expect(readdirSync(dataDir)).toEqual(before);
    expect(noteIds()).toEqual(['note-1', 'note-2']);
  });

  it('that fails on the way gives its room back, and changes nothing', async () => {
    await backedUpThenWritten();
    const before = readdirSync(dataDir);
    const random = () => {
      throw new Error('no randomness');
    };
    await expect(restoreBackup({dataDir, backup, now: () => START_MS, random})).rejects.toThrow('no randomness');
    expect(readdirSync(dataDir)).toEqual(before);
    openDataFolder(dataDir).release();
  });
});

function harm(file: string, sql: string): void {
  const db = new Database(file);
  db.exec(sql);
  db.close();
}
