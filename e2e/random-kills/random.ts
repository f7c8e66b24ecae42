/** Decisions from one seed (mulberry32): the same seed draws the same for the same actor, whatever the others do. */

export interface Random {
  /** 0 ≤ x < 1. */
  fraction(): number;
  /** 0 ≤ x < limit. */
  int(limit: number): number;
  between(low: number, high: number): number;
  /** True once in `of` draws, on average. */
  once(of: number): boolean;
  pick<T>(from: readonly [T, ...T[]]): T;
}

/** `actor`: each has draws of its own, so that what one of them meets doesn't move those of the others. */
export function createRandom(seed: number, actor: number): Random {
  let state = (seed ^ Math.imul(actor + 1, 0x9e3779b1)) >>> 0;
  const fraction = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const int = (limit: number): number => Math.floor(fraction() * limit);
  return {
    fraction,
    int,
    between: (low, high) => low + int(high - low + 1),
    once: (of) => int(of) === 0,
    pick: (from) => from[int(from.length)] ?? from[0],
  };
}
