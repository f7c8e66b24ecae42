import {existsSync, mkdtempSync, readdirSync, readlinkSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import Database from 'better-sqlite3';
import {afterEach, expect, it} from 'vitest';
import {revisionOf} from '../../protocol/revision.ts';
import {account, document, erased, rowOf} from '../testing/storage-rows.ts';
import {at, note} from '../testing/world.ts';
import {testForgetting} from './forgetting.contract.ts';
import {REVISIONS_OF_ERASED} from './sqlite-queries.ts';
import {SchemaTooNewError} from './sqlite-schema.ts';
import {openSqliteStorage} from './sqlite-storage.ts';
import {testStorage} from './storage.contract.ts';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, {recursive: true, force: true});
});

function newFile(): string {
  const folder = mkdtempSync(join(tmpdir(), 'aster-sqlite-'));
  folders.push(folder);
  return join(folder, 'aster.db');
}

/** Open files that no folder names any more. None where the system doesn't tell (no /proc). */
function temporaryFiles(): readonly string[] {
  const folder = '/proc/self/fd';
  if (!existsSync(folder)) return [];
  const open = readdirSync(folder).map((descriptor) => {
    try {
      return readlinkSync(join(folder, descriptor));
    } catch {
      return ''; // the folder's own, closed by now
    }
  });
  return open.filter((target) => target.endsWith('(deleted)'));
}

const UNDO_5 = 'DROP INDEX entities_by_revision_of; ALTER TABLE entities DROP COLUMN revision_of;';

const create = async () => {
  const file = newFile();
  let storage = openSqliteStorage(file);
  const reopen = async () => {
    await storage.close();
    storage = openSqliteStorage(file);
    return storage;
  };
  return {storage, reopen, destroy: () => storage.close()};
};

testStorage('SQLite', 'disk', create);
testForgetting('SQLite', create);

it('writes through to the disk: WAL, with a full sync', async () => {
  const file = newFile();
  const storage = openSqliteStorage(file);
  const db = new Database(file);
  expect(db.pragma('journal_mode', {simple: true})).toBe('wal');
  db.close();
  await storage.close();
});

it('what a write may have to undo is kept in no file', async () => {
  const storage = openSqliteStorage(newFile());
  const rows = Array.from({length: 200}, (_, n) => rowOf(note({id: `note-${n}`, stamp: at(1)}), n + 1));
  await storage.write(null, (tx) => tx.addAccount(account('ann'), document()));
  const putAll = (text: string, after: () => void) =>
    storage.write('ann', async (tx) => {
      for (const [n, {id}] of rows.entries())
        await tx.putEntity('ann', rowOf(note({id, stamp: at(2), text}), rows.length + n + 1));
      after();
    });
  await putAll('old', () => undefined);
  const before = temporaryFiles();
  let during: readonly string[] = ['unknown'];
  await putAll('new', () => {
    during = temporaryFiles();
  });
  expect(during).toEqual(before);
  await storage.close();
});

it('refuses a file of a newer server, and leaves it as it is', () => {
  const file = newFile();
  const db = new Database(file);
  db.pragma('user_version = 99');
  db.close();
  expect(() => openSqliteStorage(file)).toThrow(SchemaTooNewError);
});

it('keeps what was set aside before a version had a place of its own there', async () => {
  const file = newFile();
  const older = openSqliteStorage(file);
  await older.write(null, (tx) => tx.addAccount(account('ann'), document()));
  await older.close();
  const db = new Database(file);
  db.exec(`
    ${UNDO_5}
    DROP TABLE set_aside;
    CREATE TABLE set_aside (
      account TEXT NOT NULL REFERENCES accounts, kind TEXT NOT NULL, id TEXT NOT NULL, seq INTEGER NOT NULL,
      noticed_ms INTEGER NOT NULL, stamp TEXT NOT NULL, hash TEXT NOT NULL, meta TEXT, data BLOB, body BLOB,
      PRIMARY KEY (account, kind, id, seq)
    ) STRICT;
    INSERT INTO set_aside VALUES ('ann', 'note', 'note-1', 5, 1, '${at(1)}', 'hash', NULL, x'01', x'02');
    PRAGMA user_version = 3;
  `);
  db.close();
  const storage = openSqliteStorage(file);
  await storage.write('ann', (tx) => tx.setAside('ann', rowOf(note({stamp: at(2)}), 5), 2));
  expect(await storage.read((tx) => tx.asides('ann'))).toEqual([
    {kind: 'note', id: 'note-1', stamp: at(1)},
    {kind: 'note', id: 'note-1', stamp: at(2)},
  ]);
  await storage.close();
});

