import type { SupabaseClient } from "@supabase/supabase-js";
import type { z } from "@hono/zod-openapi";
import { unwrap } from "#shared/db/errors.ts";
import { Problem } from "#shared/http/problem.ts";
import { PROVIDERS } from "#shared/ivr/providers/mod.ts";
import type { Connecting } from "#shared/ivr/providers/provider.ts";
import { publicUrl } from "./provider_request.ts";
import { type connection, CONNECTION_COLUMNS, connectionRow } from "./schemas/connections.ts";

/** A connection's row with what its owner enters at the provider. */
export function shownConnection(
  row: z.output<typeof connectionRow>,
): z.output<typeof connection> {
  const base = publicUrl(`/ivr/${row.provider}/${row.id}`);
  const urls = {
    voice: `${base}/voice`,
    status: `${base}/status`,
    turn: `${base}/turn`,
    recording: `${base}/recording`,
  };
  const { settings, fallbackSetting }: Connecting = PROVIDERS[row.provider].connecting;
  const console = settings.map(({ setting, url, method }) => ({
    setting,
    value: urls[url],
    method,
  }));
  return { ...row, urls, console, fallback_setting: fallbackSetting };
}

/** A connection of the caller. @throws {Problem} `not_found` */
export async function findConnection(
  db: SupabaseClient,
  id: string,
): Promise<z.output<typeof connectionRow>> {
  const result = await db.from("phone_connection_details").select(CONNECTION_COLUMNS).eq("id", id)
    .maybeSingle();
  const found = unwrap(result, connectionRow.nullable());
  if (found === null) throw new Problem("not_found", "No such connection");
  return found;
}
