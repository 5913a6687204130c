import { Cron } from "croner";

/**
 * When a job is next due after a moment, by pg_cron's rules: cron syntax in UTC, or `N seconds` with
 * N from 1 to 59.
 *
 * @throws {Error} if the schedule is neither.
 *
 * @example
 * ```ts
 * nextDue("*&#47;5 * * * *", new Date("2026-01-01T00:01:00Z")); // 00:05
 * nextDue("10 seconds", new Date("2026-01-01T00:00:00Z")); // 00:00:10
 * ```
 */
export function nextDue(schedule: string, after: Date): Date | undefined {
  const [, seconds] = /^\s*([1-5]?\d) seconds?\s*$/.exec(schedule) ?? [];
  if (seconds !== undefined && Number(seconds) > 0) {
    return new Date(after.getTime() + Number(seconds) * 1000);
  }
  // pg_cron writes the last day of the month as $.
  const pattern = schedule.trim().replaceAll("$", "L");
  return new Cron(pattern, { timezone: "UTC", mode: "5-part" }).nextRun(after) ?? undefined;
}
