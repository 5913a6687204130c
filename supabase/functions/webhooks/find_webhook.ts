import type { SupabaseClient } from "@supabase/supabase-js";
import type { z } from "@hono/zod-openapi";
import { unwrap } from "#shared/db/errors.ts";
import { Problem } from "#shared/http/problem.ts";
import { webhook, WEBHOOK_COLUMNS } from "./schemas/endpoints.ts";

/** An endpoint of the caller. @throws {Problem} `not_found` */
export async function findWebhook(
  db: SupabaseClient,
  id: string,
): Promise<z.output<typeof webhook>> {
  const result = await db.from("webhooks").select(WEBHOOK_COLUMNS).eq("id", id).maybeSingle();
  const found = unwrap(result, webhook.nullable());
  if (found === null) throw new Problem("not_found", "No such endpoint");
  return found;
}
