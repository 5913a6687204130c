import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { unwrap } from "#shared/db/errors.ts";
import type { AppEnv } from "#shared/http/app_env.ts";
import { operations } from "../operations.ts";

const policy = z.object({
  policy: z.string().openapi({ example: "webhook_logs" }),
  days: z.int().nullable().openapi({
    description: "What holds for the caller; null keeps for ever",
    example: 30,
  }),
  default_days: z.int().nullable().openapi({ description: "For who chose nothing", example: 90 }),
  min_days: z.int().openapi({ example: 7 }),
  max_days: z.int().openapi({ example: 730 }),
  chosen: z.boolean().openapi({ description: "Whether the caller chose it" }),
  archived: z.boolean().openapi({ description: "Whether rows are archived before they go" }),
}).openapi("RetentionPolicy");

const policies = z.object({ data: z.array(policy) });

const choice = z.strictObject({
  days: z.int().min(1).max(36500).nullable().openapi({
    description: "Within the bounds; null for the default",
    example: 30,
  }),
}).openapi("RetentionChoice");

const list = createRoute({
  ...operations.retentionList,
  summary: "How long the caller's records are kept, and within which bounds they may choose",
  responses: {
    200: { description: "The policies", content: { "application/json": { schema: policies } } },
  },
});

const choose = createRoute({
  ...operations.retentionSet,
  summary: "Keep a kind of record longer or shorter than others do",
  request: {
    params: z.object({ policy: z.string().max(100).openapi({ example: "webhook_logs" }) }),
    body: { required: true, content: { "application/json": { schema: choice } } },
  },
  responses: {
    200: { description: "What holds now", content: { "application/json": { schema: policies } } },
  },
});

/** Adds the routes for how long records are kept. */
export function addRetentionRoutes(app: OpenAPIHono<AppEnv>): void {
  app.openapi(list, async (c) => {
    return c.json(
      { data: unwrap(await c.get("actor").db.rpc("list_retention"), z.array(policy)) },
      200,
    );
  });
  app.openapi(choose, async (c) => {
    const { db } = c.get("actor");
    const args = { p_policy: c.req.valid("param").policy, p_days: c.req.valid("json").days };
    unwrap(await db.rpc("set_retention", args), z.unknown());
    return c.json({ data: unwrap(await db.rpc("list_retention"), z.array(policy)) }, 200);
  });
}
