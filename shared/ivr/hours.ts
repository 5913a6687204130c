import { z } from "zod";

const clock = z.string().regex(/^([01][0-9]|2[0-3]):[0-5][0-9]$|^24:00$/);

/** When somebody is there, as `ivr_menus.hours` says it. */
export const businessHours = z.object({
  /** A name of the IANA time zone database. */
  time_zone: z.string().refine(isTimeZone, "No such time zone"),
  /** Shifts. One whose end is not after its start ends on the day after. */
  weekly: z.array(z.object({
    /** ISO 8601: 1 is Monday, 7 is Sunday. */
    days: z.array(z.int().min(1).max(7)).min(1),
    from: clock,
    to: clock,
  })),
  /** Days without shifts: `2026-12-25`, or `12-25` for each year's. */
  holidays: z.array(z.string()),
});

/** When somebody is there. */
export type BusinessHours = z.infer<typeof businessHours>;

/**
 * Whether somebody is there at a time.
 *
 * Hours are what a clock on the wall shows, summer time included. A shift belongs to the day on
 * which it begins: that day's being a holiday is what cancels it, the whole of it.
 *
 * @example
 * ```ts
 * const weekly = [{ days: [1, 2, 3, 4, 5], from: "09:00", to: "17:00" }];
 * isOpen({ time_zone: "Europe/Berlin", weekly, holidays: ["12-25"] }, new Date());
 * ```
 */
export function isOpen({ time_zone, weekly, holidays }: BusinessHours, now: Date): boolean {
  const { day, time } = localTime(now, time_zone);
  const works = (date: Date, days: readonly number[]) =>
    days.includes(isoWeekday(date)) && !isHoliday(date, holidays);
  const yesterday = new Date(day.getTime() - 86_400_000);
  return weekly.some(({ days, from, to }) =>
    from < to
      ? works(day, days) && from <= time && time < to
      : works(day, days) && from <= time || works(yesterday, days) && time < to
  );
}

/** The day, as midnight UTC, and the time of day, `HH:MM`, that clocks of a time zone show. */
function localTime(now: Date, timeZone: string): { readonly day: Date; readonly time: string } {
  const format = new Intl.DateTimeFormat("en-GB", {
    timeZone,
    hourCycle: "h23",
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
  });
  const parts = Object.fromEntries(
    format.formatToParts(now).map(({ type, value }) => [type, value]),
  );
  return {
    // Not by its text: the year after 9999 has one that no date is read from.
    day: new Date(
      Date.UTC(Number(parts["year"]), Number(parts["month"]) - 1, Number(parts["day"])),
    ),
    time: `${parts["hour"]}:${parts["minute"]}`,
  };
}

function isoWeekday(day: Date): number {
  return day.getUTCDay() || 7;
}

function isHoliday(day: Date, holidays: readonly string[]): boolean {
  const date = day.toISOString().slice(0, 10);
  return holidays.includes(date) || holidays.includes(date.slice(5));
}

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat("en-GB", { timeZone: name }) !== null;
  } catch {
    return false;
  }
}
