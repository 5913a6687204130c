const SECOND_MS = 1_000;
const MAX_RETRY_AFTER_MS = 24 * 3_600 * SECOND_MS;
/** By how much of itself a wait is lengthened or shortened, so that failures do not come back at once. */
const JITTER = 0.2;

/**
 * The waits before each retry, in seconds: 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 14 h, 20 h, 24 h, as
 * Standard Webhooks suggests. With them an event is tried for three days.
 */
export const STANDARD_SCHEDULE: readonly number[] = [
  5,
  300,
  1_800,
  7_200,
  18_000,
  36_000,
  50_400,
  72_000,
  86_400,
];

/**
 * How long to wait after a failed attempt.
 *
 * @param schedule the waits in seconds, the first after the first attempt.
 * @param attempt the attempt that failed, from 1.
 * @param random a number from 0 up to 1.
 * @returns milliseconds, or undefined where the schedule is used up.
 */
export function retryDelay(
  schedule: readonly number[],
  attempt: number,
  random: () => number,
): number | undefined {
  const step = schedule[attempt - 1];
  if (step === undefined) return undefined;
  return Math.round(step * SECOND_MS * (1 - JITTER + 2 * JITTER * random()));
}

/**
 * Reads a `Retry-After` header: seconds, or a date (RFC 9110, section 10.2.3).
 *
 * @param now in milliseconds of Unix time.
 * @returns milliseconds, no less than a second and no more than a day; undefined for what is neither.
 */
export function parseRetryAfter(value: string, now: number): number | undefined {
  const wait = /^\d+$/.test(value) ? Number(value) * SECOND_MS : dateOf(value) - now;
  if (Number.isNaN(wait)) return undefined;
  return Math.min(Math.max(Math.round(wait), SECOND_MS), MAX_RETRY_AFTER_MS);
}

/** `Date.parse` alone would take far more for a date, and the oldest form for one of local time. */
function dateOf(value: string): number {
  if (!/^[A-Z][a-z]{2,8}(?:, ?\d| [A-Z])/.test(value)) return NaN;
  return Date.parse(value.endsWith(" GMT") ? value : `${value} GMT`);
}
