/** `aster backup`: a copy of the data folder in one file, also while the server runs. */

import {resolve} from 'node:path';
import {findDatabase} from '../server/data-folder.ts';
import {readDataDir} from '../server/options.ts';
import {writeBackup} from '../server/storage/backup.ts';
import {tallyDifferences} from '../server/verify.ts';
import {type Command, DONE} from './command.ts';
import {contentWords, damageWords} from './words.ts';

export const backup: Command = {
  operands: ['<file>'],
  summary: 'copy the data to a file, also while the server runs',
  help: `Copies everything that the server keeps (accounts, devices, notes, revisions) as it is at one moment.
The server may go on. The copy is checked before it gets its name; an existing file is never
overwritten. A backup that was interrupted leaves <file>.….part, which you may delete.
Rows that are damaged on the server are so in the backup, which is made and says how many they are.
Who can read the file can read the notes.

ASTER_DATA_DIR is the data folder, as for serve.
Exit code 0: the backup is made, also of damaged rows; 1: it is not, and why; 2: the command was not understood.`,
  async run([file = ''], {env, print}) {
    const target = resolve(file);
    const database = findDatabase(readDataDir(env));
    print(`Copying ${database} and checking the copy …`);
    const facts = writeBackup(database, target);
    const damage = damageWords(tallyDifferences(target), ', as the server has');
    print(`${damage === undefined ? 'Backup made and checked' : 'Backup made'}: ${target}`);
    print(`It has ${contentWords(facts)}.`);
    if (damage !== undefined) print(damage);
    return DONE;
  },
};
