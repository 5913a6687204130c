import { createRoute, type OpenAPIHono } from "@hono/zod-openapi";
import { apiKeyUsage } from "#shared/api_keys/api_key.ts";
import { unwrap } from "#shared/db/errors.ts";
import type { AppEnv } from "#shared/http/app_env.ts";
import { idParam } from "#shared/http/fields.ts";
import { operations } from "../operations.ts";
import { shownUsage, usageQuery } from "../schemas.ts";

const DAY_MS = 86_400_000;

const route = createRoute({
  ...operations.usage,
  summary: "How often a key was used, in each hour of UTC and in all of them",
  description: "Hours without use count zero. At most 92 days at a time.",
  request: { params: idParam, query: usageQuery },
  responses: {
    200: { description: "The use", content: { "application/json": { schema: shownUsage } } },
  },
});

/** Adds `GET /api-keys/:id/usage`. */
export function addUsageRoute(app: OpenAPIHono<AppEnv>): void {
  app.openapi(route, async (c) => {
    const wanted = c.req.valid("query");
    const to = wanted.to ?? new Date().toISOString();
    const from = wanted.from ?? new Date(Date.parse(to) - DAY_MS).toISOString();
    const result = await c.get("actor").db.rpc("get_api_key_usage", {
      p_id: c.req.valid("param").id,
      p_from: from,
      p_to: to,
    });
    return c.json({ from, to, ...unwrap(result, apiKeyUsage) }, 200);
  });
}
