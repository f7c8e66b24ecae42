import {describe, expect, it} from 'vitest';
import {readOptions, UsageError} from './options.ts';

const FAMILIES = ['sizes', 'first-sync'];

describe('the options of a benchmark', () => {
  it('are the whole of it when none is given, and less with --quick', () => {
    expect(readOptions([], FAMILIES)).toEqual({
      mode: 'full',
      output: 'table',
      only: [],
      sizes: [1_000, 10_000, 100_000],
      repetitions: 5,
    });
    expect(readOptions(['--quick'], FAMILIES)).toMatchObject({mode: 'quick', sizes: [1_000, 10_000], repetitions: 3});
  });

  it('take sizes in any order, once each', () => {
    expect(readOptions(['--notes', '500,100,500', '--json', '--only', 'sizes'], FAMILIES)).toMatchObject({
      sizes: [100, 500],
      output: 'json',
      only: ['sizes'],
    });
  });

  it.each([
    [['--fast'], /--fast/],
    [['--only', 'speed'], /"speed": one of sizes, first-sync is wanted/],
    [['--notes', '1e3,x'], /--notes is "x"/],
    [['--notes', '0'], /whole numbers from 1/],
    [['--repetitions', '1.5'], /--repetitions is "1.5"/],
  ])('%j is refused with what is wanted', (args, words) => {
    expect(() => readOptions(args, FAMILIES)).toThrow(UsageError);
    expect(() => readOptions(args, FAMILIES)).toThrow(words);
  });
});
