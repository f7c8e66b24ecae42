import {describe, expect, it} from 'vitest';
import {median, percentile, spread} from './statistics.ts';

const HUNDRED = Array.from({length: 101}, (_, index) => index);

describe('statistics of samples', () => {
  it('the median is the middle one, or halfway between the two middle ones, in any order', () => {
    expect(median([9, 1, 5])).toBe(5);
    expect(median([4, 1, 3, 2])).toBe(2.5);
    expect(median([7])).toBe(7);
  });

  it('a percentile lies between the two nearest ranks', () => {
    expect(percentile(HUNDRED, 0.95)).toBe(95);
    expect(percentile([0, 10], 0.99)).toBeCloseTo(9.9);
    expect(percentile([3, 1, 2], 0)).toBe(1);
    expect(percentile([3, 1, 2], 1)).toBe(3);
  });

  it('the spread is the middle eight tenths of many, and all of a few', () => {
    expect(spread(HUNDRED)).toEqual({low: 10, high: 90});
    expect(spread([5, 1, 3])).toEqual({low: 1, high: 5});
  });

  it('of no samples nothing is known', () => {
    expect(median([])).toBeNaN();
  });
});
