import type { SupabaseClient } from "@supabase/supabase-js";
import type { z } from "@hono/zod-openapi";
import { unwrap } from "#shared/db/errors.ts";
import { Problem } from "#shared/http/problem.ts";
import { sessionDetail } from "./schemas/sessions.ts";

/** A session of the caller with its turns. @throws {Problem} `not_found` */
export async function findSession(
  db: SupabaseClient,
  id: string,
): Promise<z.output<typeof sessionDetail>> {
  const found = unwrap(await db.rpc("get_ivr_session", { p_id: id }), sessionDetail.nullable());
  if (found === null) throw new Problem("not_found", "No such session");
  return found;
}
