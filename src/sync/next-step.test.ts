import fc from 'fast-check';
import {expect, test} from 'vitest';
import {LOCAL_ERROR_TYPES, REJECTION_TYPES, WIRE_ERROR_TYPES} from '../../protocol/errors.ts';
import {pauseMs} from './next-step.ts';

const types = [...WIRE_ERROR_TYPES, ...REJECTION_TYPES, ...LOCAL_ERROR_TYPES];

test('every failure either waits for the person or is looked at again within minutes', () => {
  const arbitrary = fc.record({
    type: fc.constantFrom(...types),
    failures: fc.nat(1000),
    fraction: fc.double({min: 0, max: 1, noNaN: true}),
  });
  fc.assert(
    fc.property(arbitrary, ({type, failures, fraction}) => {
      const pause = pauseMs({type, message: ''}, failures, fraction);
      expect(pause === null || (pause > 0 && pause <= 450_000)).toBe(true);
    }),
  );
});

test('a server that says when to come back is believed', () => {
  expect(pauseMs({type: 'busy', message: '', retryAfterMs: 30_000}, 0, 0.5)).toBe(30_000);
  expect(pauseMs({type: 'busy', message: '', retryAfterMs: Number.POSITIVE_INFINITY}, 0, 0.5)).toBe(600_000);
});

test('pauses grow to ten seconds and not beyond', () => {
  const pauses = [0, 1, 2, 3, 4, 5, 6].map((failures) => pauseMs({type: 'unreachable', message: ''}, failures, 0.5));
  expect(pauses).toEqual([500, 1000, 2000, 4000, 8000, 10_000, 10_000]);
});

test('pauses are spread by half of their length', () => {
  for (const type of ['unreachable', 'upgrade_needed', 'hash_mismatch'] as const) {
    const pauses = [0, 0.5, 1].map((fraction) => pauseMs({type, message: ''}, 3, fraction) ?? 0);
    const [middle = 0] = pauses.slice(1);
    expect(pauses).toEqual([0.75 * middle, middle, 1.25 * middle]);
  }
});
