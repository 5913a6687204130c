import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import type { SupabaseClient } from "@supabase/supabase-js";
import { unwrap } from "#shared/db/errors.ts";
import { newestFirst, pageOf } from "#shared/db/keyset.ts";
import type { AppEnv } from "#shared/http/app_env.ts";
import { idParam } from "#shared/http/fields.ts";
import { ofType, within } from "../filters.ts";
import { findWebhook } from "../find_webhook.ts";
import { operations } from "../operations.ts";
import { LOG_COLUMNS, logEntry, logPage, logQuery } from "../schemas/deliveries.ts";

const route = createRoute({
  ...operations.logs,
  summary: "Every attempt to deliver to an endpoint, newest first",
  request: { params: idParam, query: logQuery },
  responses: {
    200: { description: "A page", content: { "application/json": { schema: logPage } } },
  },
});

/** Adds `GET /webhooks/:id/logs`. */
export function addLogRoute(app: OpenAPIHono<AppEnv>): void {
  app.openapi(route, async (c) => {
    const wanted = c.req.valid("query");
    const { db } = c.get("actor");
    const { id } = c.req.valid("param");
    const rows = unwrap(await select(db, id, wanted), z.array(logEntry));
    // The log of a deleted endpoint stays, and only one without entries needs its endpoint.
    if (rows.length === 0 && !await isLogged(db, id)) await findWebhook(db, id);
    return c.json(pageOf(rows, wanted.limit), 200);
  });
}

async function isLogged(db: SupabaseClient, webhookId: string): Promise<boolean> {
  const result = await db.from("webhook_logs").select("id").eq("webhook_id", webhookId).limit(1);
  return unwrap(result, z.array(z.unknown())).length > 0;
}

function select(db: SupabaseClient, webhookId: string, wanted: z.output<typeof logQuery>) {
  let query = db.from("webhook_logs").select(LOG_COLUMNS).eq("webhook_id", webhookId);
  query = ofType(within(query, wanted), "event", wanted.event);
  if (wanted.status === "none") query = query.is("status_code", null);
  else if (wanted.status !== undefined) {
    const lowest = Number(wanted.status.charAt(0)) * 100;
    query = query.gte("status_code", lowest).lt("status_code", lowest + 100);
  }
  return newestFirst(query, wanted.limit);
}
