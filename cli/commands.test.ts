import {once} from 'node:events';
import {mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {type AddressInfo, createServer} from 'node:net';
import {join} from 'node:path';
import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import {at, note} from '../server/testing/world.ts';
import {verifyDatabase} from '../server/verify.ts';
import {createData, harm, noteIdsIn, pushNote, runAster, temporaryFolders, withData} from './testing/cli.ts';

const folders = temporaryFolders();
let folder: string;
let dataDir: string;
let file: string;
beforeEach(() => {
  folder = folders.create();
  dataDir = join(folder, 'data');
  file = join(folder, 'backup.db');
});
afterEach(() => folders.removeAll());

const aster = (...args: string[]) => runAster(args, {ASTER_DATA_DIR: dataDir});
const including = (text: string): string => expect.stringContaining(text) as string;

it('a backup made while the server takes one change after the other has all that was acknowledged before, and is whole', async () => {
  const {before, pushed} = await withData(dataDir, async (world) => {
    const hasBegun = () => readdirSync(folder).some((name) => name.startsWith('backup.db'));
    let [before, pushed, isMade] = [0, 0, false];
    const making = aster('backup', file).finally(() => {
      isMade = true;
    });
    while (!isMade) {
      pushed += 1;
      await pushNote(world, note({id: `note-${pushed}`, stamp: at(1), text: 'text '.repeat(500)}));
      if (!hasBegun()) before = pushed;
      await new Promise(setImmediate);
    }
    expect(await making).toMatchObject({
      exitCode: 0,
      stderr: '',
      stdout: including(`Backup made and checked: ${file}`),
    });
    return {before, pushed};
  });
  const kept = noteIdsIn(file)
    .map((id) => Number(id.slice('note-'.length)))
    .sort((a, b) => a - b);
  expect(kept.length).toBeGreaterThanOrEqual(before);
  expect(kept.length).toBeLessThanOrEqual(pushed);
  expect(kept).toEqual(kept.map((_, index) => index + 1)); // a moment: nothing later without all that came before it
  expect(verifyDatabase(file).accounts[0]?.differences).toEqual([]);
});

it('a restore says what it put in place and where the other data are, and the server goes on from there', async () => {
  await createData(dataDir, ['note-1']);
  expect(await aster('backup', file)).toMatchObject({exitCode: 0});
  const {exitCode, stdout} = await aster('restore', file);
  expect(exitCode).toBe(0);
  expect(stdout).toContain(`The backup is in place in ${dataDir}.`);
  expect(stdout).toContain('It has 1 account and 1 note; its newest change arrived at 2026-11-22 12:00:00 UTC.');
  const kept = readdirSync(dataDir).find((name) => name.startsWith('replaced-')) ?? '';
  expect(stdout).toContain(`What was there before is kept in ${join(dataDir, kept)}.`);
  expect(await aster('verify')).toMatchObject({exitCode: 0, stdout: including('Everything is equal.')});
});

it('a backup of damaged rows is made and put back, and both say so', async () => {
  await createData(dataDir, ['note-1', 'note-2', 'note-3']);
  harm(join(dataDir, 'aster.db'), "UPDATE entities SET body = CAST('Secret' AS BLOB) WHERE id <> 'note-3'");
  const made = await aster('backup', file);
  expect(made).toMatchObject({exitCode: 0, stdout: including(`Backup made: ${file}\nIt has 1 account and 3 notes;`)});
  expect(made.stdout).toContain('It has 2 damaged rows, as the server has. `npm run aster -- verify` names');
  const restored = await aster('restore', file);
  expect(restored).toMatchObject({exitCode: 0, stdout: including('The backup is in place')});
  expect(restored.stdout).toContain('It has 2 damaged rows. `npm run aster -- verify` names');
  expect(await aster('verify')).toMatchObject({exitCode: 1});
});

it('a backup says what else is wrong in it, and where its rows could not be checked', async () => {
  await createData(dataDir, ['note-1']);
  harm(join(dataDir, 'aster.db'), "UPDATE documents SET root = 'x'");
  expect((await aster('backup', file)).stdout).toContain('It has 1 difference, as the server has.');
  harm(join(dataDir, 'aster.db'), 'PRAGMA user_version = 2');
  const {exitCode, stdout} = await aster('backup', join(folder, 'older.db'));
  expect({exitCode, stdout}).toEqual({exitCode: 0, stdout: including('Its rows were not checked')});
  expect(stdout).not.toContain('and checked:');
});

it('verify beside a running server says equal, names what differs by kind and id, and says what to do', async () => {
  await withData(dataDir, async (world) => {
    await pushNote(world, note({id: 'note-1', stamp: at(1), text: 'Secret'}));
    const equal = await aster('verify');
    expect(equal).toMatchObject({exitCode: 0, stderr: ''});
    expect(equal.stdout).toMatch(
      /^Reading all of .+ …\nAccount Ann \([\w-]+\), 1 row: equal\. Root [\w-]{43}\nEverything is equal\.\n$/,
    );
    harm(join(dataDir, 'aster.db'), "UPDATE entities SET body = CAST('Secret, other' AS BLOB)");
    const different = await aster('verify');
    expect(different).toMatchObject({
      exitCode: 1,
      stdout: including('2 differences.\n  note note-1: what is stored fails'),
    });
    expect(different.stdout).toContain('press "Verify everything"');
    expect(different.stdout).not.toContain('Secret');
    harm(join(dataDir, 'aster.db'), "UPDATE documents SET head_mark = 'x'");
    expect((await aster('verify')).stdout).toContain('restore your newest backup');
  });
});

it('what can’t be done, what isn’t set right and what isn’t understood end in different ways, each with a reason', async () => {
  const run = async (...args: string[]) => {
    const {exitCode, stdout, stderr} = await aster(...args);
    expect(stdout).not.toMatch(/made|in place|equal/);
    return {exitCode, stderr};
  };
  expect(await run('backup', file)).toEqual({exitCode: 1, stderr: including('there is no aster.db in')});
  expect(await run('restore', file)).toEqual({exitCode: 1, stderr: including('does not exist')});
  expect(await run('verify')).toEqual({
    exitCode: 2,
    stderr: including('Give the server’s data folder by ASTER_DATA_DIR'),
  });
  expect(await run('verify', '--deep')).toEqual({exitCode: 2, stderr: including('unknown option: --deep\n\nusage:')});
  expect(await runAster(['verify'], {ASTER_DATABASE_URL: 'postgres://x'})).toMatchObject({exitCode: 2});
  writeFileSync(dataDir, 'a file');
  expect(await run('backup', file)).toEqual({exitCode: 1, stderr: including('there is no aster.db in')});
  rmSync(dataDir);
  mkdirSync(dataDir);
  expect(await run('backup', file)).toMatchObject({exitCode: 1});
  expect(readdirSync(dataDir)).toEqual([]);
});

describe('a start that can’t be', () => {
  const serve = (env: Record<string, string> = {}) => runAster(['serve'], {ASTER_DATA_DIR: dataDir, PORT: '0', ...env});
  const inOneLine = (...words: string[]) => new RegExp(`^[^\\n]*${words.join('[^\\n]*')}[^\\n]*\\n$`);
  const refused = (...words: string[]) => ({
    exitCode: 1,
    stdout: '',
    stderr: expect.stringMatching(inOneLine(...words)),
  });

  it('says that a port is taken, and that an address isn’t this machine’s', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const {port} = taken.address() as AddressInfo;
    expect(await serve({PORT: String(port)})).toMatchObject(refused(`port ${port} is in use`, 'by PORT'));
    taken.close();
    expect(await serve({HOST: '192.0.2.1'})).toMatchObject(refused('no address 192.0.2.1', 'by HOST'));
  });

  it('says that proxies are set wrong', async () => {
    const {exitCode, stderr} = await serve({ASTER_TRUST_PROXY: '10.0.0.0/99'});
    expect({exitCode, stderr}).toEqual({exitCode: 2, stderr: expect.stringMatching(inOneLine('ASTER_TRUST_PROXY'))});
  });

  it.each([
    ['text', () => 'Dear diary, '.repeat(1000), 'is not an Aster database'],
    ['a database without its end', (bytes: Buffer) => bytes.subarray(0, 4096), 'is damaged'],
  ])('says what to do where the database is %s', async (_name, spoil, what) => {
    await createData(dataDir, ['note-1']);
    const database = join(dataDir, 'aster.db');
    writeFileSync(database, spoil(readFileSync(database)));
    expect(await serve()).toMatchObject(refused(`${database} ${what}`, 'aster -- restore <file>'));
  });

  it.each(['aster.db', 'server.lock'])('says what to do where %s can’t be opened', async (name) => {
    mkdirSync(join(dataDir, name), {recursive: true});
    expect(await serve()).toMatchObject(refused(name, 'by this user', 'ASTER_DATA_DIR'));
  });

  it('is that of a restore, too', async () => {
    await createData(dataDir, ['note-1']);
    expect(await aster('backup', file)).toMatchObject({exitCode: 0});
    rmSync(dataDir, {recursive: true});
    mkdirSync(join(dataDir, 'server.lock'), {recursive: true});
    const {exitCode, stderr} = await aster('restore', file);
    expect({exitCode, stderr}).toEqual({
      exitCode: 1,
      stderr: expect.stringMatching(inOneLine('server.lock', 'by this user')),
    });
  });
});

it('data that are none of Aster’s are told from a backup that is none', async () => {
  await createData(dataDir, ['note-1']);
  writeFileSync(join(dataDir, 'aster.db'), 'Dear diary');
  const cure = including('Put a backup back by `npm run aster -- restore <file>`');
  expect(await aster('verify')).toMatchObject({exitCode: 2, stderr: cure});
  expect(await aster('backup', file)).toMatchObject({exitCode: 1, stderr: cure});
  writeFileSync(file, 'Dear diary');
  expect(await aster('restore', file)).toMatchObject({
    exitCode: 1,
    stderr: including('Give a file that `aster backup` made'),
  });
});

it('help is no error', async () => {
  expect(await aster('--help')).toMatchObject({exitCode: 0, stderr: '', stdout: including('restore <file>')});
  expect(await aster('restore', '--help')).toMatchObject({exitCode: 0, stdout: including('Stop the server first.')});
});
