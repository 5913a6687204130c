import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import type { SupabaseClient } from "@supabase/supabase-js";
import { unwrap } from "#shared/db/errors.ts";
import type { AppEnv } from "#shared/http/app_env.ts";
import { idParam } from "#shared/http/fields.ts";
import { fallbackDocument } from "#shared/ivr/fallback.ts";
import { DEFAULT_LANGUAGE } from "#shared/ivr/phrases.ts";
import { PROVIDERS } from "#shared/ivr/providers/mod.ts";
import { connectionOperations } from "../operations/connections.ts";
import { fallbackQuery } from "../schemas/connections.ts";
import { findConnection } from "../shown_connection.ts";

const contents = Object.values(PROVIDERS).map(({ contentType }) =>
  [contentType, { schema: z.string() }] as const
);

const route = createRoute({
  ...connectionOperations.fallback,
  summary: "The document to keep at the provider for the day when the backend is down",
  description:
    "An apology in the menu's language and the end of the call. It leads nowhere and does not change.",
  request: { params: idParam, query: fallbackQuery },
  responses: { 200: { description: "The document", content: Object.fromEntries(contents) } },
});

/** Adds `GET /ivr/connections/:id/fallback`. */
export function addFallbackRoute(app: OpenAPIHono<AppEnv>): void {
  app.openapi(route, async (c) => {
    const { id } = c.req.valid("param");
    const { db } = c.get("actor");
    const provider = PROVIDERS[(await findConnection(db, id)).provider];
    const language = c.req.valid("query").language ?? await spokenOn(db, id);
    return c.body(fallbackDocument(provider, language), 200, {
      "content-type": provider.contentType,
    });
  });
}

/** The language of the menu of a connection's oldest number that has one. */
async function spokenOn(db: SupabaseClient, connectionId: string): Promise<string> {
  const numbers = await db.from("phone_numbers").select("menu_id").eq("connection_id", connectionId)
    .not("menu_id", "is", null).order("created_at").order("id").limit(1);
  const [number] = unwrap(numbers, z.array(z.object({ menu_id: z.guid() })));
  if (number === undefined) return DEFAULT_LANGUAGE;
  const menu = await db.from("ivr_menus").select("language").eq("id", number.menu_id).single();
  return unwrap(menu, z.object({ language: z.string() })).language;
}
