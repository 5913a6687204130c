import assert from "node:assert/strict";
import { createClient } from "@supabase/supabase-js";
import { readDetails } from "#tests/support/start_process.ts";

/** Signs in as the demo user of a running stack and counts what there is. */
export async function census(folder: string): Promise<Record<string, number | null>> {
  const { url, secret_key, publishable_key, demo } = await readDetails(folder);
  assert.ok(demo);
  const options = { auth: { persistSession: false, autoRefreshToken: false } };
  const admin = createClient(url, secret_key, options);
  const user = createClient(url, publishable_key, options);
  const { data, error } = await user.auth.signInWithPassword(demo);
  assert.equal(error, null);
  assert.equal(data.user?.id, demo.user_id);
  const count = async (table: string) =>
    (await admin.from(table).select("*", { count: "exact", head: true })).count;
  return {
    calls: await count("call_logs"),
    menus: await count("ivr_menus"),
    versions: await count("ivr_menu_versions"),
    connections: await count("phone_connections"),
    numbers: await count("phone_numbers"),
  };
}
