import {mkdtempSync, rmSync, truncateSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import Database from 'better-sqlite3';
import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import {type Difference, verifyAccount} from './core/verify.ts';
import type {Storage} from './storage/port.ts';
import {openSqliteStorage} from './storage/sqlite-storage.ts';
import {createVerifyStorage} from './storage/sqlite-verify.ts';
import type {VerifyStorage} from './storage/verify-port.ts';
import {at, createWorld, deletionOf, note, pushOne, START_MS, type World} from './testing/world.ts';
import {verifyDatabase} from './verify.ts';

let folder: string;
let file: string;
let storage: Storage;
let world: World<Storage>;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'aster-verify-'));
  file = join(folder, 'aster.db');
  storage = openSqliteStorage(file);
  world = await createWorld(storage);
});

afterEach(async () => {
  await storage.close();
  rmSync(folder, {recursive: true, force: true});
});

/** What happens to any account: edits, a conflict with its revision, a deletion, one that was erased. */
async function liveThroughEverything(): Promise<void> {
  const first = note({id: 'note-1', stamp: at(1), text: 'first'});
  const doomed = note({id: 'note-2', stamp: at(1)});
  const gone = note({id: 'note-3', stamp: at(1)});
  await pushOne(world, first);
  await pushOne(world, note({id: 'note-1', stamp: at(20), text: 'mine'}), {base: first.stamp});
  await pushOne(world, note({id: 'note-1', stamp: at(10), text: 'theirs'}), {base: first.stamp});
  await pushOne(world, doomed);
  await pushOne(world, deletionOf(doomed, at(2), {eraseAfterMs: 1e9}), {base: doomed.stamp});
  await pushOne(world, gone);
  await pushOne(world, deletionOf(gone, at(2)), {base: gone.stamp});
  world.clock.ms = START_MS + 60_000;
  await world.core.erase();
}

/** With the server's own connections open. */
function harm(sql: string, ...values: unknown[]): void {
  const db = new Database(file);
  db.pragma('foreign_keys = OFF');
  db.prepare(sql).run(...values);
  db.close();
}

function differences(): readonly Difference[] {
  const {faults, differences: ofServer, accounts} = verifyDatabase(file);
  expect(faults).toEqual([]);
  return [...ofServer, ...accounts.flatMap((account) => account.differences)];
}

