/** What was asked for on the command line. A wrong option is an error with a sentence that says what is understood. */
import {parseArgs} from 'node:util';

export interface Options {
  readonly mode: 'quick' | 'full';
  readonly output: 'table' | 'json';
  /** Names of families; all where none is named. */
  readonly only: readonly string[];
  readonly sizes: readonly number[];
  readonly repetitions: number;
}

/** `message` is for the person who typed it. */
export class UsageError extends Error {}

const USAGE = 'npm run bench -- [--quick] [--json] [--only NAME]… [--notes 1000,10000] [--repetitions N]';
const SIZES = {quick: [1_000, 10_000], full: [1_000, 10_000, 100_000]};
const REPETITIONS = {quick: 3, full: 5};
const MAX_NOTES = 1_000_000;
const MAX_REPETITIONS = 1_000;

export function readOptions(args: readonly string[], families: readonly string[]): Options {
  const {quick, json, only, notes, repetitions} = parse(args);
  const mode = quick ? 'quick' : 'full';
  const stranger = only.find((name) => !families.includes(name));
  if (stranger !== undefined) throw usage(`--only is "${stranger}": one of ${families.join(', ')} is wanted`);
  return {
    mode,
    output: json ? 'json' : 'table',
    only,
    sizes: notes === undefined ? SIZES[mode] : readSizes(notes),
    repetitions:
      repetitions === undefined ? REPETITIONS[mode] : readWhole('--repetitions', repetitions, MAX_REPETITIONS),
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        quick: {type: 'boolean', default: false},
        json: {type: 'boolean', default: false},
        only: {type: 'string', multiple: true, default: []},
        notes: {type: 'string'},
        repetitions: {type: 'string'},
      },
    }).values;
  } catch (error) {
    throw usage(error instanceof Error ? error.message : String(error));
  }
}

function readSizes(text: string): number[] {
  const sizes = text.split(',').map((part) => readWhole('--notes', part, MAX_NOTES));
  return [...new Set(sizes)].sort((a, b) => a - b);
}

function readWhole(option: string, text: string, most: number): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1 && value <= most) return value;
  throw usage(`${option} is "${text}": whole numbers from 1 to ${most} are wanted`);
}

function usage(what: string): UsageError {
  return new UsageError(`${what}\n${USAGE}`);
}
