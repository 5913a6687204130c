import { createRoute, type OpenAPIHono } from "@hono/zod-openapi";
import { crypto } from "@std/crypto";
import { callOnce } from "#shared/db/once.ts";
import type { AppEnv } from "#shared/http/app_env.ts";
import { idempotencyHeaders } from "#shared/http/idempotency.ts";
import { operations } from "../operations.ts";
import { createdWebhook, newWebhook, webhook } from "../schemas/endpoints.ts";
import { newSecretFor, settingsFor } from "../settings.ts";

const route = createRoute({
  ...operations.create,
  summary: "Make an endpoint; its secret is shown this once",
  request: {
    headers: idempotencyHeaders,
    body: { required: true, content: { "application/json": { schema: newWebhook } } },
  },
  responses: {
    201: { description: "Made", content: { "application/json": { schema: createdWebhook } } },
  },
});

/** Adds `POST /webhooks`. */
export function addCreateRoute(app: OpenAPIHono<AppEnv>): void {
  app.openapi(route, async (c) => {
    const wanted = c.req.valid("json");
    const { userId, db } = c.get("actor");
    const row = { id: crypto.randomUUID(), userId };
    const { secret, sealed } = await newSecretFor(row);
    const { response, replayed } = await callOnce(db, {
      name: "create_webhook",
      args: { p_id: row.id, p_secret: sealed, p_settings: await settingsFor(row, wanted) },
      idempotencyKey: c.req.valid("header")["idempotency-key"],
      request: wanted,
    }, webhook);
    // The secret of a repeat was never stored and is nobody's.
    if (replayed) return c.json(response, 201, { "idempotency-replayed": "true" });
    return c.json({ ...response, secret }, 201);
  });
}
