import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { unwrap } from "#shared/db/errors.ts";
import type { AppEnv } from "#shared/http/app_env.ts";
import { idParam } from "#shared/http/fields.ts";
import { menuOperations } from "../operations/menus.ts";
import { menuStats, stats, statsQuery } from "../schemas/statistics.ts";

const THIRTY_DAYS_MS = 30 * 86_400_000;

const route = createRoute({
  ...menuOperations.stats,
  summary: "How a menu, and every menu that it leads to, was used",
  description:
    "Over all sessions that came to a menu, wherever they began, and over all versions. At most 92 days at a time, the last 30 unless said otherwise; sessions are counted for as long as they are kept.",
  request: { params: idParam, query: statsQuery },
  responses: {
    200: { description: "The counts", content: { "application/json": { schema: stats } } },
  },
});

/** Adds `GET /ivr/menus/:id/stats`. */
export function addStatsRoute(app: OpenAPIHono<AppEnv>): void {
  app.openapi(route, async (c) => {
    const wanted = c.req.valid("query");
    const to = wanted.to ?? new Date().toISOString();
    const from = wanted.from ?? new Date(Date.parse(to) - THIRTY_DAYS_MS).toISOString();
    const result = await c.get("actor").db.rpc("get_ivr_menu_stats", {
      p_menu_id: c.req.valid("param").id,
      p_from: from,
      p_to: to,
    });
    return c.json({ from, to, data: unwrap(result, z.array(menuStats)) }, 200);
  });
}
