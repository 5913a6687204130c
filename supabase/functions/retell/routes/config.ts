import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import type { SupabaseClient } from "@supabase/supabase-js";
import { unwrap } from "#shared/db/errors.ts";
import type { AppEnv } from "#shared/http/app_env.ts";
import { Problem } from "#shared/http/problem.ts";
import { operations } from "../operations.ts";
import { config, deletion, newConfig, storedConfig } from "../schemas.ts";
import { sealConfig } from "../sealed_config.ts";
import { shownConfig } from "../shown_config.ts";

const shown = {
  200: { description: "The configuration", content: { "application/json": { schema: config } } },
};

const put = createRoute({
  ...operations.configPut,
  summary: "Store the configuration, whole: what is left out is not set afterwards",
  description:
    "Several devices may write it: the latest `updated_at` wins, then the greater `device_id`. A write that is late changes nothing and is answered with what is stored, under `current`.",
  request: {
    body: { required: true, content: { "application/json": { schema: newConfig } } },
  },
  responses: shown,
});

const get = createRoute({
  ...operations.configGet,
  summary: "The configuration, without its secrets",
  responses: shown,
});

const remove = createRoute({
  ...operations.configDelete,
  summary: "Forget the configuration; a write of an earlier time does not bring it back",
  request: { query: deletion },
  responses: { 204: { description: "Deleted" } },
});

/** Adds `PUT`, `GET` and `DELETE /retell/config`. */
export function addConfigRoutes(app: OpenAPIHono<AppEnv>): void {
  app.openapi(put, async (c) => {
    const { userId, db } = c.get("actor");
    const wanted = c.req.valid("json");
    const stored = await store(db, await sealConfig(userId, wanted), wanted);
    return c.json(stored, 200);
  });
  app.openapi(get, async (c) => {
    const result = await c.get("actor").db.rpc("get_complete_user_profile");
    const profile = unwrap(result, z.object({ retell: storedConfig }).nullable());
    if (profile === null) throw new Problem("not_found", "There is no profile");
    return c.json(shownConfig(profile.retell), 200);
  });
  app.openapi(remove, async (c) => {
    await store(c.get("actor").db, {}, c.req.valid("query"));
    return c.body(null, 204);
  });
}

const verdict = z.object({ stored: z.boolean(), config: storedConfig });

async function store(
  db: SupabaseClient,
  sealed: object,
  stamp: z.output<typeof deletion>,
): Promise<z.output<typeof config>> {
  const result = await db.rpc("store_retell_config", {
    p_config: sealed,
    p_updated_at: stamp.updated_at ?? null,
    p_device_id: stamp.device_id ?? null,
  });
  const { stored, config: winner } = unwrap(result, verdict);
  const current = shownConfig(winner);
  if (stored) return current;
  throw new Problem("stale_write", "Another device has written since", { extensions: { current } });
}
