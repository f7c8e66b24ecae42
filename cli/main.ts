/** The `aster` command: picks what to run and wires it to the process. `npm run aster -- <command>`. */

import {parseCommandLine, usageOf, usageOfCommand} from './arguments.ts';
import {backup} from './backup.ts';
import {type CommandIo, MISUSED, refusalOf} from './command.ts';
import {restore} from './restore.ts';
import {serve} from './serve.ts';
import {verify} from './verify.ts';

const COMMANDS = {serve, backup, restore, verify};

const asked = parseCommandLine(process.argv.slice(2), COMMANDS);
const usage = asked.name === undefined ? usageOf(COMMANDS) : usageOfCommand(asked.name, COMMANDS[asked.name]);
if (asked.type === 'help') process.stdout.write(usage);
else if (asked.type === 'misuse') refuse(`${asked.reason}\n\n${usage}`, MISUSED);
else await run(asked.name, asked.operands);

async function run(name: keyof typeof COMMANDS, operands: readonly string[]): Promise<void> {
  process.umask(0o077); // notes are private: whatever folder they lie in, only this user reads them
  const io: CommandIo = {env: process.env, print: (line) => void process.stdout.write(`${line}\n`)};
  try {
    process.exitCode = await COMMANDS[name].run(operands, io);
  } catch (error) {
    const refusal = refusalOf(error, COMMANDS[name]);
    if (refusal === undefined) throw error;
    refuse(`${refusal.words}\n`, refusal.exitCode);
  }
}

function refuse(text: string, exitCode: number): void {
  process.stderr.write(text);
  process.exitCode = exitCode;
}
