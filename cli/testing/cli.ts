/** Data folders with notes in them, and the `aster` command as a process of its own. */

import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {text} from 'node:stream/consumers';
import Database from 'better-sqlite3';
import type {Version} from '../../protocol/entity.ts';
import {openDataFolder} from '../../server/data-folder.ts';
import type {Storage} from '../../server/storage/port.ts';
import {openSqliteStorage} from '../../server/storage/sqlite-storage.ts';
import {at, createWorld, note, pushOne, type World} from '../../server/testing/world.ts';

const MAIN = join(import.meta.dirname, '..', 'main.ts');

export interface Ran {
  /** Null where a signal ended it. */
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** `imports`: modules that are loaded before the command. */
export async function runAster(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  imports: readonly string[] = [],
): Promise<Ran> {
  const before = imports.flatMap((file) => ['--import', file]);
  const child = spawn(process.execPath, [...before, MAIN, ...args], {env, stdio: ['ignore', 'pipe', 'pipe']});
  const ended = once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>;
  const [stdout, stderr, [exitCode, signal]] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  return {exitCode, signal, stdout, stderr};
}

export interface TemporaryFolders {
  create(): string;
  removeAll(): void;
}

export function temporaryFolders(): TemporaryFolders {
  const folders: string[] = [];
  return {
    create() {
      const folder = mkdtempSync(join(tmpdir(), 'aster-cli-'));
      folders.push(folder);
      return folder;
    },
    removeAll() {
      for (const folder of folders.splice(0)) rmSync(folder, {recursive: true, force: true});
    },
  };
}

/** A server's data with one account and these notes; nobody uses the folder afterwards. */
export async function createData(dataDir: string, noteIds: readonly string[]): Promise<void> {
  await withData(dataDir, async (world) => {
    for (const id of noteIds) await pushNote(world, note({id, stamp: at(1), text: `text of ${id}`}));
  });
}

/** The folder in use as by a server, for as long as `use` runs. A new one has an account. */
export async function withData<T>(dataDir: string, use: (world: World<Storage>) => Promise<T>): Promise<T> {
  const folder = openDataFolder(dataDir);
  const storage = openSqliteStorage(folder.databaseFile);
  try {
    return await use(await createWorld(storage));
  } finally {
    await storage.close();
    folder.release();
  }
}

export async function pushNote(world: World<Storage>, version: Version): Promise<void> {
  const verdict = await pushOne(world, version);
  if (verdict.type !== 'applied') throw new Error(JSON.stringify(verdict));
}

export function noteIdsIn(databaseFile: string): readonly string[] {
  const db = new Database(databaseFile, {readonly: true});
  try {
    return db.prepare<[], string>("SELECT id FROM entities WHERE kind = 'note' ORDER BY id").pluck().all();
  } finally {
    db.close();
  }
}

export function epochOf(databaseFile: string): string {
  const db = new Database(databaseFile, {readonly: true});
  try {
    return db.prepare<[], string>("SELECT value FROM meta WHERE key = 'epoch'").pluck().get() ?? '';
  } finally {
    db.close();
  }
}

/** What a program that means no good, or a disk, does to the file. */
export function harm(databaseFile: string, sql: string): void {
  const db = new Database(databaseFile);
  db.exec(sql);
  db.close();
}
