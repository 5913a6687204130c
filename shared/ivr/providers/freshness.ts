/** How old or how far ahead a signature may be, in seconds: what the vendors' own SDKs allow. */
const TOLERANCE = 300;

/** Whether a time in seconds since 1970 lies within five minutes of now. */
export function isFresh(timestamp: number, now: Date): boolean {
  return Math.abs(Math.floor(now.getTime() / 1000) - timestamp) <= TOLERANCE;
}
