/** A few hundred schedules, after those that once failed. `RUNS=` for more, `SEED=` for those of a failure. */

import {readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import fc from 'fast-check';
import {expect, test} from 'vitest';
import type {Coverage} from './life.ts';
import {simulate} from './simulation.ts';
import {type Schedule, schedule} from './steps.ts';

const FOLDER = join(import.meta.dirname, 'regressions');
const regressions = readdirSync(FOLDER).filter((name) => name.endsWith('.json'));

test.each(regressions)('%s, which once failed, holds', async (name) => {
  await simulate(JSON.parse(readFileSync(join(FOLDER, name), 'utf8')) as Schedule);
});

test('whatever happens, nothing is lost and all end up equal', async () => {
  const coverage: Coverage = new Map();
  const seed = process.env.SEED === undefined ? {} : {seed: Number(process.env.SEED)};
  let acknowledged = 0;
  await fc.assert(
    fc.asyncProperty(schedule, async (drawn) => {
      acknowledged += (await simulate(drawn, coverage)).acknowledged;
    }),
    {numRuns: Number(process.env.RUNS ?? 200), ...seed},
  );
  expect(acknowledged).toBeGreaterThan(0);
  if (process.env.RUNS)
    console.log(
      [...coverage]
        .sort()
        .map(([point, deaths]) => `${point}: ${deaths}`)
        .join('\n'),
    );
}, 3_600_000);
