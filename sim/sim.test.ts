/**
 * Schedules that once failed, then a few hundred others, the same every time: `npm run test:sim` draws new ones. Whatever
 * happens: nothing is lost, all end up equal.
 */

import {describe, expect, test} from 'vitest';
import {CALLS} from '../protocol/messages.ts';
import {directedTo} from './directed.ts';
import type {Coverage} from './life.ts';
import {regressions} from './regressions.ts';
import {play, scheduleOf} from './run.ts';

const RUNS = 200;
const PER_TEST = 50;
/** Until a process of a directed schedule gets to its point. */
const TRIES = 20;

/** The calls that a device makes by itself while it syncs; the others need a person. */
const CALLS_OF_ROUNDS = Object.entries(CALLS).flatMap(([name, {access}]) => (access === 'device' ? [name] : []));
const POINTS = [
  ...pointsOf('page', ['read', 'write', ...CALLS_OF_ROUNDS]),
  // A person asks for a single text, in a page.
  ...pointsOf('worker', ['read', 'write', ...CALLS_OF_ROUNDS.filter((call) => call !== 'fetch')]),
];
const SERVER_POINTS = pointsOf('server', ['read', 'write']);

describe('schedules that once failed', () => {
  test('hold', async () => {
    for (const {name, schedule} of regressions()) expect(await play(schedule), name).toMatchObject({type: 'held'});
  });
});

describe('whatever happens, nothing is lost and all end up equal', () => {
  const coverage: Coverage = new Map();

  for (let first = 1; first <= RUNS; first += PER_TEST) {
    test(`runs ${first} to ${first + PER_TEST - 1}`, async () => {
      let told = 0;
      for (let seed = first; seed < first + PER_TEST; seed++) {
        const outcome = await play(scheduleOf(seed), coverage);
        expect(outcome, `SEED=${seed}`).toMatchObject({type: 'held'});
        if (outcome.type === 'held') told += outcome.acknowledged;
      }
      expect(told).toBeGreaterThan(PER_TEST);
    }, 600_000);
  }

  test('processes die before and after every call of every port', async () => {
    for (const {process, point} of POINTS) {
      const name = `${process}: ${point}`;
      for (let seed = 1; seed <= TRIES && !coverage.has(name); seed++) {
        expect(await play(directedTo(process, point, seed), coverage), name).toMatchObject({type: 'held'});
      }
    }
    const names = [...POINTS, ...SERVER_POINTS].map(({process, point}) => `${process}: ${point}`);
    expect(names.filter((name) => !coverage.has(name))).toEqual([]);
  }, 600_000);
});

function pointsOf<P extends string>(process: P, calls: readonly string[]) {
  return calls.flatMap((call) =>
    [`before ${call}` as const, `after ${call}` as const].map((point) => ({process, point})),
  );
}
