import { z } from "@hono/zod-openapi";

const MAX_PATHS = 20;
const MAX_ALTERNATIVES = 100;

const text = z.string().max(1_000);
const scalar = z.union([text, z.number(), z.boolean(), z.null()], {
  error: "Must be a string, a number, true, false or null",
});
const ordered = z.union([text, z.number()], { error: "Must be a string or a number" });

const operators = z.strictObject({
  eq: scalar,
  in: z.array(scalar).min(1).max(MAX_ALTERNATIVES),
  prefix: text,
  gt: ordered,
  gte: ordered,
  lt: ordered,
  lte: ordered,
}).partial().refine((condition) => Object.keys(condition).length > 0, {
  error: "Must name an operator",
  // Else a wrong operator would be told twice.
  when: ({ issues }) => issues.length === 0,
});

const path = z.string().max(200).regex(/^[^.]+(\.[^.]+)*$/, {
  error: "Must be names with dots between them",
});

/**
 * Which events an endpoint wants by what is in their `data`: a path into it and what must be there,
 * a value that it equals or operators that must all hold. All paths must hold. The database
 * evaluates it when an event is published.
 *
 * @example
 * ```ts
 * payloadFilter.parse({ status: "completed", duration_seconds: { gte: 60 }, "input.digits": { in: ["1", "2"] } });
 * ```
 */
export const payloadFilter = z.record(
  path,
  z.union([scalar, operators], {
    error: "Must be a value, or an object of eq, in, prefix, gt, gte, lt, lte",
  }),
).refine(hasFewPaths, { error: `Must have 1 to ${MAX_PATHS} paths` });

function hasFewPaths(filter: object): boolean {
  const count = Object.keys(filter).length;
  return count >= 1 && count <= MAX_PATHS;
}
