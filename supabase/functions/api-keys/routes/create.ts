import { createRoute, type OpenAPIHono, type z } from "@hono/zod-openapi";
import { type ApiKey, apiKey } from "#shared/api_keys/api_key.ts";
import { apiKeyPrefix, generateApiKey } from "#shared/api_keys/format.ts";
import { hashApiKey } from "#shared/api_keys/hash.ts";
import type { Actor } from "#shared/auth/actor.ts";
import { unwrap } from "#shared/db/errors.ts";
import type { AppEnv } from "#shared/http/app_env.ts";
import { idempotencyHeaders, type Once, readOnce, requestHash } from "#shared/http/idempotency.ts";
import { operation } from "#shared/http/operation.ts";
import { createdApiKey, newApiKey } from "../schemas.ts";

const DAY_MS = 86_400_000;

const route = createRoute({
  ...operation("api-keys.create", { user: "api-keys:write" }, {
    problems: ["validation_failed", "idempotency_key_reused", "request_in_progress"],
  }),
  method: "post",
  path: "/",
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
    const { response, replayed } = await create(c.get("actor"), wanted, { key, idempotencyKey });
    // The key of a repeat was never stored and is nobody's.
    if (replayed) return c.json(response, 201, { "idempotency-replayed": "true" });
    return c.json({ ...response, key }, 201);
  });
}

interface Making {
  readonly key: string;
  readonly idempotencyKey: string | undefined;
}

async function create(
  actor: Actor,
  wanted: z.output<typeof newApiKey>,
  { key, idempotencyKey }: Making,
): Promise<Once<ApiKey>> {
  const args = {
    p_key_hash: hashApiKey(key),
    p_key_prefix: apiKeyPrefix(key),
    p_settings: settingsOf(wanted, Date.now()),
  };
  if (idempotencyKey === undefined) {
    const response = unwrap(await actor.db.rpc("create_api_key", args), apiKey);
    return { response, replayed: false };
  }
  const answer = await actor.db.rpc("create_api_key_once", {
    ...args,
    p_idempotency_key: idempotencyKey,
    p_request_hash: requestHash(wanted),
  });
  return readOnce(unwrap(answer), apiKey);
}

function settingsOf(wanted: z.output<typeof newApiKey>, now: number): object {
  const { expires_in_days: days, ...settings } = wanted;
  if (days === undefined) return settings;
  return { ...settings, expires_at: new Date(now + days * DAY_MS).toISOString() };
}
