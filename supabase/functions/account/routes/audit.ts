import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { unwrap } from "#shared/db/errors.ts";
import { afterCursor, newestFirst, pageOf } from "#shared/db/keyset.ts";
import type { AppEnv } from "#shared/http/app_env.ts";
import { operations } from "../operations.ts";
import { AUDIT_COLUMNS, auditEntry, auditPage, auditQuery } from "../schemas/account.ts";

const route = createRoute({
  ...operations.audit,
  summary: "What was changed in the caller's account, by whom and when, newest first",
  description: "Names of columns, never their values.",
  request: { query: auditQuery },
  responses: {
    200: { description: "A page", content: { "application/json": { schema: auditPage } } },
  },
});

/** Adds `GET /account/audit`. */
export function addAuditRoute(app: OpenAPIHono<AppEnv>): void {
  app.openapi(route, async (c) => {
    const { limit, cursor, action } = c.req.valid("query");
    let query = c.get("actor").db.from("audit_logs").select(AUDIT_COLUMNS);
    if (action !== undefined) query = query.eq("action", action);
    if (cursor !== undefined) query = query.or(afterCursor(cursor));
    const rows = unwrap(await newestFirst(query, limit), z.array(auditEntry));
    return c.json(pageOf(rows, limit), 200);
  });
}
