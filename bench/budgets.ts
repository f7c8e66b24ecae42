/**
 * Every line that the benchmarks can print, with the budget and the goal that design section 11 sets for it, or ADR 38 in its place. A run
 * fails when a line with a budget is beyond it. What has none is measured all the same: to be seen when it moves.
 */

export type Unit = 'ms' | 'bytes' | 'KB' | 'MB' | 'requests' | 'per second' | 'tasks' | 'streams';

/** What of the samples is held against the budget. `ratio`: their median ÷ that of the limit's. */
export type Judged = 'median' | 'p50' | 'p95' | 'p99' | 'max' | 'ratio';

export interface Budget {
  readonly budget: number;
  readonly goal?: number;
}

export interface Line {
  readonly name: string;
  readonly what: string;
  readonly unit: Unit;
  readonly judged: Judged;
  /** `more`: a rate, of which a budget is the least. */
  readonly better?: 'less' | 'more';
  /** At any size. */
  readonly budget?: Budget;
  /** Why nothing takes it: what it is about isn't there. */
  readonly absent?: string;
  /** By the number of notes. */
  readonly budgetAt?: Readonly<Record<number, Budget>>;
}

export const LINES = [
  {
    name: 'first-sync',
    what: 'first sync in Chromium, click to synced ÷ the same rows raw in IndexedDB',
    unit: 'ms',
    judged: 'ratio',
    budgetAt: {10000: {budget: 1.3, goal: 1.1}, 100000: {budget: 1.5}},
  },
  {
    name: 'first-sync-http',
    what: 'first sync in Chromium ÷ the same bytes by raw loopback HTTP',
    unit: 'ms',
    judged: 'ratio',
  },
  {
    name: 'first-sync-rows',
    what: 'first sync in Chromium, click to the first rows of the tree, all that has arrived',
    unit: 'ms',
    judged: 'median',
    budgetAt: {100000: {budget: 3_000, goal: 1_000}},
  },
  {
    name: 'first-sync-tree',
    what: 'first sync in Chromium, click to the whole tree',
    unit: 'ms',
    judged: 'median',
    budgetAt: {100000: {budget: 25_000, goal: 3_000}},
  },
  {name: 'first-sync-down', what: 'first sync, bytes received ÷ content', unit: 'KB', judged: 'ratio'},
  {name: 'first-sync-requests', what: 'first sync, requests', unit: 'requests', judged: 'median'},
  {name: 'first-sync-heap', what: 'first sync, highest JS heap of the page', unit: 'MB', judged: 'max'},
  {name: 'first-sync-long-tasks', what: 'first sync, tasks of the page above 50 ms', unit: 'tasks', judged: 'median'},
  {
    name: 'edit-visible',
    what: 'edit on A, end of the typing pause to visible on B',
    unit: 'ms',
    judged: 'p50',
    budget: {budget: 100, goal: 60},
  },
  {
    name: 'edit-visible-p99',
    what: 'edit on A, end of the typing pause to visible on B',
    unit: 'ms',
    judged: 'p99',
    budget: {budget: 300, goal: 200},
  },
  {
    name: 'edit-typed-visible',
    what: 'edit on A, key press to visible on B, with the typing pause',
    unit: 'ms',
    judged: 'p99',
  },
  {
    name: 'edit-durable',
    what: 'end of the typing pause to durable on A',
    unit: 'ms',
    judged: 'p95',
    budget: {budget: 25, goal: 10},
  },
  {name: 'edit-stage-write', what: '– write: transaction asked for to on disk', unit: 'ms', judged: 'median'},
  {
    name: 'edit-stage-debounce',
    what: '– debounce: on disk to the push leaving, hello apart',
    unit: 'ms',
    judged: 'median',
  },
  {name: 'edit-stage-hello', what: '– hello', unit: 'ms', judged: 'p99'},
  {name: 'edit-stage-push', what: '– push: request to answer', unit: 'ms', judged: 'median'},
  {name: 'edit-stage-poke', what: '– poke: answer on A to the pull leaving B', unit: 'ms', judged: 'median'},
  {name: 'edit-stage-pull', what: '– pull: request to answer', unit: 'ms', judged: 'median'},
  {name: 'edit-stage-render', what: '– render: answer to the text on B', unit: 'ms', judged: 'median'},
  {
    name: 'idle-requests',
    what: 'idle with pokes connected, calls of two devices',
    unit: 'requests',
    judged: 'max',
    budget: {budget: 0},
  },
  {name: 'idle-round-requests', what: 'idle round', unit: 'requests', judged: 'max', budget: {budget: 1}},
  {name: 'idle-round-up', what: 'idle round, message up', unit: 'bytes', judged: 'median', budget: {budget: 500}},
  {
    name: 'idle-round-down',
    what: 'idle round, message down',
    unit: 'bytes',
    judged: 'median',
    budget: {budget: 500},
  },
  {name: 'idle-round-wire', what: 'idle round, both ways with headers', unit: 'bytes', judged: 'median'},
  {
    name: 'edit-bytes',
    what: 'one small edit of a 1 KB note, messages both ways ÷ what is allowed',
    unit: 'bytes',
    judged: 'ratio',
    budget: {budget: 1},
  },
  {
    name: 'edit-bytes-wire',
    what: 'one small edit of a 1 KB note, with headers ÷ what is allowed',
    unit: 'bytes',
    judged: 'ratio',
  },
  {
    name: 'edit-bytes-other',
    what: 'one small edit, messages of the other device: poke and pull',
    unit: 'bytes',
    judged: 'median',
  },
  {
    name: 'hash-check',
    what: 'hash check here, CPU, by entities',
    unit: 'ms',
    judged: 'ratio',
    budgetAt: {1000000: {budget: 1.2}},
  },
  {name: 'hello', what: 'hash check on the server: hello with head and root', unit: 'ms', judged: 'ratio'},
  {
    name: 'repair-requests',
    what: 'repair of one damaged note, requests',
    unit: 'requests',
    judged: 'max',
    budget: {budget: 3},
  },
  {
    name: 'repair-bytes',
    what: 'repair of one damaged note, both ways with headers',
    unit: 'KB',
    judged: 'max',
    budget: {budget: 30},
  },
  {
    name: 'repair-others',
    what: 'repair of one damaged note, to another device',
    unit: 'bytes',
    judged: 'max',
    budget: {budget: 0},
  },
  {name: 'scrub', what: 'scrub of a device, CPU for 1,000 notes', unit: 'ms', judged: 'median'},
  {name: 'import', what: 'import of a zip', unit: 'ms', judged: 'median'},
  {
    name: 'upload',
    what: 'first upload of a notebook in use ÷ first sync',
    unit: 'ms',
    judged: 'ratio',
    budgetAt: {1000: {budget: 2.2, goal: 1.3}, 10000: {budget: 3.3, goal: 1.3}},
  },
  {name: 'real-import', what: 'import of a real export', unit: 'ms', judged: 'median'},
  {name: 'real-upload', what: 'first upload of a real export', unit: 'ms', judged: 'median'},
  {name: 'real-export', what: 'first sync of a real export', unit: 'ms', judged: 'median'},
  {
    name: 'pushes',
    what: 'server, durable pushes of one account',
    unit: 'per second',
    judged: 'median',
    better: 'more',
    budget: {budget: 1_000},
  },
  {
    name: 'pushes-accounts',
    what: 'server, durable pushes of a thousand accounts',
    unit: 'per second',
    judged: 'median',
    absent: 'a server has one account',
  },
  {name: 'first-syncs', what: 'server, fifty first syncs at once', unit: 'ms', judged: 'ratio'},
  {
    name: 'pokes-held',
    what: 'server, idle poke streams held',
    unit: 'streams',
    judged: 'median',
    better: 'more',
    budget: {budget: 10_000},
  },
  {name: 'pokes-told', what: 'server, one change told to all of them', unit: 'ms', judged: 'median'},
  {name: 'pokes-memory', what: 'server, memory with them', unit: 'MB', judged: 'median', budget: {budget: 400}},
  {name: 'pokes-memory-each', what: 'server, memory of one of them', unit: 'KB', judged: 'median'},
  {name: 'push-one', what: 'server, one push by the size of the account', unit: 'ms', judged: 'ratio'},
  {name: 'pull-one', what: 'server, pull of one change by the size of the account', unit: 'ms', judged: 'ratio'},
  {
    name: 'start-tree',
    what: 'cold start offline to a usable tree',
    unit: 'ms',
    judged: 'median',
    budgetAt: {10000: {budget: 800, goal: 300}, 100000: {budget: 1_500, goal: 500}},
  },
  {name: 'start-text', what: 'cold start offline to the last note on screen', unit: 'ms', judged: 'median'},
  {name: 'start-long-tasks', what: 'cold start offline, tasks above 50 ms', unit: 'tasks', judged: 'median'},
  {name: 'start-longest-task', what: 'cold start offline, longest task', unit: 'ms', judged: 'median'},
  {
    name: 'search',
    what: 'search in the texts of all notes',
    unit: 'ms',
    judged: 'p95',
    budgetAt: {10000: {budget: 20, goal: 5}, 100000: {budget: 100, goal: 50}},
    absent: 'the app has no search',
  },
  {
    name: 'shell-size',
    what: 'first load, app shell, gzip',
    unit: 'KB',
    judged: 'median',
    budget: {budget: 180, goal: 150},
  },
  {
    name: 'worker-size',
    what: 'first load, service worker, gzip',
    unit: 'KB',
    judged: 'median',
    budget: {budget: 75, goal: 60},
  },
] as const satisfies readonly Line[];

export type LineName = (typeof LINES)[number]['name'];

export function lineNamed(name: LineName): Line {
  const line: Line | undefined = LINES.find((each) => each.name === name);
  if (line === undefined) throw new Error(`no line is called ${name}`);
  return line;
}

/** Lines that the design asks for and nothing takes. */
export function absentLines(): {readonly name: LineName; readonly missing: string}[] {
  const lines: readonly (Line & {readonly name: LineName})[] = LINES;
  return lines.flatMap(({name, absent}) => (absent === undefined ? [] : [{name, missing: absent}]));
}

export function budgetOf({budget, budgetAt}: Line, notes: number | null): Budget | null {
  return budget ?? (notes === null ? undefined : budgetAt?.[notes]) ?? null;
}
