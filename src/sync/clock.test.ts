import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {correctionMs, isFresh, isSkewed, takeSample} from './clock.ts';
import type {ClockSample} from './ports.ts';

const sample = (offsetMs: number, errorMs = 0): ClockSample => ({offsetMs, errorMs, wallMs: 0, monotonicMs: 0});

describe('a clock sample', () => {
  test('finds the true offset within half the round trip, whatever the way there and back took', () => {
    const ms = fc.integer({min: 0, max: 60_000});
    const offset = fc.integer({min: -1_000_000, max: 1_000_000});
    fc.assert(
      fc.property(offset, ms, ms, ms, (trueOffset, there, inside, back) => {
        const asked = {wallMs: 5_000_000, monotonicMs: 100};
        const t1 = asked.wallMs + there + trueOffset;
        const total = there + inside + back;
        const answered = {wallMs: asked.wallMs + total, monotonicMs: asked.monotonicMs + total};
        const {offsetMs, errorMs} = takeSample(asked, t1, t1 + inside, answered);
        expect(Math.abs(offsetMs - trueOffset)).toBeLessThanOrEqual(errorMs + 1e-6);
        expect(errorMs).toBe((there + back) / 2);
      }),
    );
  });

  test('is not disturbed by a step of the wall clock on the way', () => {
    const stepped = takeSample({wallMs: 1000, monotonicMs: 0}, 1050, 1050, {wallMs: 9_000_000, monotonicMs: 100});
    expect(stepped.offsetMs).toBe(0);
  });

  test('that the wall clock was set during serves no longer', () => {
    const answered = {wallMs: 9_000_000, monotonicMs: 100};
    expect(isFresh(takeSample({wallMs: 1000, monotonicMs: 0}, 1050, 1050, answered), answered)).toBe(false);
  });

  test('serves for a minute, not after a step of the wall clock, not in another run', () => {
    const taken = {...sample(0), wallMs: 10_000, monotonicMs: 10_000};
    expect(isFresh(taken, {wallMs: 60_000, monotonicMs: 60_000})).toBe(true);
    expect(isFresh(taken, {wallMs: 71_000, monotonicMs: 71_000})).toBe(false);
    expect(isFresh(taken, {wallMs: 20_000, monotonicMs: 15_000})).toBe(false);
    expect(isFresh(taken, {wallMs: 10_500, monotonicMs: 500})).toBe(false);
    expect(isFresh(null, {wallMs: 0, monotonicMs: 0})).toBe(false);
  });
});

describe('a difference of clocks', () => {
  test('is too much only when it is so for certain', () => {
    expect(isSkewed(sample(301_000, 0))).toBe(true);
    expect(isSkewed(sample(-301_000, 500))).toBe(true);
    expect(isSkewed(sample(301_000, 2_000))).toBe(false);
    expect(isSkewed(sample(300_000, 0))).toBe(false);
  });

  test('corrects stamps by what is certain of it', () => {
    expect(correctionMs({clock: sample(240_000, 1_000), clockChoice: 'own'})).toBe(239_000);
    expect(correctionMs({clock: sample(-240_000, 1_000), clockChoice: 'own'})).toBe(-239_000);
    expect(correctionMs({clock: sample(300, 1_000), clockChoice: 'own'})).toBe(0);
    expect(correctionMs({clock: null, clockChoice: 'own'})).toBe(0);
  });

  test('beyond five minutes corrects nothing unless the person chose the server’s time', () => {
    expect(correctionMs({clock: sample(360_000), clockChoice: 'own'})).toBe(0);
    expect(correctionMs({clock: sample(360_000), clockChoice: 'server'})).toBe(360_000);
  });
});
