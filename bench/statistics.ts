/** Orders samples and picks percentiles from them. @module */

/**
 * The sample below which a share of all samples lies (nearest rank, so always a measured value).
 *
 * @param samples at least one number, in any order
 * @param share 0.5 for the median, 0.99 for p99
 * @throws {RangeError} when there are no samples
 */
export function percentile(samples: readonly number[], share: number): number {
  const sorted = [...samples].sort((a, b) => a - b);
  const rank = Math.max(0, Math.ceil(share * sorted.length) - 1);
  const found = sorted[rank];
  if (found === undefined) throw new RangeError("Cannot take a percentile of no samples");
  return found;
}

/** The middle sample; see {@linkcode percentile}. */
export function median(samples: readonly number[]): number {
  return percentile(samples, 0.5);
}

/** The sample that 99 of 100 stay below; see {@linkcode percentile}. */
export function p99(samples: readonly number[]): number {
  return percentile(samples, 0.99);
}
