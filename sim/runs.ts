/**
 * Many runs on all cores: each worker takes the next seed until there are no more runs, no more time, or a failure. The
 * worker is this very file.
 */

import {availableParallelism} from 'node:os';
import {isMainThread, parentPort, Worker, workerData} from 'node:worker_threads';
import type {Coverage} from './life.ts';
import {type Failure, play, scheduleOf, shrunk} from './run.ts';

export interface Plan {
  /** Of the first run; each further run has the next number. */
  readonly seed: number;
  readonly runs: number;
  readonly minutes: number;
  readonly workers?: number;
  /** How many tries a failure gets to become smaller. */
  readonly shrinkTries: number;
}

export interface Tally {
  runs: number;
  acknowledged: number;
  readonly coverage: Coverage;
  /** The failure with the lowest seed. */
  failure: (Failure & {readonly seed: number}) | null;
}

type Report =
  | {readonly type: 'held'; readonly acknowledged: number; readonly deaths: readonly (readonly [string, number])[]}
  | (Failure & {readonly type: 'failed'; readonly seed: number});

/** Ends with the first failure. `onProgress` is told now and then. */
export async function runMany(plan: Plan, onProgress: (tally: Tally) => void): Promise<Tally> {
  const tally: Tally = {runs: 0, acknowledged: 0, coverage: new Map(), failure: null};
  const next = seeds(plan, tally);
  const count = Math.min(plan.workers ?? availableParallelism(), plan.runs);
  await Promise.all(Array.from({length: count}, () => work(plan, tally, next, onProgress)));
  return tally;
}

function seeds({seed, runs, minutes}: Plan, tally: Tally): () => number | undefined {
  const endMs = Date.now() + minutes * 60_000;
  let started = 0;
  return () => {
    if (started === runs || Date.now() >= endMs || tally.failure !== null) return undefined;
    started += 1;
    return seed + started - 1;
  };
}

function work(
  {shrinkTries}: Plan,
  tally: Tally,
  next: () => number | undefined,
  onProgress: (tally: Tally) => void,
): Promise<void> {
  const worker = new Worker(new URL(import.meta.url), {workerData: {shrinkTries}});
  return new Promise((resolve, reject) => {
    const hand = () => {
      const seed = next();
      if (seed === undefined) void worker.terminate().then(() => resolve());
      else worker.postMessage(seed);
    };
    worker.on('error', reject);
    worker.on('message', (report: Report) => {
      tally.runs += 1;
      count(tally, report);
      onProgress(tally);
      hand();
    });
    hand();
  });
}

function count(tally: Tally, report: Report): void {
  if (report.type === 'failed') {
    if (tally.failure === null || report.seed < tally.failure.seed) tally.failure = report;
    return;
  }
  tally.acknowledged += report.acknowledged;
  for (const [point, deaths] of report.deaths) tally.coverage.set(point, (tally.coverage.get(point) ?? 0) + deaths);
}

async function reportOf(seed: number, shrinkTries: number): Promise<Report> {
  const coverage: Coverage = new Map();
  const outcome = await play(scheduleOf(seed), coverage);
  if (outcome.type === 'held') return {type: 'held', acknowledged: outcome.acknowledged, deaths: [...coverage]};
  return {type: 'failed', seed, ...(await shrunk(outcome, shrinkTries))};
}

if (!isMainThread) {
  const {shrinkTries} = workerData as Pick<Plan, 'shrinkTries'>;
  parentPort?.on('message', (seed: number) => {
    void reportOf(seed, shrinkTries).then((report) => parentPort?.postMessage(report));
  });
}
