import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import type { SupabaseClient } from "@supabase/supabase-js";
import { unwrap } from "#shared/db/errors.ts";
import { afterCursor, newestFirst, pageOf } from "#shared/db/keyset.ts";
import { callOnce } from "#shared/db/once.ts";
import type { AppEnv } from "#shared/http/app_env.ts";
import { idParam } from "#shared/http/fields.ts";
import { idempotencyHeaders } from "#shared/http/idempotency.ts";
import { findMenu } from "../find_menu.ts";
import { menuOperations } from "../operations/menus.ts";
import { menu, MENU_COLUMNS, menuChanges, menuPage, menuQuery, newMenu } from "../schemas/menus.ts";

const shown = {
  200: { description: "The menu", content: { "application/json": { schema: menu } } },
};

const create = createRoute({
  ...menuOperations.create,
  summary: "Make a menu, as a draft that nobody hears yet",
  request: {
    headers: idempotencyHeaders,
    body: { required: true, content: { "application/json": { schema: newMenu } } },
  },
  responses: {
    201: { description: "Made", content: { "application/json": { schema: menu } } },
  },
});

const list = createRoute({
  ...menuOperations.list,
  summary: "The menus, newest first",
  request: { query: menuQuery },
  responses: {
    200: { description: "A page", content: { "application/json": { schema: menuPage } } },
  },
});

const get = createRoute({
  ...menuOperations.get,
  summary: "One menu",
  request: { params: idParam },
  responses: shown,
});

const update = createRoute({
  ...menuOperations.update,
  summary: "Change a draft; callers hear it when it is published",
  request: {
    params: idParam,
    body: { required: true, content: { "application/json": { schema: menuChanges } } },
  },
  responses: shown,
});

const remove = createRoute({
  ...menuOperations.delete,
  summary: "Delete a menu that nothing leads to",
  description:
    "A number that is answered by it, or a choice of another draft, is named in the refusal. Versions that hold it stay, and calls in progress go on.",
  request: { params: idParam },
  responses: { 204: { description: "Deleted" } },
});

/** Adds the owner's routes for menus as drafts. */
export function addMenuRoutes(app: OpenAPIHono<AppEnv>): void {
  app.openapi(create, async (c) => {
    const wanted = c.req.valid("json");
    const { response, replayed } = await callOnce(c.get("actor").db, {
      name: "create_ivr_menu",
      args: { p_settings: wanted },
      idempotencyKey: c.req.valid("header")["idempotency-key"],
      request: wanted,
    }, menu);
    return c.json(response, 201, replayed ? { "idempotency-replayed": "true" } : {});
  });
  app.openapi(list, async (c) => {
    const wanted = c.req.valid("query");
    const result = await select(c.get("actor").db, wanted);
    return c.json(pageOf(unwrap(result, z.array(menu)), wanted.limit), 200);
  });
  app.openapi(get, async (c) => {
    return c.json(await findMenu(c.get("actor").db, c.req.valid("param").id), 200);
  });
  app.openapi(update, async (c) => {
    const result = await c.get("actor").db.rpc("update_ivr_menu", {
      p_id: c.req.valid("param").id,
      p_settings: c.req.valid("json"),
    });
    return c.json(unwrap(result, menu), 200);
  });
  app.openapi(remove, async (c) => {
    const { id } = c.req.valid("param");
    unwrap(await c.get("actor").db.rpc("delete_ivr_menu", { p_id: id }));
    return c.body(null, 204);
  });
}

function select(db: SupabaseClient, wanted: z.output<typeof menuQuery>) {
  let query = db.from("ivr_menus").select(MENU_COLUMNS);
  if (wanted.key !== undefined) query = query.eq("key", wanted.key);
  if (wanted.parent !== undefined) {
    query = wanted.parent === "none"
      ? query.is("parent_menu_id", null)
      : query.eq("parent_menu_id", wanted.parent);
  }
  if (wanted.published !== undefined) {
    query = wanted.published
      ? query.not("published_version_id", "is", null)
      : query.is("published_version_id", null);
  }
  if (wanted.cursor !== undefined) query = query.or(afterCursor(wanted.cursor));
  return newestFirst(query, wanted.limit);
}
