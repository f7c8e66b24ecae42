/** Command lines to what they ask for. What isn't understood is refused with a reason; nothing is guessed. */

import {parseArgs} from 'node:util';
import type {Command} from './command.ts';

export type Asked<Name extends string> =
  | {readonly type: 'run'; readonly name: Name; readonly operands: readonly string[]}
  /** Without a name: of all commands. */
  | {readonly type: 'help'; readonly name: Name | undefined}
  | {readonly type: 'misuse'; readonly name: Name | undefined; readonly reason: string};

export function parseCommandLine<Name extends string>(
  args: readonly string[],
  commands: Readonly<Record<Name, Command>>,
): Asked<Name> {
  const parsed = readArguments(args);
  if ('reason' in parsed) return {type: 'misuse', name: undefined, reason: parsed.reason};
  const [given, ...operands] = parsed.words;
  const name = Object.keys(commands).find((known) => known === given) as Name | undefined;
  if (given !== undefined && name === undefined) return {type: 'misuse', name, reason: `unknown command: ${given}`};
  if (parsed.help) return {type: 'help', name};
  if (name === undefined) return {type: 'misuse', name, reason: 'no command given'};
  const missing = commands[name].operands[operands.length];
  if (missing !== undefined) return {type: 'misuse', name, reason: `${name} needs ${missing}`};
  const extra = operands[commands[name].operands.length];
  if (extra !== undefined) return {type: 'misuse', name, reason: `${name} does not take "${extra}"`};
  return {type: 'run', name, operands};
}

type Read = {readonly words: readonly string[]; readonly help: boolean} | {readonly reason: string};

function readArguments(args: readonly string[]): Read {
  const {tokens} = parseArgs({args: [...args], strict: false, allowPositionals: true, tokens: true});
  const words: string[] = [];
  let help = false;
  for (const token of tokens) {
    if (token.kind === 'positional') words.push(token.value);
    if (token.kind !== 'option') continue;
    if (!['-h', '--help'].includes(token.rawName) || token.value !== undefined) {
      return {reason: `unknown option: ${token.rawName}`};
    }
    help = true;
  }
  return words.includes('') ? {reason: 'an empty name was given'} : {words, help};
}

export function usageOf(commands: Readonly<Record<string, Command>>): string {
  const lines = Object.entries(commands).map(([name, {operands, summary}]) => {
    return `  ${[name, ...operands].join(' ').padEnd(16)} ${summary}`;
  });
  return `usage: npm run aster -- <command>\n\n${lines.join('\n')}\n\n  <command> --help says more.\n`;
}

export function usageOfCommand(name: string, {operands, help}: Command): string {
  return `usage: npm run aster -- ${[name, ...operands].join(' ')}\n\n${help}\n`;
}
