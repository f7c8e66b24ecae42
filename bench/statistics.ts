/** Medians and spread of samples. Percentiles are by linear interpolation between the two nearest ranks. */

/** `share` is 0 … 1. Of no samples it is NaN, which no budget holds. */
export function percentile(samples: readonly number[], share: number): number {
  const sorted = samples.toSorted((a, b) => a - b);
  const rank = (sorted.length - 1) * share;
  const [low, high] = [sorted[Math.floor(rank)], sorted[Math.ceil(rank)]];
  if (low === undefined || high === undefined) return Number.NaN;
  return low + (high - low) * (rank - Math.floor(rank));
}

export function median(samples: readonly number[]): number {
  return percentile(samples, 0.5);
}

export interface Spread {
  readonly low: number;
  readonly high: number;
}

/** The middle eight tenths; of fewer than ten samples all of them. */
export function spread(samples: readonly number[]): Spread {
  const edge = samples.length < 10 ? 0 : 0.1;
  return {low: percentile(samples, edge), high: percentile(samples, 1 - edge)};
}
