/** What was taken, held against its budget, as a table for people and as JSON for programs. */
import {type Budget, budgetOf, type Judged, type Line, lineNamed, type Unit} from './budgets.ts';
import type {Limit, Taken} from './measure.ts';
import {median, percentile, type Spread, spread} from './statistics.ts';

/** `shown`: it has no budget. */
export type Verdict = 'goal' | 'within' | 'beyond' | 'shown' | 'missing';

export interface Judgement {
  readonly name: string;
  readonly what: string;
  readonly notes: number | null;
  readonly unit: Unit;
  readonly judged: Judged;
  readonly samples: number;
  readonly median: number | null;
  readonly spread: Spread | null;
  /** `judged`: of its samples what is judged of the measure's, where that isn't the median. */
  readonly limit: {
    readonly what: string;
    readonly median: number;
    readonly spread: Spread;
    readonly judged: number | null;
  } | null;
  readonly ratio: number | null;
  /** What the budget is for. */
  readonly value: number | null;
  readonly budget: number | null;
  readonly goal: number | null;
  readonly verdict: Verdict;
  /** Why it could not be taken. */
  readonly missing?: string;
}

export function judge(taken: Taken): Judgement {
  const line = lineNamed(taken.name);
  const {name, what, unit, judged} = line;
  const budget = budgetOf(line, taken.notes);
  const head = {
    name,
    what,
    notes: taken.notes,
    unit,
    judged,
    budget: budget?.budget ?? null,
    goal: budget?.goal ?? null,
  };
  if ('missing' in taken) {
    const nothing = {samples: 0, median: null, spread: null, limit: null, ratio: null, value: null};
    return {...head, ...nothing, verdict: 'missing', missing: taken.missing};
  }
  const {samples, limit} = taken;
  const ratio = limit === undefined ? null : median(samples) / median(limit.samples);
  const value = judged === 'ratio' ? ratio : judgedValue(judged, samples);
  return {
    ...head,
    samples: samples.length,
    median: median(samples),
    spread: spread(samples),
    limit: limit === undefined ? null : limitOf(limit, judged),
    ratio,
    value,
    verdict: verdictOf(line, budget, value),
  };
}

function limitOf({what, samples}: Limit, judged: Judged): Judgement['limit'] {
  const isOfMedians = judged === 'ratio' || judged === 'median' || judged === 'p50';
  return {
    what,
    median: median(samples),
    spread: spread(samples),
    judged: isOfMedians ? null : judgedValue(judged, samples),
  };
}

/** A table in Markdown: what docs/performance.md shows is what was printed. */
export function tableOf(judgements: readonly Judgement[]): string {
  const head = ['measure', 'size', 'median', 'spread', 'limit', 'ratio', 'judged', 'budget', 'goal', ''];
  const rows = judgements.map(cellsOf);
  const widths = head.map((title, column) => Math.max(...[head, ...rows].map((row) => (row[column] ?? title).length)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}

function cellsOf(of: Judgement): string[] {
  const {what, unit, judged, limit, ratio, value, budget, goal, missing} = of;
  const notes = of.notes === null ? '' : of.notes.toLocaleString('en');
  if (missing !== undefined)
    return [what, notes, '–', '', '', '', '', target(of, budget), target(of, goal), `not taken: ${missing}`];
  return [
    what,
    notes,
    `${figure(of.median)} ${unit}`,
    of.samples === 1 ? '' : `${figure(of.spread?.low)}–${figure(of.spread?.high)}`,
    limit === null
      ? ''
      : `${figure(limit.median)} (${limit.judged === null ? '' : `${judged} ${figure(limit.judged)}; `}${limit.what})`,
    ratio === null ? '' : figure(ratio),
    judged === 'median' || value === null ? '' : `${judged} ${figure(value)}`,
    target(of, budget),
    target(of, goal),
    WORDS_BY_VERDICT[of.verdict],
  ];
}

const WORDS_BY_VERDICT: Record<Verdict, string> = {
  goal: 'goal reached',
  within: 'within',
  beyond: '**beyond**',
  shown: '',
  missing: '',
};

function judgedValue(judged: Exclude<Judged, 'ratio'>, samples: readonly number[]): number {
  switch (judged) {
    case 'median':
    case 'p50':
      return median(samples);
    case 'p95':
      return percentile(samples, 0.95);
    case 'p99':
      return percentile(samples, 0.99);
    case 'max':
      return Math.max(...samples);
  }
}

function verdictOf({better = 'less'}: Line, budget: Budget | null, value: number | null): Verdict {
  if (budget === null || value === null) return 'shown';
  const holds = (target: number): boolean => (better === 'less' ? value <= target : value >= target);
  if (!holds(budget.budget)) return 'beyond';
  return budget.goal !== undefined && holds(budget.goal) ? 'goal' : 'within';
}

function target({name}: Judgement, value: number | null): string {
  if (value === null) return '';
  const better = lineNamed(name as Parameters<typeof lineNamed>[0]).better ?? 'less';
  return `${better === 'less' ? '≤' : '≥'} ${figure(value)}`;
}

/** Three digits that count. */
function figure(value: number | null | undefined): string {
  if (value === null || value === undefined) return '–';
  return value.toLocaleString(
    'en',
    Math.abs(value) >= 100 ? {maximumFractionDigits: 0} : {maximumSignificantDigits: 3},
  );
}
