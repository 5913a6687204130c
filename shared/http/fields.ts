import { z } from "@hono/zod-openapi";

const WRONG_TIME = "Must be a time such as 2030-01-31T12:00:00Z";

/** A point in time as callers give it. */
export const time = z.iso.datetime({ offset: true, error: WRONG_TIME, abort: true })
  // Postgres knows neither a year 0 nor an offset of 16 hours.
  .refine((value) => Date.parse(value) >= 0 && !/[+-](?:1[6-9]|2\d):\d\d$/.test(value), {
    error: WRONG_TIME,
  });

/** Yes or no in a query. */
export const flag = z.enum(["true", "false"]).transform((value) => value === "true");

/** The id in a path. */
export const idParam = z.object({ id: z.guid() });
