import {describe, expect, it} from 'vitest';
import {parseCommandLine, usageOf, usageOfCommand} from './arguments.ts';
import type {Command} from './command.ts';

const command = (operands: string[]): Command => ({
  operands,
  summary: 'does it',
  help: 'Does it well.',
  run: async () => 0,
});
const COMMANDS = {verify: command([]), backup: command(['<file>'])};
const parse = (line: string) => parseCommandLine(line === '' ? [] : line.split(' '), COMMANDS);

describe('a command line', () => {
  it('names a command and gives it what it needs', () => {
    expect(parse('backup a.db')).toEqual({type: 'run', name: 'backup', operands: ['a.db']});
    expect(parse('verify')).toEqual({type: 'run', name: 'verify', operands: []});
    expect(parse('backup -- -odd.db')).toEqual({type: 'run', name: 'backup', operands: ['-odd.db']});
  });

  it('asks for help about all commands, or about one, wherever it says so', () => {
    expect(parse('--help')).toEqual({type: 'help', name: undefined});
    for (const line of ['backup --help', '-h backup', 'backup a.db b.db -h']) {
      expect(parse(line)).toEqual({type: 'help', name: 'backup'});
    }
  });

  it.each([
    ['', undefined, 'no command given'],
    ['restroe x', undefined, 'unknown command: restroe'],
    ['toString', undefined, 'unknown command: toString'],
    ['restroe --help', undefined, 'unknown command: restroe'],
    ['backup', 'backup', 'backup needs <file>'],
    ['backup a.db b.db', 'backup', 'backup does not take "b.db"'],
    ['verify all', 'verify', 'verify does not take "all"'],
    ['backup a.db --force', undefined, 'unknown option: --force'],
    ['backup a.db -x', undefined, 'unknown option: -x'],
    ['backup --help=yes', undefined, 'unknown option: --help'],
  ])('"%s" is refused with the reason', (line, name, reason) => {
    expect(parse(line)).toEqual({type: 'misuse', name, reason});
  });

  it('with an empty name, as an unset variable leaves it, is refused', () => {
    expect(parseCommandLine(['backup', ''], COMMANDS)).toMatchObject({
      type: 'misuse',
      reason: 'an empty name was given',
    });
  });
});

it('the usage lists every command, and of one what it needs', () => {
  expect(usageOf(COMMANDS)).toContain('\n  backup <file>    does it\n');
  expect(usageOfCommand('backup', COMMANDS.backup)).toBe('usage: npm run aster -- backup <file>\n\nDoes it well.\n');
});
