import {describe, expect, test} from 'vitest';
import type {Ref} from '../../protocol/entity.ts';
import {LIFETIME_NAMES, LIFETIME_RULES, lifetimeRef, lifetimeValues, readLifetimes} from './lifetimes.ts';
import {writeData} from './note-data.ts';

const NORMAL = {deletedDays: 7, reviseMinutes: 10, revisionsPerNote: 100};
const rowsWith = (value: string, deleted = false) =>
  LIFETIME_NAMES.map((name) => ({deleted, data: writeData({key: LIFETIME_RULES[name].key, value})}));

describe('lifetimes', () => {
  test('are seven days, ten minutes and a hundred revisions where no option says otherwise', () => {
    expect(lifetimeValues([undefined, undefined, undefined])).toEqual(NORMAL);
    expect(lifetimeValues(rowsWith('30', true))).toEqual(NORMAL);
  });

  test('are what the options say', () => {
    expect(lifetimeValues(rowsWith('30'))).toEqual({deletedDays: 30, reviseMinutes: 30, revisionsPerNote: 30});
  });

  test.each([
    '0',
    '-1',
    '1.5',
    '99999',
    'soon',
    '',
    ' ',
    'NaN',
    '1e400',
  ])('are the normal ones where an option says %j: no program makes a device forget at once', (value) => {
    expect(lifetimeValues(rowsWith(value))).toEqual(NORMAL);
  });

  test('are read for the engine in milliseconds', async () => {
    const asked: Ref[] = [];
    const entities = async (refs: readonly Ref[]) => {
      asked.push(...refs);
      return rowsWith('2');
    };
    const read = await readLifetimes({entities});
    expect(read).toEqual({deletedMs: 2 * 24 * 3_600_000, reviseEveryMs: 120_000, revisionsPerNote: 2});
    expect(asked).toEqual(LIFETIME_NAMES.map(lifetimeRef));
  });
});
