import { z } from "@hono/zod-openapi";

/** A point in time as callers give it. */
export const time = z.iso.datetime({
  offset: true,
  error: "Must be a time such as 2030-01-31T12:00:00Z",
});

/** Yes or no in a query. */
export const flag = z.enum(["true", "false"]).transform((value) => value === "true");

/** The id in a path. */
export const idParam = z.object({ id: z.guid() });
