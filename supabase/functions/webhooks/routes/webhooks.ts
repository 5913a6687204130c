import { createRoute, type OpenAPIHono } from "@hono/zod-openapi";
import { unwrap } from "#shared/db/errors.ts";
import type { AppEnv } from "#shared/http/app_env.ts";
import { idParam } from "#shared/http/fields.ts";
import { findWebhook } from "../find_webhook.ts";
import { operations } from "../operations.ts";
import { webhook, webhookChanges } from "../schemas/endpoints.ts";
import { settingsFor } from "../settings.ts";

const shown = {
  200: { description: "The endpoint", content: { "application/json": { schema: webhook } } },
};

const get = createRoute({
  ...operations.get,
  summary: "One endpoint",
  request: { params: idParam },
  responses: shown,
});

const update = createRoute({
  ...operations.update,
  summary: "Change settings of an endpoint; they hold from the next attempt on",
  request: {
    params: idParam,
    body: { required: true, content: { "application/json": { schema: webhookChanges } } },
  },
  responses: shown,
});

const remove = createRoute({
  ...operations.delete,
  summary: "Delete an endpoint with what was to be sent to it; its log stays",
  request: { params: idParam },
  responses: { 204: { description: "Deleted" } },
});

/** Adds the routes for one endpoint: get, change, delete. */
export function addWebhookRoutes(app: OpenAPIHono<AppEnv>): void {
  app.openapi(get, async (c) => {
    return c.json(await findWebhook(c.get("actor").db, c.req.valid("param").id), 200);
  });
  app.openapi(update, async (c) => {
    const { id } = c.req.valid("param");
    const { userId, db } = c.get("actor");
    const settings = await settingsFor({ id, userId }, c.req.valid("json"));
    const result = await db.rpc("update_webhook", { p_id: id, p_settings: settings });
    return c.json(unwrap(result, webhook), 200);
  });
  app.openapi(remove, async (c) => {
    const { id } = c.req.valid("param");
    unwrap(await c.get("actor").db.rpc("delete_webhook", { p_id: id }));
    return c.body(null, 204);
  });
}
