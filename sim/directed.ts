/** A schedule in which a process gets to a named point, whatever it is: for those that chance seldom reaches. */

import type {Point} from './life.ts';
import type {Act, Schedule} from './steps.ts';

const ON = {replica: 0, tab: 0, note: 0} as const;
/** Long enough for whatever began to end. */
const SETTLES_MS = 60_000;

export function directedTo(process: 'page' | 'worker', point: Point, seed: number): Schedule {
  const acts = process === 'worker' ? inWorker(point, seed) : point.endsWith('fetch') ? inFetch(point) : inPage(point);
  const steps = acts.map(([act, thenMs]) => ({act, thenMs}));
  return {
    seed,
    replicas: 3,
    tabs: 1,
    locks: 'locks',
    faultOnceIn: 0,
    spread: 8,
    latencyMs: 400,
    calamity: process === 'worker' && isOdd(seed) ? 'put back' : 'damage',
    steps,
  };
}

type Timed = readonly [act: Act, thenMs: number];

/** Both sides changed, and something is lost on both: the next round asks everything there is to ask. */
const DIFFERENT: readonly Timed[] = [
  [{type: 'online', replica: 0, is: false}, 0],
  [{type: 'write', ...ON, replica: 1, note: 1, part: 'text'}, 0],
  [{type: 'write', ...ON, part: 'text'}, SETTLES_MS],
  [{type: 'damage', side: 3, entity: 2, how: 'lost'}, 0],
  [{type: 'damage', side: 0, entity: 0, how: 'digest'}, 0],
];

const PUT_BACK: readonly Timed[] = [
  [{type: 'copy'}, 0],
  [{type: 'write', ...ON, part: 'text'}, SETTLES_MS],
  [{type: 'online', replica: 0, is: false}, 0],
  [{type: 'put back', epoch: 'same'}, SETTLES_MS],
  [{type: 'write', ...ON, replica: 1, note: 2, part: 'text'}, SETTLES_MS],
];

function isOdd(seed: number): boolean {
  return seed % 2 === 1;
}

function inPage(point: Point): Timed[] {
  return [
    ...DIFFERENT,
    [{type: 'crash tab at', replica: 0, tab: 0, point}, 0],
    [{type: 'online', replica: 0, is: true}, SETTLES_MS],
    [{type: 'verify', replica: 0, tab: 0}, SETTLES_MS],
  ];
}

/** The page is gone, so that the worker is the one: it pushes and pulls, or heals where the server was put back. */
function inWorker(point: Point, seed: number): Timed[] {
  return [
    ...(isOdd(seed) ? PUT_BACK : DIFFERENT),
    [{type: 'crash tab', replica: 0, tab: 0, points: 1}, 0],
    [{type: 'open', ...ON}, 0],
    [{type: 'online', replica: 0, is: true}, 0],
    [{type: 'wake until', replica: 0, point}, SETTLES_MS],
  ];
}

/** A person opens a note whose text isn't here yet. */
function inFetch(point: Point): Timed[] {
  const openings = Array.from({length: 20}, (): Timed => [{type: 'open', ...ON, replica: 2}, 100]);
  return [[{type: 'join'}, 900], [{type: 'crash tab at', replica: 2, tab: 0, point}, 0], ...openings];
}
