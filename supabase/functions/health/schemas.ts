import { z } from "@hono/zod-openapi";
import { PROBLEMS } from "#shared/http/codes.ts";

/** One thing that readiness depends on, as the operator sees it. */
export const check = z.object({
  name: z.string().openapi({ example: "database" }),
  ok: z.boolean(),
  code: z.string().optional().openapi({ example: "database_behind" }),
  detail: z.string().optional().openapi({ example: PROBLEMS.database_behind.title }),
}).openapi("Check");

/** What {@linkcode check} describes. */
export type Check = z.output<typeof check>;

/** The answer of a function that runs. */
export const live = z.object({ status: z.literal("ok") }).openapi("Live");

/** The answer when everything is in place; the checks are for the operator. */
export const ready = z.object({ status: z.literal("ready"), checks: z.array(check).optional() })
  .openapi("Ready");
