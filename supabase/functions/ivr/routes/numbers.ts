import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { unwrap } from "#shared/db/errors.ts";
import { afterCursor, newestFirst, pageOf } from "#shared/db/keyset.ts";
import type { AppEnv } from "#shared/http/app_env.ts";
import { idParam } from "#shared/http/fields.ts";
import { Problem } from "#shared/http/problem.ts";
import { numberOperations } from "../operations/numbers.ts";
import {
  NUMBER_COLUMNS,
  numberChanges,
  numberPage,
  numberQuery,
  phoneNumber,
} from "../schemas/numbers.ts";

const shown = {
  200: { description: "The number", content: { "application/json": { schema: phoneNumber } } },
};

const list = createRoute({
  ...numberOperations.list,
  summary: "The numbers, newest first",
  request: { query: numberQuery },
  responses: {
    200: { description: "A page", content: { "application/json": { schema: numberPage } } },
  },
});

const get = createRoute({
  ...numberOperations.get,
  summary: "One number",
  request: { params: idParam },
  responses: shown,
});

const update = createRoute({
  ...numberOperations.update,
  summary: "Change a number; calls in progress stay on their menu",
  request: {
    params: idParam,
    body: { required: true, content: { "application/json": { schema: numberChanges } } },
  },
  responses: shown,
});

const remove = createRoute({
  ...numberOperations.delete,
  summary: "Have a number answered no longer",
  request: { params: idParam },
  responses: { 204: { description: "Deleted" } },
});

/** Adds the routes for numbers: list, get, change, delete. */
export function addNumberRoutes(app: OpenAPIHono<AppEnv>): void {
  app.openapi(list, async (c) => {
    const { connection_id, menu_id, cursor, limit } = c.req.valid("query");
    let query = c.get("actor").db.from("phone_numbers").select(NUMBER_COLUMNS);
    if (connection_id !== undefined) query = query.eq("connection_id", connection_id);
    if (menu_id !== undefined) query = query.eq("menu_id", menu_id);
    if (cursor !== undefined) query = query.or(afterCursor(cursor));
    const rows = unwrap(await newestFirst(query, limit), z.array(phoneNumber));
    return c.json(pageOf(rows, limit), 200);
  });
  app.openapi(get, async (c) => {
    const result = await c.get("actor").db.from("phone_numbers").select(NUMBER_COLUMNS)
      .eq("id", c.req.valid("param").id).maybeSingle();
    const found = unwrap(result, phoneNumber.nullable());
    if (found === null) throw new Problem("not_found", "No such number");
    return c.json(found, 200);
  });
  app.openapi(update, async (c) => {
    const result = await c.get("actor").db.rpc("update_phone_number", {
      p_id: c.req.valid("param").id,
      p_settings: c.req.valid("json"),
    });
    return c.json(unwrap(result, phoneNumber), 200);
  });
  app.openapi(remove, async (c) => {
    const result = await c.get("actor").db.from("phone_numbers").delete()
      .eq("id", c.req.valid("param").id).select("id");
    const deleted = unwrap(result, z.array(z.unknown()));
    if (deleted.length === 0) throw new Problem("not_found", "No such number");
    return c.body(null, 204);
  });
}
