import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { unwrap } from "#shared/db/errors.ts";
import { newestFirst, pageOf } from "#shared/db/keyset.ts";
import type { AppEnv } from "#shared/http/app_env.ts";
import { within } from "../filters.ts";
import { operations } from "../operations.ts";
import { webhook, WEBHOOK_COLUMNS, webhookPage, webhookQuery } from "../schemas/endpoints.ts";

const route = createRoute({
  ...operations.list,
  summary: "The endpoints, newest first",
  request: { query: webhookQuery },
  responses: {
    200: { description: "A page", content: { "application/json": { schema: webhookPage } } },
  },
});

/** Adds `GET /webhooks`. */
export function addListRoute(app: OpenAPIHono<AppEnv>): void {
  app.openapi(route, async (c) => {
    const { enabled, limit, ...wanted } = c.req.valid("query");
    let query = within(c.get("actor").db.from("webhooks").select(WEBHOOK_COLUMNS), wanted);
    if (enabled !== undefined) query = query.eq("enabled", enabled);
    const rows = unwrap(await newestFirst(query, limit), z.array(webhook));
    return c.json(pageOf(rows, limit), 200);
  });
}
