import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import type { SupabaseClient } from "@supabase/supabase-js";
import { unwrap } from "#shared/db/errors.ts";
import { newestFirst, pageOf } from "#shared/db/keyset.ts";
import type { AppEnv } from "#shared/http/app_env.ts";
import { ofType, within } from "../filters.ts";
import { openEvent } from "../open_event.ts";
import { operations } from "../operations.ts";
import { EVENT_COLUMNS, eventPage, eventQuery, storedEvent } from "../schemas/events.ts";

const route = createRoute({
  ...operations.eventsList,
  summary: "The events, newest first",
  description: "As long as they are kept, whether or not an endpoint wanted them.",
  request: { query: eventQuery },
  responses: {
    200: { description: "A page", content: { "application/json": { schema: eventPage } } },
  },
});

/** Adds `GET /webhooks/events`. */
export function addEventRoute(app: OpenAPIHono<AppEnv>): void {
  app.openapi(route, async (c) => {
    const wanted = c.req.valid("query");
    const rows = unwrap(await select(c.get("actor").db, wanted), z.array(storedEvent));
    const { data, ...page } = pageOf(rows, wanted.limit);
    const { userId } = c.get("actor");
    const opened = await Promise.all(data.map((row) => openEvent(row, userId)));
    return c.json({ ...page, data: opened }, 200);
  });
}

function select(db: SupabaseClient, wanted: z.output<typeof eventQuery>) {
  const events = within(db.from("webhook_events").select(EVENT_COLUMNS), wanted);
  return newestFirst(ofType(events, "type", wanted.type), wanted.limit);
}
