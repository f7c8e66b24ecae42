/** Numbers that look random and are the same in every run: mulberry32. For data of benchmarks only. */

export interface Random {
  /** 0 ≤ x < 1. */
  fraction(): number;
  /** 0 … below − 1. */
  below(limit: number): number;
  bytes(count: number): Uint8Array<ArrayBuffer>;
  /** Standard normal, by Box and Muller. */
  normal(): number;
}

export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  const fraction = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (limit: number): number => Math.floor(fraction() * limit);
  return {
    fraction,
    below,
    bytes: (count) => Uint8Array.from({length: count}, () => below(256)),
    normal: () => Math.sqrt(-2 * Math.log(1 - fraction())) * Math.cos(2 * Math.PI * fraction()),
  };
}
