import { join } from "node:path";
import { ROOT } from "#local/paths.ts";
import { supabaseOrThrow } from "../supabase_cli.ts";

/** What the Data API serves, as types for clients; as the CLI writes it. */
export const TYPES = join(ROOT, "shared", "db", "types.ts");

/** The types of a migrated database. */
export function generateTypes(url: string): Promise<string> {
  return supabaseOrThrow(["gen", "types", `--remote=${url}`, "--schema=public"], {
    // The database is on this machine. Where TLS is tried in vain, the CLI says so among the types.
    env: { PGSSLMODE: "disable" },
  });
}
