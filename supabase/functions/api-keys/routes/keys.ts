import { createRoute, type OpenAPIHono } from "@hono/zod-openapi";
import { API_KEY_COLUMNS, apiKey } from "#shared/api_keys/api_key.ts";
import { unwrap } from "#shared/db/errors.ts";
import type { AppEnv } from "#shared/http/app_env.ts";
import { idParam } from "#shared/http/fields.ts";
import { Problem } from "#shared/http/problem.ts";
import { operations } from "../operations.ts";
import { apiKeyChanges, shownApiKey } from "../schemas.ts";

const shown = {
  200: { description: "The key", content: { "application/json": { schema: shownApiKey } } },
};

const get = createRoute({
  ...operations.get,
  summary: "One key",
  request: { params: idParam },
  responses: shown,
});

const update = createRoute({
  ...operations.update,
  summary: "Change settings of a key; they hold from its next use on",
  description:
    "A program can change no key that reaches further than its own, nor make one reach further.",
  request: {
    params: idParam,
    body: { required: true, content: { "application/json": { schema: apiKeyChanges } } },
  },
  responses: shown,
});

const revoke = createRoute({
  ...operations.revoke,
  summary: "Refuse a key for good; a second time changes nothing",
  description: "A program can revoke no key that reaches further than its own.",
  request: { params: idParam },
  responses: shown,
});

const remove = createRoute({
  ...operations.delete,
  summary: "Delete a key with what is known of its use",
  description: "A program can delete no key that reaches further than its own.",
  request: { params: idParam },
  responses: { 204: { description: "Deleted" } },
});

/** Adds the routes for one key: get, change, revoke, delete. */
export function addKeyRoutes(app: OpenAPIHono<AppEnv>): void {
  app.openapi(get, async (c) => {
    const { id } = c.req.valid("param");
    const { db } = c.get("actor");
    const result = await db.from("api_keys").select(API_KEY_COLUMNS).eq("id", id).maybeSingle();
    const found = unwrap(result, apiKey.nullable());
    if (found === null) throw new Problem("not_found", "No such key");
    return c.json(found, 200);
  });
  app.openapi(update, async (c) => {
    const { id } = c.req.valid("param");
    const result = await c.get("actor").db.rpc("update_api_key", {
      p_id: id,
      p_settings: c.req.valid("json"),
    });
    return c.json(unwrap(result, apiKey), 200);
  });
  app.openapi(revoke, async (c) => {
    const { id } = c.req.valid("param");
    const result = await c.get("actor").db.rpc("revoke_api_key", { p_id: id });
    return c.json(unwrap(result, apiKey), 200);
  });
  app.openapi(remove, async (c) => {
    const { id } = c.req.valid("param");
    unwrap(await c.get("actor").db.rpc("delete_api_key", { p_id: id }), apiKey);
    return c.body(null, 204);
  });
}
