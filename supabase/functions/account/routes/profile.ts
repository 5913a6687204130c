import { createRoute, type OpenAPIHono } from "@hono/zod-openapi";
import type { SupabaseClient } from "@supabase/supabase-js";
import type { z } from "zod";
import { unwrap } from "#shared/db/errors.ts";
import type { AppEnv } from "#shared/http/app_env.ts";
import { Problem } from "#shared/http/problem.ts";
import { operations } from "../operations.ts";
import { profile, PROFILE_COLUMNS, profileChanges } from "../schemas/profile.ts";

const shown = {
  200: { description: "The profile", content: { "application/json": { schema: profile } } },
};

const get = createRoute({
  ...operations.profileGet,
  summary: "The caller's profile",
  responses: shown,
});

const update = createRoute({
  ...operations.profileUpdate,
  summary: "Change the caller's profile; what is left out stays",
  request: {
    body: { required: true, content: { "application/json": { schema: profileChanges } } },
  },
  responses: shown,
});

/** Adds `GET` and `PATCH /account/profile`. */
export function addProfileRoutes(app: OpenAPIHono<AppEnv>): void {
  app.openapi(get, async (c) => {
    const { db, userId } = c.get("actor");
    return c.json(await read(db, userId), 200);
  });
  app.openapi(update, async (c) => {
    const { db, userId } = c.get("actor");
    const changes = c.req.valid("json");
    if (Object.keys(changes).length === 0) return c.json(await read(db, userId), 200);
    const result = await db.from("user_profiles").update(changes).eq("user_id", userId)
      .select(PROFILE_COLUMNS).maybeSingle();
    return c.json(found(unwrap(result, profile.nullable())), 200);
  });
}

async function read(db: SupabaseClient, userId: string): Promise<z.output<typeof profile>> {
  const result = await db.from("user_profiles").select(PROFILE_COLUMNS).eq("user_id", userId)
    .maybeSingle();
  return found(unwrap(result, profile.nullable()));
}

function found<Profile>(profile: Profile | null): Profile {
  if (profile === null) throw new Problem("not_found", "The account is no more");
  return profile;
}