it('knows of what the revisions of an older database are, also where a damaged one names nothing', async () => {
  const file = newFile();
  const older = openSqliteStorage(file);
  const kept = [1, 2, 3].map((ms) => rowOf(revisionOf(note({stamp: at(ms)}), 'edit'), ms));
  await older.write(null, (tx) => tx.addAccount(account('ann'), document()));
  await older.write('ann', async (tx) => {
    for (const row of [...kept, rowOf(erased(note({stamp: at(9)})), 9)]) await tx.putEntity('ann', row);
  });
  await older.close();
  const db = new Database(file);
  db.exec(`${UNDO_5} UPDATE entities SET meta = '{"of' WHERE seq = 2; PRAGMA user_version = 4;`);
  db.close();
  const storage = openSqliteStorage(file);
  const found = await storage.read((tx) => tx.revisionsOfErased('ann', 9));
  expect(found.map(({seq}) => seq).sort()).toEqual([1, 3]);
  await storage.close();
});

it('finds the revisions of what was erased from that, whatever number of revisions there is', () => {
  const file = newFile();
  const storage = openSqliteStorage(file);
  const db = new Database(file, {readonly: true});
  const plan = db
    .prepare(`EXPLAIN QUERY PLAN ${REVISIONS_OF_ERASED}`)
    .all('a', 10)
    .map((row) => (row as {detail: string}).detail);
  db.close();
  expect(plan.join('\n')).toMatch(/SEARCH original USING INDEX entities_by_erased/);
  expect(plan.join('\n')).toMatch(
    /SEARCH revision USING INDEX entities_by_revision_of \(account=\? AND revision_of=\?\)/,
  );
  return storage.close();
});

it('walks the lane "all" along two indexes, without sorting what is left to send', () => {
  const file = newFile();
  const storage = openSqliteStorage(file);
  const db = new Database(file, {readonly: true});
  const plan = db
    .prepare(
      `EXPLAIN QUERY PLAN SELECT seq AS position FROM entities WHERE account = ? AND seq > ? AND TRUE
       UNION ALL SELECT body_seq AS position FROM entities WHERE account = ? AND body_seq > ? AND kind = 'note' AND body_seq < seq
       ORDER BY position LIMIT 10`,
    )
    .all('a', 0, 'a', 0)
    .map((row) => (row as {detail: string}).detail);
  db.close();
  expect(plan.join('\n')).toContain('entities_by_body_seq');
  expect(plan.join('\n')).toContain('entities_by_seq');
  expect(plan.join('\n')).not.toContain('TEMP B-TREE');
  return storage.close();
});

it('walks a lane of a first sync along the index of refs, from where it is to go on, without sorting', () => {
  const file = newFile();
  const storage = openSqliteStorage(file);
  const db = new Database(file, {readonly: true});
  const plan = db
    .prepare(
      `EXPLAIN QUERY PLAN SELECT kind, id FROM entities WHERE account = ? AND (kind, id) > (?, ?)
       AND kind <> 'revision' AND erased = 0 AND seq <= ? ORDER BY kind, id LIMIT ?`,
    )
    .all('a', 'note', 'x', 9, 10)
    .map((row) => (row as {detail: string}).detail);
  db.close();
  expect(plan.join('\n')).toMatch(/SEARCH.*entities_by_ref \(account=\? AND \(kind,id\)>/);
  expect(plan.join('\n')).not.toContain('TEMP B-TREE');
  return storage.close();
});

it('finds what may be dropped along an index, without sorting', () => {
  const file = newFile();
  const storage = openSqliteStorage(file);
  const db = new Database(file, {readonly: true});
  const plan = db
    .prepare(
      `EXPLAIN QUERY PLAN SELECT kind, id, seq FROM entities WHERE account = ? AND erased = 1 AND received_ms <= ?
       ORDER BY received_ms, seq LIMIT ?`,
    )
    .all('a', 0, 10)
    .map((row) => (row as {detail: string}).detail);
  db.close();
  expect(plan.join('\n')).toContain('entities_by_erased');
  expect(plan.join('\n')).not.toContain('TEMP B-TREE');
  return storage.close();
});
