import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { unwrap } from "#shared/db/errors.ts";
import { pageOf, placeOf } from "#shared/db/keyset.ts";
import type { AppEnv } from "#shared/http/app_env.ts";
import { idParam } from "#shared/http/fields.ts";
import { findSession } from "../find_session.ts";
import { sessionOperations } from "../operations/sessions.ts";
import { session, sessionDetail, sessionPage, sessionQuery } from "../schemas/sessions.ts";

const list = createRoute({
  ...sessionOperations.list,
  summary: "Sessions of phone calls and apps, newest first",
  request: { query: sessionQuery },
  responses: {
    200: { description: "A page", content: { "application/json": { schema: sessionPage } } },
  },
});

const get = createRoute({
  ...sessionOperations.get,
  summary: "One session with every turn and its call",
  request: { params: idParam },
  responses: {
    200: {
      description: "The session",
      content: { "application/json": { schema: sessionDetail } },
    },
  },
});

/** The owner's routes for sessions, whoever drives them. */
export function addSessionRoutes(app: OpenAPIHono<AppEnv>): void {
  app.openapi(list, async (c) => {
    const wanted = c.req.valid("query");
    const before = wanted.cursor === undefined ? null : placeOf(wanted.cursor);
    const result = await c.get("actor").db.rpc("list_ivr_sessions", {
      p_limit: wanted.limit + 1,
      p_before_time: before?.created_at ?? null,
      p_before_id: before?.id ?? null,
      p_menu_id: wanted.menu_id ?? null,
      p_channel: wanted.channel ?? null,
      p_open: wanted.state === undefined ? null : wanted.state === "open",
      p_end_reason: wanted.end_reason ?? null,
      p_session_id: wanted.session_id ?? null,
      p_caller: wanted.caller ?? null,
      p_from: wanted.from ?? null,
      p_to: wanted.to ?? null,
    });
    return c.json(pageOf(unwrap(result, z.array(session)), wanted.limit), 200);
  });
  app.openapi(get, async (c) => {
    const { id } = c.req.valid("param");
    return c.json(await findSession(c.get("actor").db, id), 200);
  });
}
