import { createRoute, type OpenAPIHono } from "@hono/zod-openapi";
import { MONOTONIC_CLOCK } from "#shared/clock.ts";
import { unwrap } from "#shared/db/errors.ts";
import type { AppEnv } from "#shared/http/app_env.ts";
import { requireKeyring } from "#shared/secrets.ts";
import { healthData, newHealthData } from "../health_data_schemas.ts";
import { operations } from "../operations.ts";
import { sealStored } from "../seal_stored.ts";

/** How long one request goes on sealing, in milliseconds: far below what the platform allows. */
const BUDGET_MS = 20_000;

const shown = {
  200: { description: "The setting", content: { "application/json": { schema: healthData } } },
};

const get = createRoute({
  ...operations.healthDataGet,
  summary: "Whether what was said in calls is stored encrypted",
  responses: shown,
});

const put = createRoute({
  ...operations.healthDataPut,
  summary: "Have what was said in calls stored encrypted, or no longer",
  description:
    "Transcripts, summaries, sentiments and links to recordings, and what events say of them. What is stored in plain text is encrypted too, for at most 20 s a request: repeat it until `plain` is 0. Turned off, what is encrypted stays so and can be read; what comes from then on is plain. Filters of endpoints do not see what is encrypted.",
  request: {
    body: { required: true, content: { "application/json": { schema: newHealthData } } },
  },
  responses: shown,
});

/** Adds `GET` and `PUT /retell/health-data`. */
export function addHealthDataRoutes(app: OpenAPIHono<AppEnv>): void {
  app.openapi(get, async (c) => {
    const result = await c.get("actor").db.rpc("health_data");
    return c.json(unwrap(result, healthData), 200);
  });
  app.openapi(put, async (c) => {
    const { userId, db } = c.get("actor");
    const { encrypt } = c.req.valid("json");
    const endsAt = MONOTONIC_CLOCK.now() + BUDGET_MS;
    const keyring = encrypt ? requireKeyring() : null;
    const set = unwrap(await db.rpc("set_health_data", { p_encrypt: encrypt }), healthData);
    if (keyring === null || set.plain === 0) return c.json(set, 200);
    await sealStored(userId, keyring, () => MONOTONIC_CLOCK.now() >= endsAt);
    return c.json(unwrap(await db.rpc("health_data"), healthData), 200);
  });
}
