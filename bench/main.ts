/**
 * `npm run bench`: takes every measure of design section 11 that can be taken, each beside its own limit, prints the table,
 * and fails when a line is beyond its budget. What it means is in docs/performance.md.
 */
import {cpus, loadavg, totalmem} from 'node:os';
import {absentLines} from './budgets.ts';
import {createFilledServers} from './filled-servers.ts';
import type {Bench, Family} from './measure.ts';
import {coldStart} from './measures/cold-start.ts';
import {edit} from './measures/edit.ts';
import {firstSync} from './measures/first-sync.ts';
import {hashCheck} from './measures/hash-check.ts';
import {repair} from './measures/repair.ts';
import {server} from './measures/server.ts';
import {sizes} from './measures/sizes.ts';
import {upload} from './measures/upload.ts';
import {wire} from './measures/wire.ts';
import {DISTRIBUTION} from './notes.ts';
import {type Options, readOptions, UsageError} from './options.ts';
import {startRawServer} from './raw-server.ts';
import {type Judgement, judge, tableOf} from './table.ts';

const FAMILIES: readonly Family[] = [sizes, firstSync, edit, wire, hashCheck, repair, coldStart, upload, server];

/** With more than this, a quick run has no time to repeat much. */
const QUICK_NOTES = 1_000;

const say = (words: string): void => console.error(`bench: ${words}`);

// Ended by a signal, it leaves neither servers nor folders behind.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));

try {
  const options = readOptions(
    process.argv.slice(2),
    FAMILIES.map(({name}) => name),
  );
  const before = machine();
  const judgements = await takeAll(options);
  if (options.output === 'json')
    console.log(JSON.stringify({...before, data: DISTRIBUTION, lines: judgements}, null, 2));
  else console.log(`${machineWords(before)}\n${DISTRIBUTION}\n\n${tableOf(judgements)}\n\n${conclusion(judgements)}`);
  process.exitCode = judgements.some(({verdict}) => verdict === 'beyond') ? 1 : 0;
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  console.error(error.message);
  process.exitCode = 2;
}

async function takeAll({mode, only, sizes, repetitions}: Options): Promise<Judgement[]> {
  const servers = await createFilledServers(say);
  const raw = await startRawServer();
  const bench: Bench = {
    mode,
    sizes,
    repetitions: (notes) => (mode === 'quick' && notes > QUICK_NOTES ? Math.min(repetitions, 2) : repetitions),
    raw,
    say,
    notes: servers.notes,
    async filled(notes) {
      raw.offer(servers.notes(notes));
      return servers.start(notes);
    },
  };
  try {
    const judgements: Judgement[] = [];
    for (const family of FAMILIES) {
      if (only.length > 0 && !only.includes(family.name)) continue;
      const startMs = performance.now();
      judgements.push(...(await family.take(bench)).map(judge));
      say(`${family.name} took ${Math.round((performance.now() - startMs) / 1000)} s`);
    }
    const absent = only.length > 0 ? [] : absentLines().map((line) => judge({...line, notes: null}));
    return [...judgements, ...absent];
  } finally {
    await raw.close();
    await servers.remove();
  }
}

interface Machine {
  readonly processors: number;
  readonly model: string;
  readonly memoryBytes: number;
  /** How many processes wanted to run in the minute before. */
  readonly load: number;
}

function machine(): Machine {
  const processors = cpus();
  return {
    processors: processors.length,
    model: processors[0]?.model ?? 'unknown',
    memoryBytes: totalmem(),
    load: loadavg()[0] ?? Number.NaN,
  };
}

function machineWords({processors, model, memoryBytes, load}: Machine): string {
  const memory = `${Math.round(memoryBytes / 2 ** 30)} GB`;
  const busy = load > processors / 4 ? `; busy with other work at the start (load ${load.toFixed(1)})` : '';
  return `${processors} × ${model}, ${memory}${busy}`;
}

function conclusion(judgements: readonly Judgement[]): string {
  const many = (verdict: Judgement['verdict']): number => judgements.filter((one) => one.verdict === verdict).length;
  return `${many('goal')} at their goal, ${many('within')} within their budget, ${many('beyond')} beyond it, ${many('missing')} not taken`;
}
