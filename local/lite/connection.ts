import type { PgliteConnection } from "@supabase/lite/pglite";
import type { PostgresConnection } from "@supabase/lite/postgres";
import type { Database } from "../database/database.ts";

/** Lite's handle on a database beside the stack's own. */
export interface Connection {
  readonly lite: PgliteConnection | PostgresConnection;
  readonly database: Database;
  close(): Promise<void>;
}
