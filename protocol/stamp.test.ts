import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {formatStamp, MAX_STAMP_MS, makeStamp, parseStamp, STAMP_PATTERN, type StampParts, successor} from './stamp.ts';
import {anyId, anyStamp, anyStampParts, STAMP} from './testing/arbitrary.ts';

const LAST_COUNTER = 36 ** 4 - 1;

function compareParts(a: StampParts, b: StampParts): number {
  if (a.millis !== b.millis) return a.millis - b.millis;
  if (a.counter !== b.counter) return a.counter - b.counter;
  return a.replica === b.replica ? 0 : a.replica < b.replica ? -1 : 1;
}

const NINE_FOUR_REPLICA = /^[0-9a-z]{9}-[0-9a-z]{4}-[A-Za-z0-9_-]{4,32}$/;
/** Every stamp that anybody takes, the very last ones among them. */
const takenStamp = fc.oneof(
  {weight: 9, arbitrary: anyStamp},
  {weight: 1, arbitrary: anyId.map((replica) => formatStamp({millis: MAX_STAMP_MS, counter: LAST_COUNTER, replica}))},
);

const anyClock = fc.oneof(
  fc.double(),
  fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -1, 0, 0.5, 1e300, MAX_STAMP_MS + 1),
  fc.integer({min: -5, max: 5}).map((delta) => Date.UTC(2026, 0, 1) + delta),
);

describe('the text of a stamp', () => {
  test('has the order of its parts', () => {
    fc.assert(
      fc.property(anyStampParts, anyStampParts, (a, b) => {
        const [left, right] = [formatStamp(a), formatStamp(b)];
        expect(left < right ? -1 : left > right ? 1 : 0).toBe(Math.sign(compareParts(a, b)));
      }),
    );
  });

  test('gives back its parts, and matches the pattern', () => {
    fc.assert(
      fc.property(anyStampParts, (parts) => {
        expect(parseStamp(formatStamp(parts))).toEqual(parts);
        expect(formatStamp(parts)).toMatch(STAMP_PATTERN);
      }),
    );
  });

  test('what matches the pattern is read and written the same', () => {
    fc.assert(
      fc.property(fc.stringMatching(NINE_FOUR_REPLICA), (text) => {
        expect(formatStamp(parseStamp(text))).toBe(text);
      }),
    );
  });

  test.each([
    '',
    '0mjv-0000-replicaA',
    '0mjv4w8w0-000-replicaA',
    '0MJV4W8W0-0000-replicaA',
    '0mjv4w8w0-0000-abc',
    `0mjv4w8w0-0000-${'a'.repeat(33)}`,
    '0mjv4w8w0-0000-replica A',
    `${STAMP}\n`,
    ` ${STAMP}`,
    'zzzzzzzzz-0000-replicaA',
  ])('%j is none', (text) => {
    expect(STAMP_PATTERN.test(text)).toBe(false);
  });
});

describe('a successor', () => {
  test('sorts after the stamp, whatever the replica ids are', () => {
    fc.assert(
      fc.property(takenStamp, anyId, (stamp, replica) => {
        const next = successor(stamp, replica);
        expect(next > stamp).toBe(true);
        expect(next).toMatch(NINE_FOUR_REPLICA);
        expect(parseStamp(next).replica).toBe(replica);
      }),
    );
  });

  test('goes on in the next millisecond when the counter is used up', () => {
    const full = formatStamp({millis: 7, counter: LAST_COUNTER, replica: 'zzzz'});
    expect(successor(full, 'AAAA')).toBe(formatStamp({millis: 8, counter: 0, replica: 'AAAA'}));
  });
});

describe('a new stamp', () => {
  test('sorts after everything that it must, and is well-formed, whatever the clock says', () => {
    const after = fc.array(fc.option(takenStamp, {freq: 3}));
    fc.assert(
      fc.property(anyClock, anyId, after, (nowMs, replica, stamps) => {
        const made = makeStamp(nowMs, replica, [...stamps, undefined]);
        expect(made).toMatch(NINE_FOUR_REPLICA);
        expect(parseStamp(made).replica).toBe(replica);
        for (const stamp of stamps) expect(stamp === null || made > stamp).toBe(true);
      }),
    );
  });

  test('has the time of the clock where that is later than what it must follow', () => {
    const made = makeStamp(Date.UTC(2026, 0, 1) + 1.9, 'replicaB', [STAMP, null, undefined]);
    expect(parseStamp(made)).toEqual({millis: Date.UTC(2026, 0, 1) + 1, counter: 0, replica: 'replicaB'});
  });

  test('is the successor of the highest where the clock stands still or goes back', () => {
    const later = successor(STAMP, 'replicaB');
    expect(makeStamp(Date.UTC(2026, 0, 1), 'replicaA', [later, STAMP])).toBe(successor(later, 'replicaA'));
    expect(makeStamp(0, 'replicaA', [STAMP])).toBe(successor(STAMP, 'replicaA'));
  });

  test.each([
    ['no number', Number.NaN, 0],
    ['before 1970', -1, 0],
    ['beyond all years', Number.POSITIVE_INFINITY, MAX_STAMP_MS],
  ])('a clock that is %s is brought to the nearest possible time', (_, nowMs, millis) => {
    expect(parseStamp(makeStamp(nowMs, 'replicaA', [])).millis).toBe(millis);
  });

  test('a clock at the end of time still leaves room for more than a million edits', () => {
    const last = makeStamp(Number.POSITIVE_INFINITY, 'replicaA', []);
    expect(makeStamp(Number.POSITIVE_INFINITY, 'replicaA', [last]) > last).toBe(true);
    expect(LAST_COUNTER - parseStamp(last).counter).toBeGreaterThan(1_000_000);
  });
});
