/** Of a stretch that changed: which items became which. */

/** Below this one item isn't taken for what became of the other. */
const ALIKE = 0.4;
const MOST_PAIRS_COMPARED = 2500;

/** Index pairs, rising on both sides, with the greatest sum of likeness. */
export function pairAlike<T>(
  before: readonly T[],
  after: readonly T[],
  likenessOf: (a: T, b: T) => number,
): readonly (readonly [number, number])[] {
  if (before.length * after.length > MOST_PAIRS_COMPARED) return [];
  const likeness = before.map((one) => after.map((other) => likenessOf(one, other)));
  const best = bestSums(likeness, after.length);
  if (before.length === after.length) {
    // As many as before, and as alike one by one as in any other way: each was rewritten where it stands.
    const straight = before.map((_, at) => likeness[at]?.[at] ?? 0);
    const sum = straight.reduce((total, one) => total + one, 0);
    if (straight.every((one) => one > 0) && sum >= (best[0]?.[0] ?? 0)) return before.map((_, at) => [at, at] as const);
  }
  const pairs: [number, number][] = [];
  let [x, y] = [0, 0];
  while (x < before.length && y < after.length) {
    const now = best[x]?.[y] ?? 0;
    if (now === best[x + 1]?.[y]) x++;
    else if (now === best[x]?.[y + 1]) y++;
    else pairs.push([x++, y++]);
  }
  return pairs;
}

/** `[x][y]`: the most that pairs of what is from x and from y on can come to. */
function bestSums(likeness: readonly (readonly number[])[], width: number): number[][] {
  const best = Array.from({length: likeness.length + 1}, () => new Array<number>(width + 1).fill(0));
  for (let x = likeness.length - 1; x >= 0; x--) {
    for (let y = width - 1; y >= 0; y--) {
      const paired = likeness[x]?.[y] ?? 0;
      const withPair = paired < ALIKE ? 0 : paired + (best[x + 1]?.[y + 1] ?? 0);
      (best[x] as number[])[y] = Math.max(best[x + 1]?.[y] ?? 0, best[x]?.[y + 1] ?? 0, withPair);
    }
  }
  return best;
}
