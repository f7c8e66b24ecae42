/** `aster restore`: a backup in the place of the data folder's database, as a new history. */

import {randomFillSync} from 'node:crypto';
import {resolve} from 'node:path';
import {readDataDir} from '../server/options.ts';
import {restoreBackup} from '../server/restore.ts';
import {type Command, type CommandIo, DONE} from './command.ts';
import {contentWords, damageWords} from './words.ts';

export const restore: Command = {
  operands: ['<file>'],
  summary: 'put a backup in the place of the data; stop the server first',
  help: `Puts the backup in the place of what is in the data folder, and keeps that aside there.
Stop the server first. When it is started again, every device gives it back what the backup lacks.
Rows that are damaged in the backup come along, and it says how many they are: a device that has them
whole gives them back. A file whose pages are damaged is refused.
Killed at any moment, this leaves either the old data or the backup, whole.

ASTER_DATA_DIR is the data folder, as for serve.
Exit code 0: the backup is in place, also with damaged rows; 1: it is not, and why; 2: the command was not understood.`,
  async run([file = ''], io) {
    const dataDir = readDataDir(io.env);
    io.print(`Checking and copying ${resolve(file)} …`);
    const random = (count: number) => randomFillSync(new Uint8Array(count));
    const restored = await restoreBackup({dataDir, backup: resolve(file), now: Date.now, random});
    tell(restored, dataDir, io);
    return DONE;
  },
};

function tell(restored: Awaited<ReturnType<typeof restoreBackup>>, dataDir: string, {print}: CommandIo): void {
  print(`The backup is in place in ${dataDir}.`);
  print(`It has ${contentWords(restored)}.`);
  const damage = damageWords(restored.tally);
  if (damage !== undefined) print(damage);
  if (restored.keptIn !== undefined) print(`What was there before is kept in ${restored.keptIn}.`);
  print('Start the server: each device gives it back what is newer on that device, the next time it syncs.');
  print('A device that signed in after the backup was made asks to sign in once more. It keeps its notes.');
}
