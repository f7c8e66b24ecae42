/** `aster verify`: everything on the server made anew from its rows, and every difference named. */

import type {Difference, VerifiedAccount} from '../server/core/verify.ts';
import {findDatabase} from '../server/data-folder.ts';
import {readDataDir} from '../server/options.ts';
import {type Verified, verifyDatabase} from '../server/verify.ts';
import {type Command, type CommandIo, DIFFERENT, DONE, MISUSED} from './command.ts';
import {CURE_WORDS, cureOf, differenceWords} from './difference-words.ts';
import {counted} from './words.ts';

const MAX_NAMED = 1000;

export const verify: Command = {
  operands: [],
  summary: 'recompute everything from the stored rows, also while the server runs',
  help: `Checks the database file, every row against its hash, digests, root, head, marks and floor of every
account. Only reads; the server may go on. Differences are named by account, kind and id.

ASTER_DATA_DIR is the data folder, as for serve.
Exit code 0: all equal; 1: there are differences; 2: nothing was verified, and why.`,
  failed: MISUSED,
  async run(_operands, {env, print}) {
    const file = findDatabase(readDataDir(env));
    print(`Reading all of ${file} …`);
    const verified = verifyDatabase(file);
    tellFile(verified, file, print);
    for (const account of verified.accounts) tellAccount(account, print);
    const differences = [...verified.differences, ...verified.accounts.flatMap((account) => account.differences)];
    tellCure(verified, differences, print);
    return verified.faults.length + differences.length === 0 ? DONE : DIFFERENT;
  },
};

type Print = CommandIo['print'];

function tellFile({faults, differences}: Verified, file: string, print: Print): void {
  if (faults.length > 0) print(`The database file is damaged, so its rows were not looked at: ${file}`);
  for (const fault of faults) print(`  ${fault}`);
  for (const difference of differences) print(`This server: ${differenceWords(difference)}`);
}

function tellAccount({id, username, rows, root, differences}: VerifiedAccount, print: Print): void {
  const named = `Account ${username} (${id}), ${counted(rows, 'row')}`;
  print(
    `${named}: ${differences.length === 0 ? `equal. Root ${root}` : `${counted(differences.length, 'difference')}.`}`,
  );
  for (const difference of differences.slice(0, MAX_NAMED)) print(`  ${differenceWords(difference)}`);
  if (differences.length > MAX_NAMED) print(`  and ${counted(differences.length - MAX_NAMED, 'more difference')}`);
}

function tellCure({faults, accounts}: Verified, differences: readonly Difference[], print: Print): void {
  if (faults.length > 0 || differences.some((one) => cureOf(one) === 'backup')) print(CURE_WORDS.backup);
  else if (differences.length > 0) print(CURE_WORDS.device);
  else if (accounts.length === 0) print('There is no account yet: nothing to verify.');
  else print('Everything is equal.');
}
