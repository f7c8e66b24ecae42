import {setImmediate as nextTurn} from 'node:timers/promises';
import Database from 'better-sqlite3';
import {afterEach, beforeEach, expect, it} from 'vitest';
import {createGroupedWrites} from './group-commit.ts';
import type {Queue} from './queue.ts';

let statements: string[];
let db: Database.Database;
let write: Queue;

beforeEach(() => {
  statements = [];
  db = new Database(':memory:', {verbose: (sql) => statements.push(String(sql))});
  db.pragma('foreign_keys = ON');
  db.exec('CREATE TABLE told (word TEXT UNIQUE)');
  write = createGroupedWrites(db);
});
afterEach(() => void db.close());

const tell = (word: string) => write(async () => void db.prepare('INSERT INTO told VALUES (?)').run(word));
/** One in each turn of the event loop; `asked` hears of each. */
const writesTurnByTurn = (count: number, asked: string[] = []) => {
  let turn = Promise.resolve();
  return Array.from({length: count}, async (_, n) => {
    const mine = turn;
    if (n < count - 1) turn = mine.then(() => nextTurn());
    await mine;
    asked.push(`word ${n}`);
    await tell(`word ${n}`);
  });
};
const told = () => db.prepare('SELECT word FROM told ORDER BY rowid').pluck().all();
const commits = () => statements.filter((sql) => sql === 'COMMIT').length;

it('writes that wait together share one commit, in the order of asking', async () => {
  await Promise.all(['one', 'two', 'three'].map(tell));
  expect(told()).toEqual(['one', 'two', 'three']);
  expect(commits()).toBe(1);
  await tell('four');
  expect(commits()).toBe(2);
});

it('a write waits as long as each turn of the event loop brings another one', async () => {
  await Promise.all(writesTurnByTurn(3));
  expect(commits()).toBe(1);
  expect(told()).toEqual(['word 0', 'word 1', 'word 2']);
});

it('a write doesn’t wait for ever where each turn of the event loop brings another one', async () => {
  const asked: string[] = [];
  const [first, ...others] = writesTurnByTurn(150, asked);
  await first;
  expect(asked.length).toBeLessThan(150);
  await Promise.all(others);
  expect(told()).toHaveLength(150);
});

it('what throws is undone alone', async () => {
  const outcomes = await Promise.allSettled([
    tell('one'),
    write(async () => {
      db.prepare('INSERT INTO told VALUES (?)').run('half');
      throw new Error('on purpose');
    }),
    tell('one'),
    tell('two'),
  ]);
  expect(outcomes.map(({status}) => status)).toEqual(['fulfilled', 'rejected', 'rejected', 'fulfilled']);
  expect(told()).toEqual(['one', 'two']);
});

it('nobody is told before the commit', async () => {
  const order: string[] = [];
  const first = write(async () => void order.push('ran')).then(() => order.push(`told after ${commits()} commits`));
  const second = write(async () => void order.push('ran')).then(() => order.push(`told after ${commits()} commits`));
  await Promise.all([first, second]);
  expect(order).toEqual(['ran', 'ran', 'told after 1 commits', 'told after 1 commits']);
});

it('a transaction that the database ends takes the whole group along, and the next one works', async () => {
  const outcomes = await Promise.allSettled([
    tell('one'),
    write(async () => void db.exec('ROLLBACK')), // as SQLite does by itself on a full disk
    tell('two'),
  ]);
  expect(outcomes.map(({status}) => status)).toEqual(['rejected', 'rejected', 'rejected']);
  expect(told()).toEqual([]);
  await tell('three');
  expect(told()).toEqual(['three']);
});

it('all of a group that a full disk ends are told that it was that', async () => {
  const full = new Error('full');
  const outcomes = await Promise.allSettled([
    tell('one'),
    write(async () => {
      db.exec('ROLLBACK');
      throw full;
    }),
  ]);
  expect(outcomes).toEqual(outcomes.map(() => ({status: 'rejected', reason: full})));
});

it('a hundred at once and more: in groups, none forgotten', async () => {
  const words = Array.from({length: 250}, (_, n) => `word ${n}`);
  await Promise.all(words.map(tell));
  expect(told()).toEqual(words);
  expect(commits()).toBe(3);
});

it('a commit that fails is told to all of its group, and nothing of it stays', async () => {
  db.exec('CREATE TABLE owned (word TEXT REFERENCES told (word) DEFERRABLE INITIALLY DEFERRED)');
  const outcomes = await Promise.allSettled([
    tell('one'),
    write(async () => void db.exec("INSERT INTO owned VALUES ('nobody')")), // found at the commit
  ]);
  expect(outcomes.map(({status}) => status)).toEqual(['rejected', 'rejected']);
  expect(told()).toEqual([]);
  await tell('two');
  expect(told()).toEqual(['two']);
});
