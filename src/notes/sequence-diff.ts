/**
 * What changed between two sequences, as the fewest removals and insertions (Myers, "An O(ND) Difference Algorithm", 1986).
 * Bounded: two sequences that differ by more than `MAX_EDITS` are told as one change of everything between their common
 * ends, so that neither time nor memory grows with the square of a note.
 */

/** `before[start, end)` became `after[from, to)`. */
export interface Hunk {
  readonly start: number;
  readonly end: number;
  readonly from: number;
  readonly to: number;
}

const MAX_EDITS = 1000;

/** Hunks in order; between two of them at least one element is the same. */
export function diffSequences(before: readonly string[], after: readonly string[]): readonly Hunk[] {
  const lead = commonLead(before, after);
  const tail = commonTail(before.slice(lead), after.slice(lead));
  const [a, b] = [before.slice(lead, before.length - tail), after.slice(lead, after.length - tail)];
  if (a.length === 0 && b.length === 0) return [];
  return hunksBetween(pairsOf(a, b), a.length, b.length).map((hunk) => shifted(hunk, lead));
}

function commonLead(a: readonly string[], b: readonly string[]): number {
  const end = Math.min(a.length, b.length);
  let at = 0;
  while (at < end && a[at] === b[at]) at++;
  return at;
}

function commonTail(a: readonly string[], b: readonly string[]): number {
  const end = Math.min(a.length, b.length);
  let at = 0;
  while (at < end && a[a.length - 1 - at] === b[b.length - 1 - at]) at++;
  return at;
}

/** Index pairs of a longest common subsequence; none when the two are too far apart. */
function pairsOf(a: readonly string[], b: readonly string[]): readonly (readonly [number, number])[] {
  const trace = traceOf(a, b);
  if (trace === undefined) return [];
  const pairs: [number, number][] = [];
  let [x, y] = [a.length, b.length];
  for (let d = trace.length - 1; d >= 0; d--) {
    const reached = trace[d] as Int32Array;
    const k = x - y;
    const isDown = k === -d || (k !== d && at(reached, d, k - 1) < at(reached, d, k + 1));
    const previous = isDown ? k + 1 : k - 1;
    const fromX = d === 0 ? 0 : at(reached, d, previous);
    const fromY = d === 0 ? 0 : fromX - previous;
    while (x > fromX && y > fromY) pairs.push([--x, --y]);
    [x, y] = [fromX, fromY];
  }
  return pairs.reverse();
}

/** For each number of edits the furthest x reached on every diagonal before it; undefined beyond MAX_EDITS. */
function traceOf(a: readonly string[], b: readonly string[]): Int32Array[] | undefined {
  const most = Math.min(a.length + b.length, MAX_EDITS);
  let reached = new Int32Array(3);
  const trace: Int32Array[] = [];
  for (let d = 0; d <= most; d++) {
    trace.push(reached);
    const next = new Int32Array(2 * d + 5);
    for (let k = -d; k <= d; k += 2) {
      const isDown = k === -d || (k !== d && at(reached, d, k - 1) < at(reached, d, k + 1));
      let x = d === 0 ? 0 : isDown ? at(reached, d, k + 1) : at(reached, d, k - 1) + 1;
      while (x < a.length && x - k < b.length && a[x] === b[x - k]) x++;
      next[k + d + 2] = x;
      if (x >= a.length && x - k >= b.length) return trace;
    }
    reached = next;
  }
  return undefined;
}

/** The x reached on diagonal `k` with `d - 1` edits. */
function at(reached: Int32Array, d: number, k: number): number {
  return reached[k + d + 1] ?? 0;
}

function hunksBetween(pairs: readonly (readonly [number, number])[], aEnd: number, bEnd: number): Hunk[] {
  const hunks: Hunk[] = [];
  let [start, from] = [0, 0];
  for (const [x, y] of [...pairs, [aEnd, bEnd] as const]) {
    if (x > start || y > from) hunks.push({start, end: x, from, to: y});
    [start, from] = [x + 1, y + 1];
  }
  return hunks;
}

function shifted({start, end, from, to}: Hunk, by: number): Hunk {
  return {start: start + by, end: end + by, from: from + by, to: to + by};
}
