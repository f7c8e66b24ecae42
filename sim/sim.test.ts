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
    const missed: string[] = [];
    for (const process of ['page', 'worker'] as const) {
      for (const call of ['read', 'write', ...CALLS_OF_ROUNDS]) {
        if (process === 'worker' && call === 'fetch') continue; // a person asks for a single text
        for (const point of [`before ${call}`, `after ${call}`] as const) {
          const name = `${process}: ${point}`;
          for (let seed = 1; seed <= TRIES && !coverage.has(name); seed++) {
            const outcome = await play(directedTo(process, point, seed), coverage);
            expect(outcome, `${name}, seed ${seed}`).toMatchObject({type: 'held'});
          }
          if (!coverage.has(name)) missed.push(name);
        }
      }
    }
    for (const point of ['before read', 'after read', 'before write', 'after write']) {
      if (!coverage.has(`server: ${point}`)) missed.push(`server: ${point}`);
    }
    expect(missed).toEqual([]);
  }, 600_000);
});
