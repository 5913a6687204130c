import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { API_KEY_COLUMNS, apiKey } from "#shared/api_keys/api_key.ts";
import type { Actor } from "#shared/auth/actor.ts";
import { unwrap } from "#shared/db/errors.ts";
import { allOf } from "#shared/db/filters.ts";
import { afterCursor, newestFirst, pageOf } from "#shared/db/keyset.ts";
import type { AppEnv } from "#shared/http/app_env.ts";
import { operations } from "../operations.ts";
import { apiKeyPage, listQuery } from "../schemas.ts";

const route = createRoute({
  ...operations.list,
  summary: "The keys, newest first",
  description: "Expired and revoked ones too, until they are deleted.",
  request: { query: listQuery },
  responses: {
    200: { description: "A page", content: { "application/json": { schema: apiKeyPage } } },
  },
});

/** Adds `GET /api-keys`. */
export function addListRoute(app: OpenAPIHono<AppEnv>): void {
  app.openapi(route, async (c) => {
    const wanted = c.req.valid("query");
    const result = await select(c.get("actor"), wanted, new Date());
    return c.json(pageOf(unwrap(result, z.array(apiKey)), wanted.limit), 200);
  });
}

function select({ db }: Actor, wanted: z.output<typeof listQuery>, now: Date) {
  let query = db.from("api_keys").select(API_KEY_COLUMNS);
  if (wanted.enabled !== undefined) query = query.eq("enabled", wanted.enabled);
  if (wanted.scope !== undefined) query = query.contains("scopes", [wanted.scope]);
  if (wanted.revoked !== undefined) {
    query = wanted.revoked ? query.not("revoked_at", "is", null) : query.is("revoked_at", null);
  }
  if (wanted.expired === true) query = query.lte("expires_at", now.toISOString());
  const groups = [
    ...wanted.expired === false ? [`expires_at.is.null,expires_at.gt.${now.toISOString()}`] : [],
    ...wanted.cursor === undefined ? [] : [afterCursor(wanted.cursor)],
  ];
  if (groups.length > 0) query = query.or(allOf(groups));
  return newestFirst(query, wanted.limit);
}