describe('verifying', () => {
  it('finds everything equal after edits, conflicts, deletions and erasing, beside the server that has the file open', async () => {
    await liveThroughEverything();
    expect(differences()).toEqual([]);
    const [account] = verifyDatabase(file).accounts;
    expect(account).toMatchObject({username: 'Ann', rows: 4});
    expect(account?.root).toBe((await world.core.standing(world.device.accountId)).root);
  });

  it('finds an account without notes, and a server without accounts, equal', () => {
    expect(differences()).toEqual([]);
    const empty = join(folder, 'empty.db');
    return openSqliteStorage(empty)
      .close()
      .then(() => expect(verifyDatabase(empty)).toEqual({faults: [], differences: [], accounts: []}));
  });

  it.each<[name: string, sql: string, found: readonly unknown[]]>([
    [
      'a text that changed under its hash, and the digest that still counts it',
      "UPDATE entities SET body = CAST('other' AS BLOB) WHERE id = 'note-1'",
      [{type: 'damaged_row', kind: 'note', id: 'note-1'}, expect.objectContaining({type: 'bucket'})],
    ],
    [
      'a damaged row that no digest counts',
      "UPDATE entities SET meta_hash = data_hash WHERE id = 'note-3'",
      [{type: 'damaged_row', kind: 'note', id: 'note-3'}],
    ],
    [
      'a row that is gone without a tombstone',
      "DELETE FROM entities WHERE id = 'note-1'",
      [expect.objectContaining({type: 'bucket'})],
    ],
    [
      'a stamp that was moved, which no hash of the row covers',
      `UPDATE entities SET stamp = '${at(99)}' WHERE id = 'note-1'`,
      [expect.objectContaining({type: 'bucket'})],
    ],
    [
      'a row that queries would look for in another bucket',
      "UPDATE entities SET bucket = 255 - bucket WHERE id = 'note-1'",
      [{type: 'misfiled_row', kind: 'note', id: 'note-1', columns: ['bucket']}],
    ],
    [
      'a deletion that would be erased too early',
      "UPDATE entities SET erase_at_ms = 1 WHERE id = 'note-2'",
      [{type: 'misfiled_row', kind: 'note', id: 'note-2', columns: ['erase_at_ms']}],
    ],
    [
      'an open conflict that nobody would be asked about',
      'UPDATE entities SET open_conflict_of = NULL',
      [expect.objectContaining({type: 'misfiled_row', kind: 'revision', columns: ['open_conflict_of']})],
    ],
    [
      'a text that claims to have come after its note',
      "UPDATE entities SET body_seq = seq + 1 WHERE id = 'note-1'",
      [{type: 'misfiled_row', kind: 'note', id: 'note-1', columns: ['body_seq']}],
    ],
    [
      'a row beyond the head',
      "UPDATE entities SET seq = 4000 WHERE id = 'note-1'",
      [{type: 'row_beyond_head', kind: 'note', id: 'note-1', seq: 4000}],
    ],
    [
      'a digest that is kept wrong',
      'UPDATE buckets SET count = count + 1 WHERE bucket = (SELECT min(bucket) FROM buckets)',
      [expect.objectContaining({type: 'bucket'})],
    ],
    ['a root that its digests don’t make', "UPDATE documents SET root = 'x'", [{type: 'root'}]],
    ['an account without head and digests', 'DELETE FROM documents', [{type: 'no_document'}]],
    ['a history without a name', "DELETE FROM meta WHERE key = 'epoch'", [{type: 'no_epoch'}]],
    [
      'a head that was set back',
      'UPDATE documents SET head_seq = head_seq - 1',
      [expect.objectContaining({type: 'row_beyond_head'}), expect.objectContaining({type: 'head'})],
    ],
    ['a head of another mark than its commit', "UPDATE documents SET head_mark = 'x'", [{type: 'head_mark'}]],
    [
      'marks that are the same',
      'UPDATE commits SET mark = (SELECT mark FROM commits WHERE seq = 2) WHERE seq = 1',
      [{type: 'repeated_mark', seq: 2}],
    ],
    ['a floor above the head', 'UPDATE documents SET floor = head_seq + 1', [expect.objectContaining({type: 'floor'})]],
  ])('names %s', async (_name, sql, found) => {
    await liveThroughEverything();
    harm(sql);
    expect(differences()).toEqual(found);
  });

  it('sees one moment, whatever is written meanwhile', async () => {
    await liveThroughEverything();
    const reader = new Database(file, {readonly: true});
    const real = createVerifyStorage(reader);
    const busy: VerifyStorage = {
      ...real,
      *rows(accountId) {
        yield* real.rows(accountId);
        harm("INSERT INTO commits SELECT account, 4000, 'of a later moment' FROM accounts");
      },
    };
    expect(real.accounts().flatMap((account) => verifyAccount(busy, account).differences)).toEqual([]);
    reader.close();
    expect(differences()).toEqual([expect.objectContaining({type: 'head', lastCommitSeq: 4000})]);
  });

  it('says that the file itself is damaged, and looks no further', async () => {
    await liveThroughEverything();
    await storage.close();
    harm('DELETE FROM accounts');
    expect(verifyDatabase(file).faults).toContain('rows of entities belong to no account');
    truncateSync(file, 5000);
    expect(verifyDatabase(file)).toMatchObject({faults: [expect.stringContaining('malformed')], accounts: []});
  });

  it('refuses what is no database of this version', async () => {
    writeFileSync(join(folder, 'text'), 'Dear diary');
    expect(() => verifyDatabase(join(folder, 'text'))).toThrow('is not an Aster database');
    harm('PRAGMA user_version = 99');
    expect(() => verifyDatabase(file)).toThrow('newer Aster');
  });

  it('says nothing of what people wrote', async () => {
    await pushOne(world, note({id: 'note-1', stamp: at(1), title: 'Secret title', text: 'Secret text'}));
    harm("UPDATE entities SET body = CAST('Secret other' AS BLOB), bucket = 3");
    expect(JSON.stringify(verifyDatabase(file))).not.toContain('Secret');
  });
});
