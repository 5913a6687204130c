import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { unwrap } from "#shared/db/errors.ts";
import type { AppEnv } from "#shared/http/app_env.ts";
import { idParam } from "#shared/http/fields.ts";
import { Problem } from "#shared/http/problem.ts";
import { readAccountName, sealApiSecret } from "../connection_entries.ts";
import { connectionOperations } from "../operations/connections.ts";
import { connection, connectionChanges, connectionRow } from "../schemas/connections.ts";
import { findConnection, shownConnection } from "../shown_connection.ts";

const shown = {
  200: { description: "The connection", content: { "application/json": { schema: connection } } },
};

const get = createRoute({
  ...connectionOperations.get,
  summary: "One connection, with what to enter at the provider",
  request: { params: idParam },
  responses: shown,
});

const update = createRoute({
  ...connectionOperations.update,
  summary: "Change settings of a connection; they hold from the next request on",
  description: "The secret that signs is replaced by rotate-secret; the provider stays.",
  request: {
    params: idParam,
    body: { required: true, content: { "application/json": { schema: connectionChanges } } },
  },
  responses: shown,
});

const remove = createRoute({
  ...connectionOperations.delete,
  summary: "Delete a connection with its secrets and numbers; its calls stay on record",
  description: "Calls in progress lose their menu: to end one gently, first turn it away there.",
  request: { params: idParam },
  responses: { 204: { description: "Deleted" } },
});

/** Adds the routes for one connection: get, change, delete. */
export function addConnectionRoutes(app: OpenAPIHono<AppEnv>): void {
  app.openapi(get, async (c) => {
    const found = await findConnection(c.get("actor").db, c.req.valid("param").id);
    return c.json(shownConnection(found), 200);
  });
  app.openapi(update, async (c) => {
    const { id } = c.req.valid("param");
    const { userId, db } = c.get("actor");
    const { account_sid, api_secret, ...settings } = c.req.valid("json");
    const { provider } = await findConnection(db, id);
    const account = typeof account_sid === "string"
      ? readAccountName(provider, account_sid)
      : account_sid;
    const secret = typeof api_secret === "string"
      ? await sealApiSecret(userId, provider, api_secret)
      : api_secret;
    const result = await db.rpc("update_phone_connection", {
      p_id: id,
      // What is undefined is left out of the JSON, and so left as it is.
      p_settings: { ...settings, account_sid: account, api_secret: secret },
    });
    return c.json(shownConnection(unwrap(result, connectionRow)), 200);
  });
  app.openapi(remove, async (c) => {
    const { id } = c.req.valid("param");
    const result = await c.get("actor").db.from("phone_connections").delete().eq("id", id)
      .select("id");
    const deleted = unwrap(result, z.array(z.unknown()));
    if (deleted.length === 0) throw new Problem("not_found", "No such connection");
    return c.body(null, 204);
  });
}
