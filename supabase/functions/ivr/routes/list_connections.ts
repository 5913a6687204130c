import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { unwrap } from "#shared/db/errors.ts";
import { afterCursor, newestFirst, pageOf } from "#shared/db/keyset.ts";
import type { AppEnv } from "#shared/http/app_env.ts";
import { connectionOperations } from "../operations/connections.ts";
import {
  CONNECTION_COLUMNS,
  connectionPage,
  connectionQuery,
  connectionRow,
} from "../schemas/connections.ts";
import { shownConnection } from "../shown_connection.ts";

const route = createRoute({
  ...connectionOperations.list,
  summary: "The connections, newest first",
  request: { query: connectionQuery },
  responses: {
    200: { description: "A page", content: { "application/json": { schema: connectionPage } } },
  },
});

/** Adds `GET /ivr/connections`. */
export function addListConnectionsRoute(app: OpenAPIHono<AppEnv>): void {
  app.openapi(route, async (c) => {
    const { provider, enabled, cursor, limit } = c.req.valid("query");
    let query = c.get("actor").db.from("phone_connection_details").select(CONNECTION_COLUMNS);
    if (provider !== undefined) query = query.eq("provider", provider);
    if (enabled !== undefined) query = query.eq("enabled", enabled);
    if (cursor !== undefined) query = query.or(afterCursor(cursor));
    const rows = unwrap(await newestFirst(query, limit), z.array(connectionRow));
    const { data, next_cursor } = pageOf(rows, limit);
    return c.json({ data: data.map(shownConnection), next_cursor }, 200);
  });
}
