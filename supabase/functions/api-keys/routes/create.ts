import { createRoute, type OpenAPIHono, type z } from "@hono/zod-openapi";
import { apiKey } from "#shared/api_keys/api_key.ts";
import { apiKeyPrefix, generateApiKey } from "#shared/api_keys/format.ts";
import { hashApiKey } from "#shared/api_keys/hash.ts";
import { callOnce } from "#shared/db/once.ts";
import type { AppEnv } from "#shared/http/app_env.ts";
import { idempotencyHeaders } from "#shared/http/idempotency.ts";
import { operations } from "../operations.ts";
import { createdApiKey, newApiKey } from "../schemas.ts";

const DAY_MS = 86_400_000;

const route = createRoute({
  ...operations.create,
  summary: "Make a key; it is shown this once",
  description: "A program can make no key that reaches further than its own.",
  request: {
    headers: idempotencyHeaders,
    body: { required: true, content: { "application/json": { schema: newApiKey } } },
  },
  responses: {
    201: { description: "Made", content: { "application/json": { schema: createdApiKey } } },
  },
});

/** Adds `POST /api-keys`. */
export function addCreateRoute(app: OpenAPIHono<AppEnv>): void {
  app.openapi(route, async (c) => {
    const wanted = c.req.valid("json");
    const { "idempotency-key": idempotencyKey } = c.req.valid("header");
    const key = generateApiKey();
    const { response, replayed } = await callOnce(c.get("actor").db, {
      name: "create_api_key",
      args: {
        p_key_hash: hashApiKey(key),
        p_key_prefix: apiKeyPrefix(key),
        p_settings: settingsOf(wanted, Date.now()),
      },
      idempotencyKey,
      request: wanted,
    }, apiKey);
    // The key of a repeat was never stored and is nobody's.
    if (replayed) return c.json(response, 201, { "idempotency-replayed": "true" });
    return c.json({ ...response, key }, 201);
  });
}

function settingsOf(wanted: z.output<typeof newApiKey>, now: number): object {
  const { expires_in_days: days, ...settings } = wanted;
  if (days === undefined) return settings;
  return { ...settings, expires_at: new Date(now + days * DAY_MS).toISOString() };
}
