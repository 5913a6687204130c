/** The value that a share of all others does not exceed; 0.5 is the median. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(Math.floor(sorted.length * share), sorted.length - 1)] ?? NaN;
}

/** The middle of the values. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** How sure an interval is at least: what the smallest and the largest of five give. */
const CONFIDENCE = 15 / 16;

/**
 * Between which of the values the median of whatever they are samples of lies, in at least 15 of 16
 * cases, however they are distributed: the median of n values lies below the k-th smallest as often as
 * fewer than k of n coins show heads.
 */
export function medianInterval(values: readonly number[]): readonly [low: number, high: number] {
  const sorted = values.toSorted((a, b) => a - b);
  const n = sorted.length;
  let leftOut = 0;
  let tail = 0;
  for (let k = 0; k < n / 2; k++) {
    tail += choose(n, k) / 2 ** n;
    if (2 * tail > 1 - CONFIDENCE) break;
    leftOut = k;
  }
  return [sorted[leftOut] ?? NaN, sorted[n - 1 - leftOut] ?? NaN];
}

function choose(n: number, k: number): number {
  return k === 0 ? 1 : choose(n, k - 1) * (n - k + 1) / k;
}
