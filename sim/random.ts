/** Randomness from one seed (mulberry32): the same seed gives the same numbers on every machine. */

import type {Bytes} from '../protocol/bytes.ts';
import type {Random} from '../src/sync/ports.ts';

export interface SeededRandom extends Random {
  /** 0 ≤ x < limit. */
  int(limit: number): number;
  /** True once in `of` calls, on average. */
  once(of: number): boolean;
}

export function createRandom(seed: number): SeededRandom {
  let state = seed >>> 0;
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
    once: (of) => int(of) === 0,
    bytes: (count): Bytes => Uint8Array.from({length: count}, () => int(256)),
  };
}
