/**
 * `npm run test:sim -- --runs N`, `--minutes N`: random schedules on all cores, after those that once failed. `SEED=` replays
 * a run; a failure is made small and written to sim/regressions/, where it is played first from then on.
 */

import {mkdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {parseArgs} from 'node:util';
import {REGRESSIONS, regressions} from './regressions.ts';
import {play, scheduleOf} from './run.ts';
import {runMany, type Tally} from './runs.ts';

const DEFAULT_RUNS = 1000;
const SHRINK_TRIES = 1000;
const PROGRESS_EVERY_MS = 30_000;

const {values} = parseArgs({
  options: {
    runs: {type: 'string'},
    minutes: {type: 'string'},
    workers: {type: 'string'},
    /** Prints the schedule that a seed draws, and how its run ends. */
    show: {type: 'boolean', default: false},
    'no-shrink': {type: 'boolean', default: false},
  },
});

process.exitCode = await main();

async function main(): Promise<number> {
  const seed = process.env.SEED === undefined ? Date.now() % 1_000_000_000 : wholeNumber('SEED', process.env.SEED);
  if (values.show) return show(seed);
  for (const {name, schedule} of regressions()) {
    const outcome = await play(schedule);
    if (outcome.type === 'held') continue;
    console.log(`${name} fails again: ${outcome.message}`);
    return 1;
  }
  const started = Date.now();
  let toldMs = started;
  const tally = await runMany(planOf(seed), (now) => {
    if (Date.now() - toldMs < PROGRESS_EVERY_MS) return;
    toldMs = Date.now();
    console.log(lineOf(now, started));
  });
  return conclude(tally, seed, started);
}

function planOf(seed: number) {
  const isReplay = process.env.SEED !== undefined && values.runs === undefined && values.minutes === undefined;
  const many = values.minutes === undefined ? DEFAULT_RUNS : Number.POSITIVE_INFINITY;
  const runs = values.runs === undefined ? many : wholeNumber('--runs', values.runs);
  return {
    seed,
    runs: isReplay ? 1 : runs,
    minutes: values.minutes === undefined ? Number.POSITIVE_INFINITY : wholeNumber('--minutes', values.minutes),
    shrinkTries: values['no-shrink'] ? 0 : SHRINK_TRIES,
    ...(values.workers === undefined ? {} : {workers: wholeNumber('--workers', values.workers)}),
  };
}

function conclude(tally: Tally, seed: number, started: number): number {
  const points = [...tally.coverage].sort(([a], [b]) => (a < b ? -1 : 1));
  console.log(`deaths: ${points.map(([point, deaths]) => `${point} ${deaths}`).join(', ')}`);
  console.log(`${lineOf(tally, started)}, seeds from ${seed}`);
  const {failure} = tally;
  if (failure === null) return 0;
  const file = join(REGRESSIONS, `${failure.seed}.json`);
  if (!values['no-shrink']) {
    mkdirSync(REGRESSIONS, {recursive: true});
    writeFileSync(file, `${JSON.stringify({rule: failure.rule, schedule: failure.schedule}, null, 1)}\n`);
  }
  console.log(`run ${failure.seed - seed + 1}, SEED=${failure.seed}, fails: ${failure.message}`);
  if (!values['no-shrink']) console.log(`made small: ${failure.schedule.steps.length} steps, in ${file}`);
  return 1;
}

async function show(seed: number): Promise<number> {
  const drawn = scheduleOf(seed);
  console.log(JSON.stringify(drawn, null, 1));
  const outcome = await play(drawn);
  console.log(outcome.type === 'held' ? 'holds' : outcome.message);
  return outcome.type === 'held' ? 0 : 1;
}

function lineOf({runs, acknowledged}: Tally, started: number): string {
  const seconds = Math.max(0.001, (Date.now() - started) / 1000);
  return `${runs} runs in ${Math.round(seconds)} s (${(runs / seconds).toFixed(1)} a second), ${acknowledged} edits told as saved`;
}

function wholeNumber(name: string, text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  console.error(`${name} wants a whole number, not "${text}": for example ${name}${name === 'SEED' ? '=' : ' '}100`);
  process.exit(2);
}
